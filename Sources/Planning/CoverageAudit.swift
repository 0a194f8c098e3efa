package import Model

/// What the boots of a plan cover, found by ``uncovered(_:of:_:)`` from their choices: nothing is taken from the
/// planner's word.
package struct CoverageAudit: Hashable, Sendable {
  package var coverage: Coverage
  /// Combinations that some machine can have.
  package var possible: Int
  /// Combinations that the constraints rule out.
  package var impossible: Int
  /// Those that can be, and are in no boot that decides: `axis=value` words, in the order of the axes.
  package var missing: [[String]]

  /// - Returns: nil if the plan's coverage is none that is known.
  package init?(_ plan: Plan, axes: Axes) {
    guard let coverage = Coverage(rawValue: plan.coverage) else { return nil }
    let table = AxisTable(axes)
    let problem = table.problem
    // Where the metadata service misbehaves, hardware is not what is judged.
    let deciding = plan.boots.filter { $0.purpose == .gate && $0.metadataFault == nil }
    let rows = deciding.compactMap { table.row($0.layout.choices) }
    self.coverage = coverage
    possible = uncovered([], of: problem, coverage).count
    impossible = uncovered([], of: CoverProblem(weights: problem.weights), coverage).count - possible
    missing = uncovered(rows, of: problem, coverage).map { part in
      part.sorted { $0.key < $1.key }.map { "\(axes.axes[$0.key].id)=\(axes.axes[$0.key].values[$0.value].name)" }
    }
  }
}
