import Foundation
import Model

/// One `<testsuite>`.
struct Suite {
  var name: String
  var findings: [Finding]
  /// Why it tells less than it should.
  var doubts: [Trouble]
  /// Only suites of the gate have failures and errors.
  var purpose = Boot.Purpose.gate
  /// By check, lines for the text of its failure.
  var clues: [String: [String]] = [:]
  var seconds = 0.0
  /// Seconds from the start of the run; nil: never started.
  var offset: Double?
  var host: String?
  var properties: [(String, String?)] = []

  init(name: String, findings: [Finding], doubts: [Trouble]) {
    (self.name, self.findings, self.doubts) = (name, findings, doubts)
  }

  var tests: Int { findings.count + (doubts.isEmpty ? 0 : 1) }
  var failures: Int { purpose == .gate ? findings.count { $0.standing == .rejects } : 0 }
  var errors: Int {
    purpose == .gate ? findings.count { $0.standing == .doubtful } + (doubts.isEmpty ? 0 : 1) : 0
  }
  var skipped: Int { tests - failures - errors - findings.count { $0.standing == .passed } }

  func write(to xml: inout XMLWriter, started: String?, folder: String?) {
    var attributes = [
      ("name", name), ("tests", "\(tests)"), ("failures", "\(failures)"), ("errors", "\(errors)"),
      ("skipped", "\(skipped)"), ("time", decimal(seconds)),
      ("hostname", host.flatMap { $0.isEmpty ? nil : $0 } ?? "localhost"),
    ]
    if let offset, let stamp = timestamp(started, plus: offset) { attributes.append(("timestamp", stamp)) }
    xml.element("testsuite", attributes) { xml in
      xml.element("properties") { xml in
        for case (let name, let value?) in properties where !value.isEmpty {
          xml.element("property", [("name", inert(name)), ("value", inert(value))])
        }
      }
      var names = UniqueNames()
      if !doubts.isEmpty { writeDoubts(as: names.unique("harness"), to: &xml) }
      for finding in findings { write(finding, as: names.unique(inert(finding.check)), to: &xml, folder: folder) }
    }
  }

  private func write(_ finding: Finding, as name: String, to xml: inout XMLWriter, folder: String?) {
    let attributes = [("classname", className), ("name", name), ("time", decimal(finding.seconds))]
    let clues = clues[finding.check] ?? []
    let output = finding.output(in: purpose, clues, folder: folder)
    if finding.standing == .passed, output.isEmpty {
      xml.element("testcase", attributes)
      return
    }
    xml.element("testcase", attributes) { xml in
      let message = inert(finding.sentence(in: purpose))
      let text = finding.explanation(clues)
      switch finding.standing {
      case .passed: break
      case _ where purpose != .gate && finding.isBad:
        xml.element("skipped", [("message", "\(purpose.rawValue): \(message)")])
      case .rejects: xml.element("failure", [("message", message), ("type", "failed")], text: text)
      case .doubtful:
        xml.element("error", [("message", message), ("type", finding.isFlaky ? "flaky" : "broken")], text: text)
      case .warns: xml.element("skipped", [("message", "warning: \(message)")])
      case .informs: xml.element("skipped", [("message", "note: \(message)")])
      case .waived, .skipped: xml.element("skipped", [("message", message)])
      }
      if !output.isEmpty { xml.element("system-out", text: output) }
    }
  }

  /// One test case for all, since Jenkins keeps one error of a test case and GitLab one test case of a name.
  private func writeDoubts(as name: String, to xml: inout XMLWriter) {
    xml.element("testcase", [("classname", className), ("name", name), ("time", "0.000")]) { xml in
      let first = doubts[0]
      let more = doubts.count > 1 ? " (and \(counted(doubts.count - 1, "more doubt")))" : ""
      let sentence = inert(cleaned("\(first.code): \(first.message)", atMost: 1024, lines: false)) + more
      if purpose != .gate {
        xml.element("skipped", [("message", "\(purpose.rawValue): \(sentence)")])
        return
      }
      xml.element(
        "error", [("message", sentence), ("type", first.code.isEmpty ? "trouble" : inert(first.code))],
        text: doubts.prefix(32).map { inert("\($0.code): \($0.message)") }.joined(separator: "\n"))
    }
  }

  private var className: String { "imgverify.\(name)" }
}

/// Gives the second and later bearers of a name a number, since readers drop or mix test cases of one name.
struct UniqueNames {
  private var seen: [String: Int] = [:]

  mutating func unique(_ name: String) -> String {
    let name = name.isEmpty ? "unnamed" : name
    let count = (seen[name] ?? 0) + 1
    seen[name] = count
    return count == 1 ? name : unique("\(name) (\(count))")
  }
}

extension Finding {
  /// The text inside `<failure>` or `<error>`: GitLab shows it in place of the message, so it says everything.
  fileprivate func explanation(_ clues: [String]) -> String {
    var parts = [outcome.text] + clues
    if !title.isEmpty { parts.append("check: \(title)") }
    if !clauses.isEmpty { parts.append("contract: \(clauses)") }
    if !remedy.isEmpty { parts.append("remedy: \(remedy)") }
    parts += evidence.compactMap(\.file).map { "evidence: \($0)" }
    return inert(parts.joined(separator: "\n"))
  }

  /// Notes, evidence and attachments; of a check that passed only the first kilobytes, as there are many of them.
  fileprivate func output(in purpose: Boot.Purpose, _ clues: [String], folder: String?) -> String {
    var parts: [String] = []
    if purpose != .gate, isBad {
      parts.append("\(purpose.rawValue): \(explanation(clues))")
    } else {
      if standing == .warns { parts.append("warning: \(explanation(clues))") }
      if standing == .informs { parts.append("note: \(explanation(clues))") }
    }
    parts += notes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    parts += evidence.compactMap { item in item.text.map { "--- \(item.name)\n\($0)" } }
    var output = inert(cleaned(parts.joined(separator: "\n"), atMost: standing == .passed ? 4 << 10 : 64 << 10))
    for case let file? in evidence.map(\.file) where isSafe(path: file) {
      if !output.isEmpty { output += "\n" }
      output += "[[ATTACHMENT|\(folder.map { "\($0)/\(file)" } ?? file)]]"
    }
    return output
  }
}

/// Guest text in which no line asks the CI server to publish a file of its own: `[[ATTACHMENT|/etc/passwd]]`.
func inert(_ text: String) -> String { text.contains("[[") ? text.replacingOccurrences(of: "[[", with: "[ [") : text }

/// Seconds as `xs:decimal` with milliseconds.
func decimal(_ seconds: Double) -> String {
  let thousandths = Int64((sane(seconds: seconds) * 1000).rounded())
  let fraction = String(thousandths % 1000)
  return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
}

/// `date` and some seconds as UTC without a zone, the form of Ant's own formatter that every reader knows.
private func timestamp(_ date: String?, plus seconds: Double) -> String? {
  guard let date, let start = try? Date.ISO8601FormatStyle(includingFractionalSeconds: date.contains(".")).parse(date)
  else { return nil }
  let text = Date.ISO8601FormatStyle().format(start.addingTimeInterval(seconds))
  return text.hasSuffix("Z") ? String(text.dropLast()) : text
}
