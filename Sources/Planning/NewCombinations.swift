import Model

/// Counts along a plan what each boot is the first to show.
struct NewCombinations {
  private let axes: [Axis]
  private var tuples: TupleSet
  /// Of each axis, the values that some boot had.
  private var met: [Set<Int>]

  init(_ table: AxisTable, _ coverage: Coverage) {
    axes = table.axes
    met = table.axes.map { _ in [] }
    tuples = feasibleTuples(table.problem, RowRules(table.problem), strength: coverage.strength)
  }

  /// Combinations that some machine can have, and no boot had yet.
  var open: Int { tuples.count }

  /// What `row`, which keeps the constraints, adds.
  mutating func cover(_ row: [Int]) -> Boot.Covers {
    let before = tuples.count
    tuples.cover(row)
    var values: [String] = []
    for (factor, value) in row.enumerated() where met[factor].insert(value).inserted {
      values.append("\(axes[factor].id)=\(axes[factor].values[value].name)")
    }
    return Boot.Covers(combinations: before - tuples.count, values: values)
  }
}
