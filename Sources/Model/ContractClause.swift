/// One clause of the guest contract, and which checks test it.
package struct ContractClause: Codable, Hashable, Sendable {
  /// Its number in the contract, 1...999.
  package var id: Int
  /// The promise in one line.
  package var title: String
  /// Of the strongest promise in it.
  package var level: Level
  /// Who alone promises it, such as `smartos`; nil: every cloud image does.
  package var promisedBy: String?
  /// Why it cannot be tested here; nil: it can.
  package var untested: String?
  /// Ids of the checks that test it, sorted.
  package var checks: [String]

  package init(
    id: Int, title: String, level: Level, promisedBy: String? = nil, untested: String? = nil, checks: [String] = []
  ) {
    (self.id, self.title, self.level, self.promisedBy) = (id, title, level, promisedBy)
    (self.untested, self.checks) = (untested, checks)
  }

  /// Value of ``promisedBy`` for what only SmartOS and Triton promise.
  package static let smartOS = "smartos"
}

/// What a run holds the image to.
package struct ContractTerms: Codable, Hashable, Sendable {
  /// Name of a ``Profile``; journals of other versions may have others.
  package var profile: String
  /// In ascending order, whatever was selected; each with its checks of the whole catalogue.
  package var clauses: [ContractClause]
  /// Ids of the checks that the profile leaves out, sorted.
  package var leftOut: [String]

  package init(profile: String, clauses: [ContractClause], leftOut: [String]) {
    (self.profile, self.clauses, self.leftOut) = (profile, clauses, leftOut)
  }
}
