import Model

/// A sentence about one kind of line on a console.
package struct ConsoleRule: Sendable, Hashable {
  /// `fatal`: the boot is over, nobody needs to wait. `suspicious`: kept, and judged by a check.
  package enum Severity: String, Codable, Sendable, Hashable { case fatal, suspicious }

  /// Where in its line the text must stand.
  package enum Place: Sendable, Hashable {
    case anywhere
    case lineStart
    /// At the line's start, or right behind a kernel's `[   12.345678] `.
    case messageStart
  }

  /// Short name, equal for rules that mean the same.
  package var category: String
  package var severity: Severity
  /// The literal text, letter for letter.
  package var text: String
  package var place: Place
  /// A prompt: counts without waiting for a line feed. Only with ``Place/lineStart``.
  package var isPrompt: Bool
  /// Texts that make the line harmless.
  package var unless: [String]
  /// Texts of an earlier line that tells the reason better than this one.
  package var reasons: [String]
  /// What it means, in one sentence for people.
  package var meaning: String

  package init(
    _ severity: Severity, _ category: String, _ place: Place, _ text: String, isPrompt: Bool = false,
    unless: [String] = [], reasons: [String] = [], meaning: String
  ) {
    self.category = category
    self.severity = severity
    self.text = text
    self.place = place
    self.isPrompt = isPrompt
    self.unless = unless
    self.reasons = reasons
    self.meaning = meaning
  }
}

/// The rules that a console is judged by.
package struct ConsoleRules: Sendable {
  package var rules: [ConsoleRule]
  package init(_ rules: [ConsoleRule]) { self.rules = rules }
}

/// A rule that matched.
package struct ConsoleAlarm: Sendable, Hashable, CustomStringConvertible {
  /// Since power-on.
  package var time: Duration
  package var severity: ConsoleRule.Severity
  package var category: String
  package var meaning: String
  /// The decisive line: the one that matched, or behind it the earlier one that tells why.
  package var line: String

  package var description: String { "\(meaning) (\(category) after \(time.forPeople)): \(line)" }
}

/// Applies rules to text as it comes: each line once, whatever the cuts.
struct RuleScanner: Sendable {
  /// A rule, and the offset of the line that it matched.
  struct Hit: Hashable {
    var rule: Int
    var line: UInt64
  }

  let rules: [ConsoleRule]
  private let needles: [[UInt8]]
  /// Start of the line that is not finished yet; all before it has been looked at.
  private var unfinished: UInt64 = 0
  /// Rules that matched in that line already.
  private var matched: Set<Int> = []

  init(_ rules: ConsoleRules) {
    self.rules = rules.rules
    needles = rules.rules.map { Array($0.text.utf8) }
  }

  /// The rules that what has come since the last call matches, in order of their lines; with `quiet` the unfinished
  /// line counts as finished.
  mutating func scan(_ window: TextWindow, quiet: Bool) -> [Hit] {
    var hits: [Hit] = []
    let from = max(unfinished, window.base)
    let last = window.lineStart(window.end)
    if last > from {
      for rule in rules.indices { find(rule, window, from: from, to: last, &hits) }
      matched = []
      unfinished = last
    }
    for rule in rules.indices where !matched.contains(rule) && (quiet || rules[rule].isPrompt) {
      // A prompt stands at the line's start: its own length is all there is to look at while the line grows.
      let length = UInt64(needles[rule].count)
      find(rule, window, from: last, to: rules[rule].isPrompt ? min(window.end, last + length) : window.end, &hits)
    }
    for hit in hits where hit.line == last { matched.insert(hit.rule) }
    return hits.sorted { ($0.line, $0.rule) < ($1.line, $1.rule) }
  }

  private func find(_ rule: Int, _ window: TextWindow, from: UInt64, to: UInt64, _ hits: inout [Hit]) {
    let needle = needles[rule]
    var at = from
    while let hit = window.find(needle, from: at, to: to) {
      at = hit + UInt64(needle.count)
      guard isPlaced(rules[rule].place, hit, window) else { continue }
      let start = window.lineStart(hit)
      let end = window.lineEnd(hit) ?? window.end
      at = max(at, min(end, to))
      // Found already while the line was unfinished.
      if start == unfinished, matched.contains(rule) { continue }
      let harmless = rules[rule].unless.contains { window.find(Array($0.utf8), from: start, to: end) != nil }
      if !harmless { hits.append(Hit(rule: rule, line: start)) }
    }
  }

  private func isPlaced(_ place: ConsoleRule.Place, _ hit: UInt64, _ window: TextWindow) -> Bool {
    if place == .anywhere || hit == 0 || window[hit - 1] == 0x0A { return true }
    return place == .messageStart && followsKernelTime(hit, window)
  }

  /// Whether `[   12.345678] `, or behind that `[    T1] ` (thread or processor), stands right before `offset`.
  private func followsKernelTime(_ offset: UInt64, _ window: TextWindow) -> Bool {
    guard offset > 2, window[offset - 1] == 0x20, window[offset - 2] == UInt8(ascii: "]") else { return false }
    var inside: [UInt8] = []
    var at = offset - 3
    while let byte = window[at], byte != UInt8(ascii: "["), inside.count < 24, at > 0 {
      inside.append(byte)
      at -= 1
    }
    let text = inside.reversed().drop { $0 == 0x20 }
    let digits = text.drop { $0 == UInt8(ascii: "T") || $0 == UInt8(ascii: "C") }
    return window[at] == UInt8(ascii: "[") && !digits.isEmpty
      && digits.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: ".") }
      && (text.contains(UInt8(ascii: ".")) || digits.count < text.count)
  }
}
