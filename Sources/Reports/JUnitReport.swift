import Foundation
import Model

/// `report.xml`: JUnit in the dialect that Jenkins reads (`fixtures/junit-jenkins.xsd`), which GitLab, GitHub's test
/// reporters and Buildkite read, too.
///
/// Shape: a suite `image`, then one for each boot; a test case is one check, `imgverify.<boot>` its class.
///
/// | finding | element | why |
/// |---|---|---|
/// | *must*, failed | `<failure>` | the image is bad |
/// | *must*, broken | `<error>` | we could not tell |
/// | *should*, failed or broken | `<skipped message="warning: …">` | CI shows skipped tests with their message and does not gate on them; the output of a passed test nobody sees |
/// | *may*, failed or broken | `<skipped message="note: …">` | the same |
/// | waived | `<skipped message="waived …">` | |
/// | skipped | `<skipped>` | |
/// | any of ``Report/doubts`` | test case `harness` with `<error>` | |
///
/// So the file holds a `<failure>` or an `<error>` exactly when the exit code is not 0.
extension Report {
  /// - Parameter folder: Absolute path of the output folder. The attachments plug-in wants absolute paths, each alone on
  ///   its line; without it the paths stay relative to the output folder.
  package func junit(folder: String? = nil) -> String {
    let doubts = self.doubts
    var suites = [Suite(name: "image", findings: findings, doubts: doubts.filter { $0.boot == nil })]
    suites[0].seconds = image.seconds ?? findings.reduce(0) { $0 + $1.seconds }
    suites[0].offset = 0
    suites[0].properties = imageProperties
    for boot in boots {
      var suite = Suite(name: boot.id, findings: boot.findings, doubts: doubts.filter { $0.boot == boot.id })
      suite.seconds = boot.seconds
      suite.offset = boot.started
      suite.host = boot.boot?.instance.hostname
      suite.properties = properties(of: boot)
      suites.append(suite)
    }
    var names = UniqueNames()
    for index in suites.indices { suites[index].name = names.unique(inert(suites[index].name)) }
    var xml = XMLWriter()
    xml.element(
      "testsuites",
      [
        ("name", "imgverify"), ("tests", "\(suites.reduce(0) { $0 + $1.tests })"),
        ("failures", "\(suites.reduce(0) { $0 + $1.failures })"),
        ("errors", "\(suites.reduce(0) { $0 + $1.errors })"), ("skipped", "\(suites.reduce(0) { $0 + $1.skipped })"),
        ("time", decimal(seconds)),
      ]
    ) { xml in
      for suite in suites { suite.write(to: &xml, started: run?.date, folder: folder) }
    }
    return xml.text
  }

  private var imageProperties: [(String, String?)] {
    [
      ("imgverify.version", run?.version), ("imgverify.verdict", verdict.rawValue),
      ("imgverify.exitCode", "\(verdict.exitCode)"), ("imgverify.sentence", sentence),
      ("imgverify.arguments", run?.arguments.joined(separator: " ")), ("seed", seed.map { "\($0)" }),
      ("image.file", run?.image), ("image.manifest", run?.manifest), ("image.name", image.name),
      ("image.version", image.version), ("image.uuid", image.uuid), ("image.sha1", image.sha1),
      ("image.fileSize", image.fileSize.map { "\($0)" }), ("image.volumeSize", image.volumeSize.map { "\($0)" }),
      ("image.container", image.container?.rawValue), ("image.format", image.format?.rawValue),
      ("image.blockSize", image.blockSize.map { "\($0)" }), ("image.snapshot", image.snapshot),
      ("image.stream.guid", image.stream?.guid), ("image.stream.features", image.stream?.peculiarities),
      ("image.disk", image.disk.map { cleaned($0.summary, atMost: 4 << 10, lines: false) }),
      ("hypervisor", accelerator?.hypervisor),
      ("accelerator", accelerator?.accelerator), ("accelerator.reason", accelerator?.reason),
      ("timeoutScale", accelerator.map { "\($0.timeoutScale)" }),
    ]
  }

  private func properties(of report: BootReport) -> [(String, String?)] {
    var properties: [(String, String?)] = [("seed", seed.map { "\($0)" }), ("accelerator", accelerator?.accelerator)]
    if let boot = report.boot { properties += boot.facts.map { ($0.name, $0.value) } }
    properties.append(("boot.lastStage", report.lastStage))
    if let ended = report.ended {
      properties += [("boot.cpuSeconds", decimal(ended.cpuSeconds)), ("boot.cpuShare", decimal(ended.cpuShare))]
    }
    return properties
  }
}

/// One `<testsuite>`.
private struct Suite {
  var name: String
  var findings: [Finding]
  var doubts: [Trouble]
  var seconds = 0.0
  /// Seconds from the start of the run; nil: never started.
  var offset: Double?
  var host: String?
  var properties: [(String, String?)] = []

  init(name: String, findings: [Finding], doubts: [Trouble]) {
    (self.name, self.findings, self.doubts) = (name, findings, doubts)
  }

  var tests: Int { findings.count + (doubts.isEmpty ? 0 : 1) }
  var failures: Int { findings.count { $0.standing == .rejects } }
  var errors: Int { findings.count { $0.standing == .doubtful } + (doubts.isEmpty ? 0 : 1) }
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
          xml.element("property", [("name", name), ("value", inert(value))])
        }
      }
      var names = UniqueNames()
      if !doubts.isEmpty { writeDoubts(as: names.unique("harness"), to: &xml) }
      for finding in findings { write(finding, as: names.unique(inert(finding.check)), to: &xml, folder: folder) }
    }
  }

  private func write(_ finding: Finding, as name: String, to xml: inout XMLWriter, folder: String?) {
    let attributes = [("classname", className), ("name", name), ("time", decimal(finding.seconds))]
    let output = finding.output(folder: folder)
    if finding.standing == .passed, output.isEmpty {
      xml.element("testcase", attributes)
      return
    }
    xml.element("testcase", attributes) { xml in
      let message = inert(finding.sentence)
      switch finding.standing {
      case .passed: break
      case .rejects: xml.element("failure", [("message", message), ("type", "failed")], text: finding.explanation)
      case .doubtful: xml.element("error", [("message", message), ("type", "broken")], text: finding.explanation)
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
      xml.element(
        "error", [("message", sentence), ("type", first.code.isEmpty ? "trouble" : inert(first.code))],
        text: doubts.prefix(32).map { inert("\($0.code): \($0.message)") }.joined(separator: "\n"))
    }
  }

  private var className: String { "imgverify.\(name)" }
}

/// Gives the second and later bearers of a name a number, since readers drop or mix test cases of one name.
private struct UniqueNames {
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
  fileprivate var explanation: String {
    var parts = [outcome.text]
    if !title.isEmpty { parts.append("check: \(title)") }
    if !clauses.isEmpty { parts.append("contract: \(clauses)") }
    if !remedy.isEmpty { parts.append("remedy: \(remedy)") }
    parts += evidence.compactMap(\.file).map { "evidence: \($0)" }
    return inert(parts.joined(separator: "\n"))
  }

  /// Notes, evidence and attachments; of a check that passed only the first kilobytes, as there are many of them.
  fileprivate func output(folder: String?) -> String {
    var parts: [String] = []
    if standing == .warns { parts.append("warning: \(explanation)") }
    if standing == .informs { parts.append("note: \(explanation)") }
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
