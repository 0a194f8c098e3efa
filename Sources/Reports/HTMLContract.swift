import Model

extension Report {
  /// The contract clause by clause, folded; nothing for journals that do not tell it.
  var contractSection: Markup? {
    let states = clauseStates
    if states.isEmpty { return nil }
    return """
      <section id="contract">
      <h2>Contract</h2>
      <details class="bootcard">
      <summary><b>\(counted(states.count, "clause"))</b> <span class="words">\(summary(of: states))</span></summary>
      <div class="scroll"><table class="plain contract">
      <thead><tr><th scope="col">clause</th><th scope="col"></th><th scope="col">level</th><th scope="col">state</th><th scope="col">checks</th></tr></thead>
      <tbody>
      \(states.map(row))</tbody></table></div></details>
      </section>

      """
  }

  /// `2 failed · 41 hold · 3 cannot be tested here`.
  private func summary(of states: [ClauseState]) -> String {
    ClauseState.State.allCases.compactMap { state in
      let count = states.count { $0.state == state }
      return count == 0 ? nil : "\(count) \(state.word)"
    }.joined(separator: " · ")
  }

  private func row(_ state: ClauseState) -> Markup {
    let checks: [Markup] = state.checks.prefix(40).map { check in
      let outcome = check.outcome ?? "not run"
      return "<span\(check.tone)><code title=\"\(outcome)\">\(check.check)</code>\(check.mark)</span> "
    }
    let reason: Markup? = state.reason.map { "<span class=\"reason\">\($0)</span>" }
    return """
      <tr class="\(state.state.tone(state.level).rawValue)"><th scope="row">\(state.id)</th>\
      <td>\(state.title)</td><td>\(state.level.rawValue)</td>\
      <td><span class="word">\(state.state.word)</span></td><td>\(checks)\(reason)</td></tr>

      """
  }
}

extension ClauseState.Check {
  /// Said only of what did not pass, to keep the lines short.
  fileprivate var mark: Markup? {
    guard let outcome, outcome != "passed" else { return nil }
    return " <b>\(outcome)</b>"
  }

  /// What says nothing of the clause stands back.
  fileprivate var tone: Markup? {
    outcome == nil || outcome == "skipped" ? " class=\"skipped\"" : outcome == "waived" ? " class=\"waived\"" : nil
  }
}

extension ClauseState.State {
  /// The word for people.
  fileprivate var word: String {
    switch self {
    case .failed: "failed"
    case .broken: "could not tell"
    case .flaky: "flaky"
    case .waived: "waived"
    case .passed: "passed"
    case .skipped: "skipped"
    case .notRun: "not run"
    case .leftOut: "not in this profile"
    case .untested: "cannot be tested here"
    case .uncovered: "not covered"
    }
  }

  /// The colour: a clause is as grave as its level.
  fileprivate func tone(_ level: Level) -> Standing {
    switch self {
    case .failed: level == .must ? .rejects : level == .should ? .warns : .informs
    case .broken, .flaky: level == .must ? .doubtful : level == .should ? .warns : .informs
    case .waived: .waived
    case .passed: .passed
    case .skipped, .notRun, .leftOut, .untested, .uncovered: .skipped
    }
  }
}
