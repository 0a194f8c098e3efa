import Model

extension Report {
  /// The run in some lines for a terminal: what is bad and how to mend it, then the counts, the verdict last.
  ///
  /// - Parameters:
  ///   - colour: Whether to set colours; nothing is said by colour alone.
  ///   - width: Columns to wrap at, taken as at least 40; paths and long words are never broken.
  ///   - folder: The output folder as the user named it, put before evidence and reports; nil leaves both relative.
  package func summary(colour: Bool, width: Int, folder: String? = nil) -> String {
    var page = Page(colour: colour, width: max(40, width), folder: folder)
    page.line(
      [
        imageName, counted(boots(.gate).count, "boot"), furtherBoots, accelerator?.accelerator,
        seed.map { "seed \($0)" },
        forPeople(seconds: seconds),
      ].compactMap { $0 }.joined(separator: " · "), .bold)
    page.blank()
    for problem in problems(.rejects) {
      page.problem(problem, sign: "✗", .red, place: place(of: problem), clues: clues(to: problem))
    }
    standstills(on: &page)
    let (doubts, broken) = (doubtProblems, problems(.doubtful))
    if !doubts.isEmpty || !broken.isEmpty {
      page.line("Could not tell", .bold)
      page.blank()
      for problem in doubts { page.problem(problem, sign: "?", .yellow, place: "the run") }
      for problem in broken {
        page.problem(
          problem, sign: problem.isFlaky ? "±" : "?", .yellow, place: place(of: problem), clues: clues(to: problem))
      }
    }
    for (standing, heading, sign) in [(Standing.warns, "Warnings", "!"), (.waived, "Waived", "~")] {
      let problems = problems(standing)
      if problems.isEmpty { continue }
      page.line(heading, .bold)
      for problem in problems {
        let reason = problem.reasons.first?.sentence ?? ""
        page.wrapped("\(sign) \(problem.check) (\(place(of: problem))): \(reason)", first: 2, rest: 4)
        if standing == .warns {
          for clue in clues(to: problem) { page.wrapped("\(clue.name): \(clue.value)", first: 6, rest: 8) }
        }
      }
      page.blank()
    }
    let idle = idleWaivers
    if !idle.isEmpty {
      page.line("Waivers", .bold)
      for sentence in idle.prefix(20) { page.wrapped("! \(sentence)", first: 2, rest: 4) }
      if idle.count > 20 { page.wrapped("and \(counted(idle.count - 20, "more waiver"))", first: 2, rest: 4) }
      page.blank()
    }
    aside("Compatibility: does not gate", .compatibility, compatibilityProblems, on: &page)
    aside("Trials: do not gate", .trial, trialProblems, on: &page)
    aside("Seen only while searching for a cause: does not gate", .search, searchProblems, on: &page)
    if let profile = profileSentence { page.wrapped("profile \(profile)", first: 0, rest: 2) }
    page.line(counts.joined(separator: " · "))
    if let folder { page.line("report: \(cleaned(folder, atMost: 4096, lines: false))/report.html") }
    let sentence = self.sentence
    page.line(
      verdict.word + (sentence.isEmpty ? "" : verdict == .interrupted ? " \(sentence)" : ": \(sentence)"),
      verdict == .accepted ? .green : verdict == .rejected ? .red : .yellow)
    return page.text
  }

  /// How far the boots came that did not come up, at most five, in one line each.
  private func standstills(on page: inout Page) {
    let stopped = boots(.gate).filter { $0.standstill != nil && !$0.stages.isEmpty }
    if stopped.isEmpty { return }
    page.line("How far they came", .bold)
    for boot in stopped.prefix(5) { page.wrapped("\(boot.id): \(boot.way)", first: 2, rest: 4) }
    if stopped.count > 5 { page.wrapped("and \(counted(stopped.count - 5, "more boot"))", first: 2, rest: 4) }
    page.blank()
  }

  /// What fails in boots of one purpose that do not gate, each check with its reasons, and what befell such boots.
  private func aside(_ heading: String, _ purpose: Boot.Purpose, _ problems: [Problem], on page: inout Page) {
    let ids = Set(boots(purpose).map(\.id))
    let troubles = asides.filter { $0.boot.map(ids.contains) ?? false }
    if problems.isEmpty && troubles.isEmpty { return }
    page.line(heading, .bold)
    for problem in problems {
      page.wrapped("- \(problem.check) (\(place(of: problem)))", first: 2, rest: 4)
      for clue in clues(to: problem) { page.wrapped("\(clue.name): \(clue.value)", first: 6, rest: 8) }
      page.reasons(problem, place: "", indent: 6)
    }
    for trouble in troubles.prefix(8) { page.wrapped("? \(oneLine(trouble))", first: 2, rest: 4) }
    if troubles.count > 8 { page.wrapped("and \(counted(troubles.count - 8, "more trouble"))", first: 2, rest: 4) }
    page.blank()
  }

  /// `2 for compatibility, 10 for trial, 5 to search for causes`; nil when every boot gates.
  var furtherBoots: String? {
    let words = [
      (boots(.compatibility).count, "for compatibility"), (boots(.trial).count, "for trial"),
      (boots(.search).count, "to search for causes"),
    ].compactMap { count, what in count > 0 ? "\(count) \(what)" : nil }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// `45 passed`, `1 failed`, …; what there is none of is left out, but for the first.
  var counts: [String] { Tally(gatingFindings).words(passedFirst: true) }
}
