import Model

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

  /// - Parameters:
  ///   - place: What to say of a reason that belongs to no boot.
  ///   - clues: What is known of the cause.
  mutating func problem(_ problem: Problem, sign: String, _ ink: Ink, place: String, clues: [Fact] = []) {
    let word = problem.isFlaky ? " (flaky)" : ""
    let title = problem.title.isEmpty ? "" : ": \(problem.title)"
    wrapped("\(sign) \(problem.check)\(word)\(title)", first: 0, rest: 2, ink)
    for clue in clues { wrapped("\(clue.name): \(clue.value)", first: 4, rest: 6, .bold) }
    reasons(problem, place: place, indent: 4)
    if !problem.remedy.isEmpty { wrapped("remedy: \(problem.remedy)", first: 4, rest: 6) }
    blank()
  }

  /// Each reason with the boots that it was said of and the files that show it, at most five.
  mutating func reasons(_ problem: Problem, place: String, indent: Int) {
    for reason in problem.reasons.prefix(5) {
      let boots = reason.boots.isEmpty ? place : reason.boots.prefix(8).joined(separator: ", ")
      let more = reason.boots.count > 8 ? " and \(reason.boots.count - 8) more" : ""
      wrapped("\(boots)\(more): \(reason.sentence)", first: indent, rest: indent + 2)
      for file in reason.evidence.compactMap(\.file).prefix(3) {
        let path = "\(folder.map { "\(cleaned($0, atMost: 4096, lines: false))/" } ?? "")\(file)"
        wrapped("see \(path)", first: indent + 2, rest: indent + 4, .faint)
      }
    }
    if problem.reasons.count > 5 {
      wrapped("and \(problem.reasons.count - 5) other reasons", first: indent, rest: indent + 2)
    }
  }
}
