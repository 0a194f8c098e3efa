package import Model

/// What a run says of one clause of the guest contract.
package struct ClauseState: Codable, Hashable, Sendable {
  /// What became of it: the worst that any of its checks says, or why none does.
  package enum State: String, Codable, Hashable, Sendable, CaseIterable {
    case failed, broken, flaky, waived, passed, skipped
    /// It has checks, and none of them was made in this run.
    case notRun
    /// The profile leaves it out.
    case leftOut
    /// It cannot be tested here.
    case untested
    /// Nothing tests it, and nobody says why.
    case uncovered
  }

  /// One of its checks, and the worst outcome of that; nil: it was not made.
  package struct Check: Codable, Hashable, Sendable {
    package var check: String
    package var outcome: String?
  }

  package var id: Int
  package var title: String
  package var level: Level
  package var state: State
  /// Why it is untested.
  package var reason: String?
  /// What fails stands first.
  package var checks: [Check]
}

extension ClauseState.State {
  /// Of an ``Outcome``'s name; nil for one that is not known.
  fileprivate init?(outcome: String) {
    guard let state = Self(rawValue: outcome), state <= .skipped else { return nil }
    self = state
  }

  fileprivate static func <= (a: Self, b: Self) -> Bool { a.rank <= b.rank }
  /// The worst first.
  var rank: Int { Self.allCases.firstIndex(of: self)! }
}

extension Report {
  /// Every clause of the contract in its order; empty for journals that do not tell what there is to hold.
  ///
  /// What gates decides. Only where no check of a clause gates, boots for compatibility and trials are asked.
  package var clauseStates: [ClauseState] {
    guard let terms else { return [] }
    let aside = boots.filter { $0.purpose != .gate && $0.purpose != .search }.flatMap(\.findings)
    let (deciding, other) = (worst(of: gatingFindings), worst(of: aside))
    return terms.clauses.map { clause in
      let outcomes = clause.checks.contains { deciding[$0] != nil } ? deciding : other
      let checks = clause.checks.map { ($0, outcomes[$0]) }
      let state: ClauseState.State
      if let worst = checks.compactMap(\.1).min(by: { $0.rank < $1.rank }) {
        state = worst
      } else if clause.checks.isEmpty {
        state = clause.untested == nil ? .uncovered : .untested
      } else {
        state = Set(clause.checks).isSubset(of: terms.leftOut) ? .leftOut : .notRun
      }
      return ClauseState(
        id: clause.id, title: clause.title, level: clause.level, state: state,
        reason: state == .untested ? clause.untested : nil,
        checks: checks.sorted { ($0.1?.rank ?? 99, $0.0) < ($1.1?.rank ?? 99, $1.0) }.map {
          ClauseState.Check(check: $0.0, outcome: $0.1?.rawValue)
        })
    }
  }

  /// By check, the worst outcome in `findings`.
  private func worst(of findings: some Sequence<Finding>) -> [String: ClauseState.State] {
    var worst: [String: ClauseState.State] = [:]
    for finding in findings {
      guard let state = ClauseState.State(outcome: finding.outcome.name) else { continue }
      if let known = worst[finding.check], known <= state { continue }
      worst[finding.check] = state
    }
    return worst
  }

  /// `generic: 31 checks left out that only SmartOS promises`; nil for the profile that leaves out nothing.
  var profileSentence: String? {
    guard let terms, !terms.leftOut.isEmpty else { return nil }
    return
      "\(terms.profile): \(counted(terms.leftOut.count, "check")) left out, as only SmartOS promises what they test"
  }
}

extension ContractTerms {
  /// Bounded and clean.
  var forReports: ContractTerms {
    ContractTerms(
      profile: line(profile),
      clauses: clauses.prefix(500).map { clause in
        ContractClause(
          id: clause.id, title: line(clause.title), level: clause.level, promisedBy: clause.promisedBy.map(line),
          untested: clause.untested.map(line), checks: clause.checks.prefix(200).map { short($0) })
      },
      leftOut: leftOut.prefix(2000).map { short($0) })
  }
}

/// As the ids of findings are cut.
private func short(_ text: String) -> String { cleaned(text, atMost: 512, lines: false) }
