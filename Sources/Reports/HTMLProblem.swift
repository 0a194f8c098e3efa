import Model

extension Report {
  /// One problem: what it is, what causes it, where it was seen and how it is mended.
  ///
  /// - Parameter name: What to say of a problem that belongs to no boot.
  func card(_ problem: Problem, place name: String = "the image") -> Markup {
    let place = problem.boots.isEmpty ? name : place(of: problem)
    let mark = Mark(problem)
    let title: Markup? = problem.title.isEmpty ? nil : "<p class=\"title\">\(problem.title)</p>\n"
    let pattern: Markup? = pattern(of: problem).map { "<p class=\"pattern\"><b>When:</b> \($0)</p>\n" }
    let remedy: Markup? =
      problem.remedy.isEmpty || problem.standing == .waived
      ? nil : "<p class=\"remedy\"><b>How to mend it:</b> \(problem.remedy)</p>\n"
    let clauses: Markup? = problem.clauses.isEmpty ? nil : "<p class=\"clauses\">Contract: \(problem.clauses)</p>\n"
    let more: Markup? = problem.reasons.count > 8 ? "<p>and \(problem.reasons.count - 8) other reasons</p>" : nil
    return """
      <article class="card \(mark.tone.rawValue)">
      <h3><span class="sign" aria-hidden="true">\(mark.sign)</span> <code>\(problem.check)</code> \
      <span class="word">\(mark.word)</span> <span class="place">\(place)</span></h3>
      \(title)\(explanations(of: problem.check, in: problem.boots).map(box))\(pattern)\
      \(problem.reasons.prefix(8).map(reason))\(more)\(remedy)\(factorTable(problem))\(clauses)</article>

      """
  }

  private func reason(_ reason: Problem.Reason) -> Markup {
    let links: [Markup] = reason.boots.prefix(24).map { "\(bootLink($0)) " }
    let more: Markup? = reason.boots.count > 24 ? "and \(reason.boots.count - 24) more" : nil
    return """
      <div class="reason"><p><strong>\(reason.sentence)</strong></p><p class="boots">\(links)\(more)</p>
      \(evidenceMarkup(reason.evidence, open: true))</div>

      """
  }

  private func bootLink(_ id: String) -> Markup {
    guard let index = boots.firstIndex(where: { $0.id == id }) else { return "<code>\(id)</code>" }
    return "<a class=\"boot\" href=\"#boot-\(index)\">\(id)</a>"
  }

  // MARK: Why

  /// What a search came to: the sentence, the boots that prove it, and the axes on which these differ.
  private func box(_ explanation: Explanation) -> Markup {
    var proof: [Markup] = []
    if let failing = explanation.failing { proof.append("<span>fails: \(bootLink(failing))</span> ") }
    if let passing = explanation.passing { proof.append("<span>passes: \(bootLink(passing))</span> ") }
    if explanation.confirmed { proof.append("<span>each seen twice</span> ") }
    if explanation.spent > 0 { proof.append("<span>\(counted(explanation.spent, "further boot"))</span>") }
    let factors: Markup? =
      explanation.factors.isEmpty
      ? nil
      : """
      <div class="scroll"><table class="plain"><thead><tr><th scope="col">what differs</th><th scope="col">fails with</th>\
      <th scope="col">passes with</th></tr></thead><tbody>
      \(explanation.factors.map { factor in
        """
        <tr><th scope="row" title="\(factor.axis)">\(factor.title)</th><td>\(factor.fails)</td><td>\(factor.passes)</td></tr>

        """ as Markup
      })</tbody></table></div>

      """
    return """
      <div class="cause \(explanation.result.rawValue)"><p><b>\(explanation.heading)</b> \(explanation.sentence)</p>
      <p class="proof">\(proof)</p>
      \(factors)</div>

      """
  }

  /// The counts by value of each axis, the most telling first, folded; nil when no value tells anything.
  private func factorTable(_ problem: Problem) -> Markup? {
    if problem.purpose != .gate || problem.standing == .waived { return nil }
    let telling = factors(of: problem.check).filter { $0.difference != 0 }
    if telling.isEmpty { return nil }
    let rows: [Markup] = telling.prefix(24).map { factor in
      """
      <tr><th scope="row"><code>\(factor.count.axis)=\(factor.count.value)</code></th>\
      <td>\(factor.count.failed)</td><td>\(factor.count.passed)</td>\
      <td>\(factor.othersFailed)</td><td>\(factor.othersPassed)</td></tr>

      """
    }
    let more: Markup? =
      telling.count > 24 ? "<p>\(telling.count - 24) less telling values stand in report.json.</p>\n" : nil
    return """
      <details class="evidence"><summary>Where it failed, by hardware</summary>
      <p class="aside">Boots of every kind. First the values with which it fails more often than without, the most telling on top.</p>
      <div class="scroll"><table class="plain numbers"><thead><tr><th scope="col">boots with</th><th scope="col">failed</th>\
      <th scope="col">passed</th><th scope="col">others: failed</th><th scope="col">others: passed</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      \(more)</details>

      """
  }
}

extension Explanation {
  fileprivate var heading: String {
    switch result {
    case .cause, .moved: "Cause:"
    case .everywhere: "Not the hardware:"
    case .flaky: "Flaky:"
    case .unfinished: "Not found out:"
    }
  }
}
