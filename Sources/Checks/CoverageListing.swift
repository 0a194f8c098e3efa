package import Model

/// Which clauses of the contract are tested by what.
package struct CoverageListing: Sendable {
  package let clauses: [ContractClause]

  package init(_ catalogue: Catalogue) { clauses = catalogue.contract.clauses(testedBy: catalogue.infos) }

  /// Clauses of level *must* and *should* that nothing tests, and nobody says why.
  package var gaps: [ContractClause] { clauses.filter { $0.isUncovered && $0.level != .may } }

  /// For people: each clause, what tests it, and the sums.
  package func text() -> String {
    var lines: [String] = []
    for clause in clauses {
      let number = String(repeating: " ", count: max(0, 3 - String(clause.id).count)) + String(clause.id)
      let level = clause.level.rawValue + String(repeating: " ", count: 6 - clause.level.rawValue.count)
      let owner = clause.promisedBy.map { " (\($0) only)" } ?? ""
      lines.append("\(number)  \(level)  \(clause.title)\(owner)")
      lines += wrapped(clause.coverage, width: 87).map { "             " + $0 }
    }
    return lines.joined(separator: "\n") + "\n\n" + sums
  }

  /// `74 clauses: 58 tested, 1 untested for a reason, 15 NOT COVERED (12 of them must or should)`.
  private var sums: String {
    let tested = clauses.count { !$0.checks.isEmpty }
    let open = clauses.count(where: \.isUncovered)
    let end = open == 0 ? "all covered" : "\(open) NOT COVERED (\(gaps.count) of them must or should)"
    return
      "\(clauses.count) clauses: \(tested) tested, \(clauses.count - tested - open) untested for a reason, \(end)\n"
  }

  /// The same for programs.
  package func json() -> JSONValue {
    .array(
      clauses.map { clause in
        [
          "id": .integer(Int64(clause.id)), "title": .string(clause.title), "level": .string(clause.level.rawValue),
          "promisedBy": clause.promisedBy.map { .string($0) } ?? .null,
          "state": .string(!clause.checks.isEmpty ? "tested" : clause.untested == nil ? "uncovered" : "untested"),
          "untested": clause.untested.map { .string($0) } ?? .null,
          "checks": .array(clause.checks.map { .string($0) }),
        ]
      })
  }
}

extension ContractClause {
  fileprivate var isUncovered: Bool { checks.isEmpty && untested == nil }

  fileprivate var coverage: String {
    if !checks.isEmpty { return "tested by " + checks.joined(separator: ", ") }
    return untested.map { "untested: \($0)" } ?? "NOT COVERED"
  }
}
