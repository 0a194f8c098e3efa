import Model

/// Axes by name on one side, factors and values by number on the other.
package struct AxisTable: Sendable {
  package let axes: [Axis]
  /// The axes as a covering problem, the profiles as its required rows.
  package let problem: CoverProblem

  package init(_ axes: Axes) {
    self.axes = axes.axes
    let numbers = Dictionary(uniqueKeysWithValues: axes.axes.enumerated().map { ($1.id, $0) })
    let forbidden = axes.constraints.compactMap { constraint -> [Int: Int]? in
      var part: [Int: Int] = [:]
      for (axis, name) in constraint.never {
        // A value that these axes do not have cannot meet the others.
        guard let factor = numbers[axis], let value = axes.axes[factor].values.firstIndex(where: { $0.name == name })
        else { return nil }
        part[factor] = value
      }
      return part
    }
    let required = axes.profiles.map { profile in
      axes.axes.map { axis in profile.choices[axis.id].flatMap { name in axis.values.firstIndex { $0.name == name } } }
    }
    problem = CoverProblem(
      weights: axes.axes.map { $0.values.map(\.weight) }, forbidden: forbidden, required: required)
  }

  /// The choices that a row stands for.
  package func choices(_ row: [Int]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: zip(axes, row).map { ($0.id, $0.values[$1].name) })
  }

  /// The row of a set of choices; nil when one of them is no value of its axis. An axis that is not among them, since
  /// the plan is of an older version, had the value that everything is compared with.
  package func row(_ choices: [String: String]) -> [Int]? {
    let row = axes.compactMap { axis in
      choices[axis.id].map { name in axis.values.firstIndex { $0.name == name } } ?? axis.values.indices.first
    }
    return row.count == axes.count ? row : nil
  }

  /// Whether such a machine can be.
  package func allows(_ choices: [String: String]) -> Bool {
    guard let row = row(choices) else { return false }
    return allows(row)
  }

  func allows(_ row: [Int]) -> Bool { !problem.forbidden.contains { $0.allSatisfy { row[$0.key] == $0.value } } }

  /// Rows beyond those of a coverage: each as unlike all before it as chance and the constraints allow.
  func more(_ count: Int, than rows: [[Int]], seed: UInt64) throws(CoverError) -> [[Int]] {
    var random = SplitMix64(seed: seed)
    var all = rows
    for _ in 0..<count {
      var plain = problem
      plain.required = []
      var best: (row: [Int], apart: Int)?
      for _ in 0..<8 {
        guard let row = try coveringArray(plain, .each, seed: random.next(), effort: 1, attempts: 1).last else { break }
        let apart = all.map { other in zip(row, other).count { $0 != $1 } }.min() ?? 0
        if apart > best?.apart ?? -1 { best = (row, apart) }
      }
      if let best { all.append(best.row) }
    }
    return Array(all.dropFirst(rows.count))
  }

  /// Choices that differ from `choices` on as many axes as can be, but on none of `keeping`.
  func farthest(from choices: [String: String], keeping: [String], seed: UInt64) throws(CoverError) -> [String: String]
  {
    guard let old = row(choices) else { return choices }
    var other = problem
    other.required = []
    for (factor, axis) in axes.enumerated() {
      let values = problem.weights[factor].indices
      let banned = keeping.contains(axis.id) ? values.filter { $0 != old[factor] } : [old[factor]]
      // An axis of one value cannot move, nor one whose every move the constraints forbid.
      guard banned.count < values.count else { continue }
      let more = banned.map { [factor: $0] }
      var tried = other
      tried.forbidden += more
      if RowRules(tried).canComplete(Array(repeating: -1, count: axes.count)) { other = tried }
    }
    let rows = try coveringArray(other, .each, seed: seed, effort: 1)
    return rows.first.map(self.choices) ?? choices
  }
}
