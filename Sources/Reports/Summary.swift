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
        imageName, counted(boots.count, "boot"), accelerator?.accelerator, seed.map { "seed \($0)" },
        forPeople(seconds: seconds),
      ].compactMap { $0 }.joined(separator: " · "), .bold)
    page.blank()
    for problem in problems(.rejects) { page.problem(problem, sign: "✗", .red, place: place(of: problem)) }
    let (doubts, broken) = (doubtProblems, problems(.doubtful))
    if !doubts.isEmpty || !broken.isEmpty {
      page.line("Could not tell", .bold)
      page.blank()
      for problem in doubts { page.problem(problem, sign: "?", .yellow, place: "the run") }
      for problem in broken { page.problem(problem, sign: "?", .yellow, place: place(of: problem)) }
    }
    for (standing, heading, sign) in [(Standing.warns, "Warnings", "!"), (.waived, "Waived", "~")] {
      let problems = problems(standing)
      if problems.isEmpty { continue }
      page.line(heading, .bold)
      for problem in problems {
        let reason = problem.reasons.first?.sentence ?? ""
        page.wrapped("\(sign) \(problem.check) (\(place(of: problem))): \(reason)", first: 2, rest: 4)
      }
      page.blank()
    }
    page.line(counts.joined(separator: " · "))
    if let folder { page.line("report: \(cleaned(folder, atMost: 4096, lines: false))/report.html") }
    let sentence = self.sentence
    page.line(
      verdict.word + (sentence.isEmpty ? "" : verdict == .interrupted ? " \(sentence)" : ": \(sentence)"),
      verdict == .accepted ? .green : verdict == .rejected ? .red : .yellow)
    return page.text
  }

  /// `45 passed`, `1 failed`, …; what there is none of is left out, but for the first.
  var counts: [String] {
    let counts: [(Standing, String)] = [
      (.passed, "passed"), (.rejects, "failed"), (.doubtful, "broken"), (.warns, "warned"), (.informs, "noted"),
      (.waived, "waived"), (.skipped, "skipped"),
    ]
    return counts.compactMap { standing, word in
      let count = count(standing)
      return count > 0 || standing == .passed ? "\(count) \(word)" : nil
    }
  }
}

/// Lines of a terminal page.
struct Page {
  enum Ink: String {
    case plain = "0"
    case bold = "1"
    case faint = "2"
    case red = "1;31"
    case green = "1;32"
    case yellow = "1;33"
  }
  let colour: Bool
  let width: Int
  let folder: String?
  var text = ""

  mutating func blank() { text += "\n" }

  mutating func line(_ line: String, _ ink: Ink = .plain) {
    text += colour && ink != .plain ? "\u{1B}[\(ink.rawValue)m\(line)\u{1B}[0m\n" : "\(line)\n"
  }

  mutating func wrapped(_ paragraph: String, first: Int, rest: Int, _ ink: Ink = .plain) {
    var current = String(repeating: " ", count: first)
    var isEmpty = true
    for word in paragraph.split(whereSeparator: { $0 == " " || $0 == "\n" || $0 == "\t" }) {
      if !isEmpty, current.count + 1 + word.count > width {
        line(current, ink)
        current = String(repeating: " ", count: rest)
        isEmpty = true
      }
      current += (isEmpty ? "" : " ") + word
      isEmpty = false
    }
    line(current, ink)
  }

  mutating func problem(_ problem: Problem, sign: String, _ ink: Ink, place: String) {
    wrapped("\(sign) \(problem.check)\(problem.title.isEmpty ? "" : ": \(problem.title)")", first: 0, rest: 2, ink)
    for reason in problem.reasons.prefix(5) {
      let boots = reason.boots.isEmpty ? place : reason.boots.prefix(8).joined(separator: ", ")
      let more = reason.boots.count > 8 ? " and \(reason.boots.count - 8) more" : ""
      wrapped("\(boots)\(more): \(reason.sentence)", first: 4, rest: 6)
      for file in reason.evidence.compactMap(\.file).prefix(3) {
        wrapped(
          "see \(folder.map { "\(cleaned($0, atMost: 4096, lines: false))/" } ?? "")\(file)", first: 6, rest: 8, .faint)
      }
    }
    if problem.reasons.count > 5 { wrapped("and \(problem.reasons.count - 5) other reasons", first: 4, rest: 6) }
    if !problem.remedy.isEmpty { wrapped("remedy: \(problem.remedy)", first: 4, rest: 6) }
    blank()
  }
}
