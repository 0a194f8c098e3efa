/// A sentence about one kind of line on a console.
package struct ConsoleRule: Sendable, Hashable {
  package enum Severity: String, Sendable, Hashable, CaseIterable {
    /// The boot is over, nobody needs to wait.
    case fatal
    /// The image is wrong, though the boot goes on.
    case bad
    /// Trouble that a slow host may cause, too.
    case suspicious
    /// The line raises nothing, whatever else matches it.
    case ignore
  }

  /// Where in its line a text must stand.
  package enum Place: String, Sendable, Hashable, CaseIterable {
    case anywhere
    /// At the line's start.
    case line
    /// At the line's start, or right behind a kernel's `[   12.345678] `.
    case message
  }

  /// How a boot is over: the check that fails for it.
  package enum Stop: String, Sendable, Hashable, CaseIterable {
    case noBootCode = "boot.boot-code"
    case rescueShell = "boot.no-rescue-shell"
    case rootMissing = "disk.root-found"
    case panic = "boot.no-panic"
  }

  package var id: String
  /// Short name, equal for rules that mean the same.
  package var category: String
  package var severity: Severity
  /// Literal texts, letter for letter; one of them is enough.
  package var texts: [String]
  package var place = Place.anywhere
  /// A prompt: counts without waiting for a line feed.
  package var isPrompt = false
  /// One of these must stand in the line, too, unless empty.
  package var with: [String] = []
  /// Texts that make the line harmless.
  package var unless: [String] = []
  /// Texts of an earlier line that tells the reason better than this one.
  package var reasons: [String] = []
  /// Texts of the line that a report begins with, at or before the line that matched; the nearest counts.
  package var start: [String] = []
  /// Texts of the line that a report ends with; empty: it ends with the line that matched.
  package var end: [String] = []
  /// Counts from this match on.
  package var times = 1
  /// A line that begins so makes the count start anew.
  package var anew: [String] = []
  /// For a fatal rule.
  package var stop: Stop?
  /// What it means, in one sentence for people; why the line is ignored.
  package var meaning: String

  package init(
    _ severity: Severity, _ id: String, category: String? = nil, texts: [String], stop: Stop? = nil, meaning: String
  ) {
    self.id = id
    self.category = category ?? id
    self.severity = severity
    self.texts = texts
    self.stop = stop
    self.meaning = meaning
  }

  /// Whether more than the line that matched is quoted.
  var isReport: Bool { !end.isEmpty }
}

/// The rules that a console is judged by, ready to be matched.
package struct ConsoleRules: Sendable {
  /// Bytes of all texts that are looked for; the tables for them grow with it.
  package static let maximumText = 32 << 10

  package let rules: [ConsoleRule]
  let automaton: RuleAutomaton

  /// - Precondition: the texts are not empty, hold no line feed, and are no more than ``maximumText`` together.
  package init(_ rules: [ConsoleRule]) {
    self.rules = rules
    automaton = RuleAutomaton(rules)
  }

  /// Raises nothing.
  package static let none = ConsoleRules([])
}
