import Model

/// What is wrong with folders of checks beyond what makes them unreadable: one line a problem, `file:line: what to do`.
package enum CatalogueLint {
  /// - Parameters:
  ///   - own: The project's own checks folder; its checks and the built-in ones need a fault that proves them.
  ///   - faults: nil: there is no folder of faults, so that rule is left out.
  package static func problems(
    own: String, folders: [String], hostChecks: [CheckInfo], faults: FaultList?
  ) -> [String] {
    let (catalogue, unreadable) = Catalogue.read(folders: [own] + folders, hostChecks: hostChecks)
    var problems = unreadable.map(\.message)
    for check in catalogue.guestChecks { problems += self.problems(of: check, catalogue.contract) }
    for clause in catalogue.contract.clauses(testedBy: catalogue.infos) {
      guard clause.untested != nil, let check = clause.checks.first else { continue }
      problems.append(
        "\(catalogue.contract.place(of: clause.id)): clause \(clause.id) says why it is untested, and \(check) tests it; "
          + "take out 'untested'")
    }
    if let faults {
      problems += faults.problems.map(\.message)
      problems += unknown(faults, catalogue)
      problems += unproven(catalogue, faults, own: own).map { $0.problem }
    }
    return problems
  }

  /// Ids of the project's own checks that no fault proves, sorted.
  package static func unproven(_ catalogue: Catalogue, _ faults: FaultList, own: String) -> [(
    id: String, problem: String
  )] {
    let proven = Set(faults.faults.flatMap(\.fails))
    let files = catalogue.guestChecks.filter { $0.path.hasPrefix(own + "/") }.map { ($0.id, "\($0.path):1") }
    let builtIn = catalogue.hostChecks.map { ($0.id, "built-in check \($0.id)") }
    return (files + builtIn).filter { !proven.contains($0.0) }.sorted { $0.0 < $1.0 }.map { id, place in
      let area = id.prefix { $0 != "." }
      return (id, "\(place): no fault proves that it can fail; add fixtures/faults/\(area)/NAME with 'fails: \(id)'")
    }
  }

  private static func problems(of check: GuestCheck, _ contract: Contract) -> [String] {
    var problems: [String] = []
    let place = "\(check.path):\(check.clauseLine)"
    let clauses = check.info.clauses
    if clauses != Set(clauses).sorted() { problems.append("\(place): write each clause once, in ascending order") }
    let levels = clauses.compactMap { contract[$0]?.level }
    if check.info.level == .must, !contract.clauses.isEmpty, !levels.contains(.must) {
      let says = clauses.isEmpty ? "no clause" : "clause \(check.info.clauseText), which has no 'must'"
      problems.append("\(place): level must for \(says); make it 'should', or name the clause that says so")
    }
    if check.body.contains(CheckSkeleton.mark) {
      problems.append("\(check.path):1: the body is still that of 'checks new'; write your own")
    }
    return problems
  }

  private static func unknown(_ faults: FaultList, _ catalogue: Catalogue) -> [String] {
    let ids = Set(catalogue.infos.map(\.id))
    return faults.faults.flatMap { fault in
      fault.fails.filter { !ids.contains($0) }.map { "\(fault.path):\(fault.line): there is no check '\($0)'" }
    }
  }
}
