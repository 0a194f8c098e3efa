import Model

/// A rule that matched.
package struct ConsoleAlarm: Sendable, Hashable, CustomStringConvertible {
  /// A line of the report that is quoted.
  package struct Line: Sendable, Hashable {
    /// As ``ConsoleAlarm/time``, of this line.
    package var time: Duration?
    package var text: String
  }

  /// Counts the alarms of one console, from 0.
  package var serial: Int
  /// Since power-on; nil: not known, in a log without times.
  package var time: Duration?
  /// Number of the line in its log, from 1.
  package var number: Int
  /// Id of the rule.
  package var rule: String
  package var severity: ConsoleRule.Severity
  package var category: String
  /// For a fatal one: the check that fails.
  package var stop: ConsoleRule.Stop?
  package var meaning: String
  /// The decisive line: the one that matched, or behind it the earlier one that tells why.
  package var line: String
  /// The whole report, at least the line that matched; at most ``AlarmBook/longestReport`` lines.
  package var report: [Line]

  package var description: String {
    "\(meaning) (\(category)\(time.map { " after \($0.forPeople)" } ?? "")): \(line)"
  }

  /// The report, each line with its time as in the console's log.
  package var quote: String {
    report.map { line in
      (line.time.map { String(decoding: ConsoleLog.stamp($0), as: UTF8.self) } ?? "") + line.text
    }.joined(separator: "\n")
  }
}
