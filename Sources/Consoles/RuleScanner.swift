/// Applies rules to text as it comes: each line once, whatever the cuts.
struct RuleScanner: Sendable {
  /// A rule, and the line that it matched.
  struct Hit: Hashable {
    var rule: Int
    /// Offset of the line's first byte.
    var line: UInt64
    /// Behind the prompt that matched; nil: all of the line counts.
    var end: UInt64?
    /// The line begins the rule's count anew; the rule itself did not match.
    var isAnew = false
  }

  let rules: ConsoleRules
  private var state: Int
  /// All before has been looked at.
  private var position: UInt64 = 0
  /// Start of the line that is not finished yet.
  private var lineStart: UInt64 = 0
  /// Rules whose text stands in that line.
  private var candidates: [Int] = []
  /// Rules that were told of for that line.
  private var told: [Int] = []

  init(_ rules: ConsoleRules) {
    self.rules = rules
    state = rules.automaton.lineFeed
  }

  /// The rules that what has come since the last call matches, in order of their lines; with `quiet` the unfinished
  /// line counts as finished.
  ///
  /// - Precondition: `window` still holds all that came since, and the line that was unfinished.
  mutating func scan(_ window: TextWindow, quiet: Bool) -> [Hit] {
    var hits: [Hit] = []
    position = max(position, window.base)
    lineStart = max(lineStart, window.base)
    window.bytes.withUnsafeBufferPointer { bytes in
      var at = Int(position - window.base)
      while let event = rules.automaton.advance(&state, bytes, from: at) {
        let end = window.base + UInt64(event)
        if state == rules.automaton.lineFeed {
          tell(window, until: end, &hits)
          candidates.removeAll(keepingCapacity: true)
          told.removeAll(keepingCapacity: true)
          lineStart = end + 1
        } else {
          for found in rules.automaton.found(in: state) { note(found, endsBefore: end + 1, window, &hits) }
        }
        at = event + 1
      }
    }
    position = window.end
    if quiet { tell(window, until: window.end, &hits) }
    return hits
  }

  private mutating func note(
    _ found: RuleAutomaton.Found, endsBefore end: UInt64, _ window: TextWindow, _ hits: inout [Hit]
  ) {
    let start = end - UInt64(found.length)
    if found.isAnew {
      if start == lineStart { hits.append(Hit(rule: found.rule, line: lineStart, isAnew: true)) }
      return
    }
    let rule = rules.rules[found.rule]
    guard !candidates.contains(found.rule), isPlaced(rule.place, start, window) else { return }
    candidates.append(found.rule)
    if rule.isPrompt { tell(window, until: end, only: found.rule, &hits) }
  }

  /// Tells of the candidates that hold in the line as it is up to `end`, each once.
  private mutating func tell(_ window: TextWindow, until end: UInt64, only: Int? = nil, _ hits: inout [Hit]) {
    guard !candidates.isEmpty else { return }
    let holding = candidates.filter { holds(rules.rules[$0], window, lineStart, end) }
    if holding.contains(where: { rules.rules[$0].severity == .ignore }) { return }
    for rule in holding.sorted() where only ?? rule == rule && !told.contains(rule) {
      told.append(rule)
      hits.append(Hit(rule: rule, line: lineStart, end: only == nil ? nil : end))
    }
  }

  private func holds(_ rule: ConsoleRule, _ window: TextWindow, _ start: UInt64, _ end: UInt64) -> Bool {
    func has(_ text: String) -> Bool { window.find(Array(text.utf8), from: start, to: end) != nil }
    return (rule.with.isEmpty || rule.with.contains(where: has)) && !rule.unless.contains(where: has)
  }

  private func isPlaced(_ place: ConsoleRule.Place, _ start: UInt64, _ window: TextWindow) -> Bool {
    place == .anywhere || start == lineStart || place == .message && followsKernelTime(start, window)
  }

  /// Whether `[   12.345678] `, or behind that `[    T1] ` (thread or processor), stands right before `offset`.
  private func followsKernelTime(_ offset: UInt64, _ window: TextWindow) -> Bool {
    guard offset > lineStart + 3, window[offset - 1] == 0x20, window[offset - 2] == UInt8(ascii: "]") else {
      return false
    }
    var (at, digits, points, letters) = (offset - 3, 0, 0, 0)
    while at > lineStart, offset - at < 24, let byte = window[at] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "."): points += 1
      case UInt8(ascii: "T"), UInt8(ascii: "C"): letters += 1
      case 0x20: break
      default: return false
      }
      at -= 1
      if window[at] == UInt8(ascii: "[") { return digits > 0 && points + letters == 1 }
    }
    return false
  }
}
