/// Turns the lines that rules match into alarms, and gathers the report around each.
///
/// Shape: memory is bounded whatever comes: alarms of each severity, lines and bytes of a report have limits.
package struct AlarmBook: Sendable {
  /// Lines and bytes of one report.
  package static let longestReport = 120
  private static let largestReport = 12 << 10
  private static let longestLine = 500
  /// Lines before the one that matched, among which its start or reason is looked for.
  private static let lookBack = 100
  private static let reasonLookBack = 30
  private static let openReports = 4

  /// What is known of the lines: kept by a console that is put back to an earlier state.
  struct Notes: Sendable {
    var alarms: [ConsoleAlarm] = []
    /// Alarms that are kept, and those that are not, by severity.
    var kept: [ConsoleRule.Severity: Int] = [:]
    var leftOut: [ConsoleRule.Severity: Int] = [:]
    var fatal: ConsoleAlarm?
    /// Matches so far of rules that count from a later match on.
    var counts: [Int: Int] = [:]
  }

  /// A report whose end has not come.
  private struct OpenReport {
    var alarm: Int
    var rule: ConsoleRule
    /// Offset of the next line to take.
    var next: UInt64
    var bytes = 0
  }

  private(set) var notes = Notes()
  private var scanner: RuleScanner
  private var open: [OpenReport] = []
  private var marks = LineMarks()
  private var serials = 0
  /// Alarms of each severity that are kept.
  private let limit: Int

  init(_ rules: ConsoleRules, limit: Int) {
    scanner = RuleScanner(rules)
    self.limit = limit
  }

  /// Whether the end of a report is still awaited.
  var isTaking: Bool { !open.isEmpty }

  /// Notes that what comes at `offset` came at `time`, as line `number` of its log (nil: counted here).
  mutating func mark(_ offset: UInt64, time: Duration?, number: Int) { marks.add(offset, time, number) }

  /// Looks at what has come since the last call.
  ///
  /// - Parameters:
  ///   - quiet: the unfinished line counts as finished.
  ///   - onlyFatal: alarms of other severities are passed over.
  /// - Returns: whether the first fatal alarm was among it.
  mutating func evaluate(_ window: TextWindow, quiet: Bool, onlyFatal: Bool = false) -> Bool {
    let wasFatal = notes.fatal != nil
    for hit in scanner.scan(window, quiet: quiet) {
      let severity = scanner.rules.rules[hit.rule].severity
      if onlyFatal, severity != .fatal { continue }
      if notes.kept[severity, default: 0] >= limit, !hit.isAnew {
        notes.leftOut[severity, default: 0] += 1
        continue
      }
      let rule = scanner.rules.rules[hit.rule]
      if rule.times > 1 {
        notes.counts[hit.rule] = hit.isAnew ? 0 : notes.counts[hit.rule, default: 0] + 1
        if notes.counts[hit.rule, default: 0] < rule.times { continue }
      }
      if hit.isAnew { continue }
      take(window, before: hit.line)
      // What a report tells in its midst is in it already.
      if rule.isReport, open.contains(where: { $0.rule.severity <= rule.severity }) { continue }
      raise(rule, hit, window)
    }
    if !open.isEmpty { take(window, before: window.lineStart(window.end)) }
    return !wasFatal && notes.fatal != nil
  }

  /// Ends the reports whose end has not come, the unfinished line included.
  mutating func finish(_ window: TextWindow) {
    take(window, before: window.end)
    open = []
  }

  /// Forgets what came since `earlier`.
  mutating func putBack(to earlier: Notes) {
    notes = earlier
    open = []
  }

  private mutating func raise(_ rule: ConsoleRule, _ hit: RuleScanner.Hit, _ window: TextWindow) {
    let line = hit.line
    let mark = marks.mark(of: line)
    // A prompt is quoted as far as it goes, whatever has been typed behind it by then.
    let end = hit.end ?? window.lineEnd(line) ?? window.end
    let first = rule.start.isEmpty ? nil : earlierLine(line, window, Self.lookBack, rule.start)
    var alarm = ConsoleAlarm(
      serial: serials, time: mark?.time,
      number: mark.map { $0.number + window.lineFeeds(from: $0.offset, to: line) } ?? 0,
      rule: rule.id, severity: rule.severity, category: rule.category, stop: rule.stop, meaning: rule.meaning,
      line: decisiveLine(rule, line, end, window), report: [])
    serials += 1
    var report = OpenReport(alarm: notes.alarms.count, rule: rule, next: first ?? line)
    // The line that matched belongs to it even when it is not finished, or when the lines before have filled it.
    let last = quoted(window, line, end)
    while report.next < line, alarm.report.count < Self.longestReport / 2, report.bytes < Self.largestReport / 2 {
      let lineEnd = window.lineEnd(report.next) ?? window.end
      Self.add(quoted(window, report.next, lineEnd), to: &alarm, &report)
      report.next = lineEnd + 1
    }
    Self.add(last, to: &alarm, &report)
    report.next = end + 1
    notes.alarms.append(alarm)
    notes.kept[rule.severity, default: 0] += 1
    if rule.severity == .fatal, notes.fatal == nil { notes.fatal = alarm }
    if rule.isReport, !rule.end.contains(where: { last.text.contains($0) }), open.count < Self.openReports {
      open.append(report)
    }
  }

  /// Adds to the open reports the whole lines up to `limit`.
  private mutating func take(_ window: TextWindow, before limit: UInt64) {
    guard !open.isEmpty else { return }
    for index in open.indices {
      while open[index].next < limit {
        let start = open[index].next
        let end = min(limit, window.lineEnd(start) ?? window.end)
        let line = quoted(window, start, end)
        let alarm = open[index].alarm
        Self.add(line, to: &notes.alarms[alarm], &open[index])
        open[index].next = end + 1
        let isLast = open[index].rule.end.contains { line.text.contains($0) }
        if isLast || notes.alarms[alarm].report.count >= Self.longestReport || open[index].bytes >= Self.largestReport {
          open[index].next = .max
        }
      }
    }
    open.removeAll { $0.next == .max }
  }

  private static func add(_ line: ConsoleAlarm.Line, to alarm: inout ConsoleAlarm, _ report: inout OpenReport) {
    report.bytes += line.text.utf8.count + 12
    alarm.report.append(line)
  }

  private func quoted(_ window: TextWindow, _ start: UInt64, _ end: UInt64) -> ConsoleAlarm.Line {
    let text = window.text(from: start, to: min(end, start + UInt64(Self.longestLine)))
    return ConsoleAlarm.Line(time: marks.mark(of: start)?.time, text: text)
  }

  private func decisiveLine(_ rule: ConsoleRule, _ line: UInt64, _ end: UInt64, _ window: TextWindow) -> String {
    let short = quoted(window, line, end).text
    guard !rule.reasons.isEmpty, let reason = earlierLine(line, window, Self.reasonLookBack, rule.reasons) else {
      return short
    }
    return "\(quoted(window, reason, window.lineEnd(reason) ?? window.end).text) → \(short)"
  }

  /// Offset of the nearest of the `count` lines before `line` that has one of `texts` in it.
  private func earlierLine(_ line: UInt64, _ window: TextWindow, _ count: Int, _ texts: [String]) -> UInt64? {
    let needles = texts.map { Array($0.utf8) }
    var at = line
    for _ in 0..<count where at > window.base {
      let start = window.lineStart(at - 1)
      if needles.contains(where: { window.find($0, from: start, to: at - 1) != nil }) { return start }
      at = start
    }
    return nil
  }
}

extension ConsoleRule.Severity: Comparable {
  /// The worst first.
  package static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
  private var rank: Int { Self.allCases.firstIndex(of: self)! }
}

/// When lines came, and their numbers: the newest are known.
private struct LineMarks: Sendable {
  struct Mark {
    var offset: UInt64
    var time: Duration?
    var number: Int
  }

  private static let kept = 512
  private var marks: [Mark] = []

  mutating func add(_ offset: UInt64, _ time: Duration?, _ number: Int) {
    if marks.count >= 2 * Self.kept { marks.removeFirst(Self.kept) }
    marks.append(Mark(offset: offset, time: time, number: number))
  }

  /// The newest one at or before `offset`; for lines from before all of them the oldest.
  func mark(of offset: UInt64) -> Mark? {
    let (low, high) = (marks.startIndex, marks.endIndex)
    var range = low..<high
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      range = marks[middle].offset <= offset ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound > 0 ? marks[range.lowerBound - 1] : marks.first
  }
}
