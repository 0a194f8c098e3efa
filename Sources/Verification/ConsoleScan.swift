import Checks
import Consoles
import Foundation
package import Model
import Reports

/// What a saved console log says to the console rules.
package struct ConsoleScanResult: Sendable {
  package let path: String
  let scan: LogScan

  /// Whether anything fatal or bad was found.
  package var isBad: Bool { scan.count(.fatal) + scan.count(.bad) > 0 }
}

/// Applies all console rules to the log at `path`, `-` being standard input; its size does not matter.
///
/// - Throws: ``VerifyError`` `.cannotOpen` for the log, `.usage` for a file of rules.
package func scanConsole(_ path: String, folders: [String]) throws -> ConsoleScanResult {
  var scan = LogScan(try loadCatalogue(folders: folders).consoleRules)
  let name = path == "-" ? "standard input" : cleaned(path, atMost: 500, lines: false)
  let file: FileHandle
  if path == "-" {
    file = .standardInput
  } else {
    guard let opened = FileHandle(forReadingAtPath: path) else {
      throw VerifyError(.cannotOpen, "cannot open \(name): \(String(cString: strerror(errno)))")
    }
    file = opened
  }
  do {
    while let data = try file.read(upToCount: 256 << 10), !data.isEmpty { scan.feed(Array(data)) }
  } catch { throw VerifyError(.cannotOpen, "cannot read \(name)", cause: error) }
  scan.finish()
  return ConsoleScanResult(path: path, scan: scan)
}

extension ConsoleScanResult {
  /// Findings of one rule that are told with their reports.
  private static let shown = 3
  private static let severities: [ConsoleRule.Severity] = [.fatal, .bad, .suspicious]

  /// For people: each finding with its report, then one line that sums up; safe for a terminal.
  package func text() -> String {
    var lines: [String] = []
    var told: [String: Int] = [:]
    for alarm in scan.found {
      told[alarm.rule, default: 0] += 1
      guard told[alarm.rule, default: 0] <= Self.shown else { continue }
      let time = alarm.time.map { ", after \($0.forPeople)" } ?? ""
      lines.append("\(alarm.severity.rawValue)  \(alarm.category)  line \(alarm.number)\(time): \(alarm.meaning)")
      // The decisive line, when it is not just the one that is quoted.
      if alarm.line != alarm.report.last?.text { lines.append("  \(alarm.line)") }
      lines += alarm.quote.split(separator: "\n", omittingEmptySubsequences: false).map { "  | \($0)" }
      lines.append("")
    }
    for (rule, count) in told.sorted(by: { $0.key < $1.key }) where count > Self.shown {
      let last = scan.found.last { $0.rule == rule }?.number ?? 0
      lines += ["and \(count - Self.shown) more of rule \(rule), the last in line \(last)", ""]
    }
    lines.append(summary)
    var terminal = SafeTerminal(unicode: readsUnicode() || isatty(STDOUT_FILENO) == 0)
    return String(decoding: terminal.filter(Array(lines.joined(separator: "\n").utf8)), as: UTF8.self)
  }

  private var summary: String {
    let name = path == "-" ? "standard input" : cleaned(path, atMost: 500, lines: false)
    let counts = Self.severities.filter { scan.count($0) > 0 }.map { "\(scan.count($0)) \($0.rawValue)" }
    let all = Self.severities.reduce(0) { $0 + scan.count($1) }
    let left = all > scan.found.count ? "; \(all - scan.found.count) of them were not looked at closer" : ""
    return "\(name): \(counts.isEmpty ? "nothing found" : counts.joined(separator: ", ")) in \(scan.lines) lines\(left)"
  }

  /// For programs: one object.
  package func json() -> JSONValue {
    let findings = scan.found.map { alarm -> JSONValue in
      var members: [String: JSONValue] = [
        "severity": .string(alarm.severity.rawValue), "category": .string(alarm.category), "rule": .string(alarm.rule),
        "lineNumber": .integer(Int64(alarm.number)), "line": .string(alarm.line), "meaning": .string(alarm.meaning),
        "report": .array(alarm.report.map { .string($0.text) }),
      ]
      members["seconds"] = alarm.time.map { .number($0.inSeconds) }
      members["check"] = alarm.stop.map { .string($0.rawValue) }
      return .object(members)
    }
    let counts = Self.severities.map { ($0.rawValue, JSONValue.integer(Int64(scan.count($0)))) }
    return [
      "log": .string(path), "lines": .integer(Int64(scan.lines)), "findings": .array(findings),
      "counts": .object(Dictionary(uniqueKeysWithValues: counts)),
    ]
  }
}

/// All console rules for people: id, severity, meaning.
package func consoleRuleTable(folders: [String]) throws -> String {
  let rules = try loadCatalogue(folders: folders).consoleRules.rules
  let rows = [["RULE", "SEVERITY", "MEANING"]] + rules.map { [$0.id, $0.severity.rawValue, $0.meaning] }
  return aligned(rows).joined(separator: "\n") + "\n\n\(rules.count) rules"
}
