package import Model

extension CauseSearch.Cause {
  /// The factors by name.
  package func named(by table: AxisTable) -> [Explanation.Factor] { factorsOf(factors, failing, passing, table) }
}

extension CauseSearch {
  /// What is still under suspicion, by name.
  package var suspectedFactors: [Explanation.Factor] { factorsOf(suspectedAxes, failing, passing, table) }
}

private func factorsOf(_ axes: [Int], _ failing: [Int], _ passing: [Int], _ table: AxisTable) -> [Explanation.Factor] {
  axes.map { number in
    let axis = table.axes[number]
    return Explanation.Factor(
      axis: axis.id, title: axis.title, fails: axis.values[failing[number]].name,
      passes: axis.values[passing[number]].name)
  }
}

/// `fails when the boot disk's model is virtio-scsi, passes when it is virtio-blk; all else equal`.
package func causeSentence(_ factors: [Explanation.Factor], moved: Bool) -> String {
  let when = moved ? "after a first boot on other hardware, " : ""
  if factors.count == 1, let factor = factors.first {
    return "\(when)fails when \(factor.title) is \(factor.fails), passes when it is \(factor.passes); all else equal"
  }
  let fails = factors.map { "\($0.title) is \($0.fails)" }.formatted
  return
    "\(when)fails when \(fails), together; passes when one of them is \(factors.map(\.passes).formatted); all else equal"
}

extension [String] {
  /// `a`, `a and b`, `a, b and c`.
  var formatted: String {
    count > 1 ? dropLast().joined(separator: ", ") + " and \(self[count - 1])" : joined()
  }
}
