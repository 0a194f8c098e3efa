/// What to wait for on a console. All of them look at plain text (see ``TerminalFilter``), never at single reads.
package indirect enum ConsolePattern: Sendable, Hashable, CustomStringConvertible {
  /// This text, anywhere.
  case text(String)
  /// A finished line that holds this text; the match's capture is what follows the text in the line.
  case line(String)
  /// The last text, with no line feed behind it and nothing more coming, ends in one of these. Kernel messages that
  /// were written right behind it are not looked at.
  case prompt([String])
  /// `HOST login: ` as the last text, or with a kernel message right behind it; the capture is the host, if any.
  case loginPrompt
  /// Every character of this text in order, whatever stands in between: a line editor's wraps, kernel messages.
  case echo(String)
  /// Whichever comes first; ``ConsoleMatch/alternative`` says which.
  case any([ConsolePattern])

  package var description: String {
    switch self {
    case .text(let text): "“\(text)”"
    case .line(let text): "a line with “\(text)”"
    case .prompt(let ends): "a prompt (\(ends.map { "“\($0)”" }.joined(separator: ", ")))"
    case .loginPrompt: "a login prompt"
    case .echo(let text): "the echo of “\(text)”"
    case .any(let patterns): patterns.map(\.description).joined(separator: " or ")
    }
  }
}

/// A place in a console's plain text.
package struct Cursor: Sendable, Hashable, Comparable {
  let offset: UInt64
  /// Power-on.
  package static let start = Cursor(offset: 0)
  package static func < (a: Cursor, b: Cursor) -> Bool { a.offset < b.offset }
}

/// Where a pattern was found.
package struct ConsoleMatch: Sendable, Hashable {
  /// The line it was found in, as far as it had come.
  package var line: String
  /// See the pattern's case; nil where it captures nothing.
  package var capture: String?
  /// Index into the alternatives of ``ConsolePattern/any(_:)``, else 0.
  package var alternative = 0
  /// Right behind the match: where to go on from.
  package var end: Cursor
  /// Since power-on.
  package var time: Duration = .zero
}

/// A pattern's search under way: looks at each byte once, however the text was cut.
struct PatternMatcher: Sendable {
  private let pattern: ConsolePattern
  private let needles: [[UInt8]]
  private var position: UInt64
  private var echoed = 0
  private var alternatives: [PatternMatcher] = []

  init(_ pattern: ConsolePattern, from position: UInt64) {
    self.pattern = pattern
    self.position = position
    switch pattern {
    case .text(let text), .line(let text), .echo(let text): needles = [Array(text.utf8)]
    case .prompt(let ends): needles = ends.map { Array($0.utf8) }
    case .loginPrompt: needles = [Array("login: ".utf8)]
    case .any(let patterns):
      needles = []
      alternatives = patterns.map { PatternMatcher($0, from: position) }
    }
  }

  /// Looks at what has come since the last call; `quiet` says that nothing more is coming for now.
  mutating func advance(_ window: TextWindow, quiet: Bool) -> ConsoleMatch? {
    position = max(position, window.base)
    switch pattern {
    case .text: return text(window)
    case .line: return line(window)
    case .prompt: return quiet ? prompt(window) : nil
    case .loginPrompt: return loginPrompt(window, quiet: quiet)
    case .echo: return echo(window)
    case .any:
      for index in alternatives.indices {
        if var match = alternatives[index].advance(window, quiet: quiet) {
          match.alternative = index
          return match
        }
      }
      return nil
    }
  }

  private mutating func text(_ window: TextWindow) -> ConsoleMatch? {
    guard let hit = next(window) else { return nil }
    return match(window, at: hit, end: hit + UInt64(needles[0].count))
  }

  private mutating func line(_ window: TextWindow) -> ConsoleMatch? {
    guard let hit = next(window) else { return nil }
    let behind = hit + UInt64(needles[0].count)
    guard let end = window.lineEnd(behind) else {
      position = hit
      return nil
    }
    return match(window, at: hit, end: end + 1, capture: window.text(from: behind, to: end))
  }

  /// The next place of the needle; keeps what could be its beginning for the next time.
  private mutating func next(_ window: TextWindow) -> UInt64? {
    if let hit = window.find(needles[0], from: position) { return hit }
    let overlap = UInt64(max(0, needles[0].count - 1))
    position = max(position, window.end > overlap ? window.end - overlap : 0)
    return nil
  }

  private func prompt(_ window: TextWindow) -> ConsoleMatch? {
    let end = window.endBeforeKernelMessages
    for needle in needles {
      let count = UInt64(needle.count)
      guard end >= position + count, window.find(needle, from: end - count, to: end) != nil else { continue }
      return match(window, at: end - count, end: window.end)
    }
    return nil
  }

  private mutating func loginPrompt(_ window: TextWindow, quiet: Bool) -> ConsoleMatch? {
    while let hit = next(window) {
      let end = hit + UInt64(needles[0].count)
      let words = window.text(from: window.lineStart(hit), to: hit).split(separator: " ").suffix(2)
      // "Last login: Tue Nov 18 …" is what follows a login, not what asks for one.
      let isPrompt = words.last?.lowercased() != "last" && (hit == window.lineStart(hit) || window[hit - 1] == 0x20)
      if isPrompt {
        let followers = window.text(from: end, to: end + 24)
        if followers.isEmpty, !quiet {
          position = hit
          return nil
        }
        if followers.isEmpty || isKernelTime(followers) {
          let host = words.last.map { ["console"].contains($0) || $0.hasPrefix("tty") ? words.first! : $0 }
          return match(window, at: hit, end: end, capture: host.map(String.init))
        }
        if followers.first == "[", followers.count < 16, end + UInt64(followers.utf8.count) == window.end, !quiet {
          position = hit
          return nil
        }
      }
      position = end
    }
    return nil
  }

  private mutating func echo(_ window: TextWindow) -> ConsoleMatch? {
    while echoed < needles[0].count {
      guard let byte = window[position] else { return nil }
      position += 1
      if byte == needles[0][echoed] { echoed += 1 }
    }
    return match(window, at: position, end: position)
  }

  private func match(_ window: TextWindow, at: UInt64, end: UInt64, capture: String? = nil) -> ConsoleMatch {
    let line = window.text(from: window.lineStart(at), to: window.lineEnd(at) ?? window.end)
    return ConsoleMatch(line: line, capture: capture, end: Cursor(offset: end))
  }
}

/// Whether `text` begins like `[   12.345678] `.
private func isKernelTime(_ text: some StringProtocol) -> Bool {
  guard text.first == "[" else { return false }
  let rest = text.dropFirst().drop { $0 == " " }
  let point = rest.drop { $0.isNumber }
  return rest.first?.isNumber == true && point.first == "."
}

extension TextWindow {
  /// The end of the text without the kernel messages that were written right behind it, as behind a prompt that
  /// stands there: `Password: [   12.3] random: …`, and whole lines of them. 50 lines are looked at.
  var endBeforeKernelMessages: UInt64 {
    var end = self.end
    for _ in 0..<50 {
      // The line that ends at `end`: the unfinished one at first, then the one before a line of messages.
      let isWhole = end > base && self[end - 1] == 0x0A
      guard end > base else { break }
      let start = lineStart(isWhole ? end - 1 : end)
      let line = text(from: start, to: isWhole ? end - 1 : end)
      guard let stamp = line.indices.first(where: { line[$0] == "[" && isKernelTime(line[$0...].prefix(24)) }) else {
        break
      }
      end = start + UInt64(line[..<stamp].utf8.count)
      if end > start { return end }
    }
    // Behind a line that is none of the kernel's the text ends where it ends.
    return end == base || self[end - 1] == 0x0A ? self.end : end
  }
}
