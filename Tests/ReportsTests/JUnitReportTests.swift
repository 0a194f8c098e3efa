import Foundation
import Model
import Testing

@testable import Reports

@Suite struct JUnitReportTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let xmllint = ["/usr/bin/xmllint", "/usr/local/bin/xmllint"].first(where: FileManager.default.isExecutableFile)

  @Test(arguments: ["rejected", "inconclusive", "interrupted", "cannot-open", "empty", "layouts"])
  func reportsAreTheGoldenOnes(name: String) throws {
    let journal = Samples.named.first { $0.name == name }!.journal
    try expectGolden(Report(journal).junit(), "\(name).xml")
  }

  @Test(
    .enabled(if: xmllint != nil, "xmllint is not installed (Debian package libxml2-utils)"),
    arguments: Samples.named.map(\.name))
  func reportsAreValidInTheJenkinsDialect(name: String) throws {
    let journal = Samples.named.first { $0.name == name }!.journal
    #expect(try Self.validate(Report(journal).junit(folder: "/out")) == "")
  }

  @Test(.enabled(if: xmllint != nil, "xmllint is not installed (Debian package libxml2-utils)"))
  func theSchemaRefusesWhatJenkinsWouldMisread() throws {
    let good = Report(Samples.rejected).junit()
    for (old, new) in [
      ("time=\"0.125\"", "time=\"0,125\""), ("<skipped ", "<ignored "), ("tests=\"21\"", "tests=\"all\""),
      ("name=\"network.address\"", "name=\"disk.root-found\""), ("timestamp=\"2025-11-21T", "timestamp=\"21.11.2025 "),
      (" type=\"failed\"", ""), ("<testsuite name=\"01-qemu-pc\"", "<testsuite name=\"02-qemu-q35\""),
    ] {
      let bad = good.replacingOccurrences(of: old, with: new)
      #expect(bad != good, "\(old) is not in the report")
      #expect(try Self.validate(bad) != "", "\(new) was taken for valid")
    }
  }

  /// CI that gates on the file and CI that gates on the exit code must agree.
  @Test(arguments: VerdictTests.cases)
  func theFileHoldsAFailureOrAnErrorExactlyWhenNotAccepted(_ test: VerdictTests.Case) {
    let report = Report(Samples.timed(test.events))
    let xml = report.junit()
    #expect((xml.contains("<failure ") || xml.contains("<error ")) == (test.verdict != .accepted))
    #expect((xml.contains("failures=\"0\" errors=\"0\"")) || test.verdict != .accepted)
    if test.verdict == .rejected { #expect(xml.contains("<failure ")) }
  }

  @Test func hostileTextStaysText() {
    let xml = Report(Samples.hostile).junit(folder: "/out")
    #expect(!xml.contains("<script"))
    #expect(!xml.contains("]]>"))
    #expect(!xml.contains("[[ATTACHMENT|/etc/passwd"))
    #expect(
      xml.components(separatedBy: "[[ATTACHMENT|").count == xml.components(separatedBy: "[[ATTACHMENT|/out/").count)
    #expect(!xml.contains("[[ATTACHMENT|/out/.."))
    #expect(xml.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n" || $0 == "\t") && !isUnseemly($0) })
    #expect(xml.utf8.count < 500_000)
  }

  @Test func attachmentsStandAloneOnTheirLineBelowTheFolder() {
    let xml = Report(Samples.rejected).junit(folder: "/srv/out")
    #expect(xml.contains("\n[[ATTACHMENT|/srv/out/boots/02-qemu-q35/console.log]]<"))
  }

  @Test func theRootPasswordIsInNoReport() throws {
    let report = Report(Samples.rejected)
    for text in [report.junit(), try report.json(), report.html(), report.summary(colour: false, width: 80)] {
      #expect(!text.contains("secret-"))
    }
  }

  @Test func theXMLWriterEscapesEverythingByItself() {
    #expect(
      XMLWriter.escaped("<a b='\"&]]>\r\n\t\u{0}\u{1B}\u{FFFF}", inAttribute: true)
        == "&lt;a b='&quot;&amp;]]&gt;&#13;&#10;&#9;\u{FFFD}\u{FFFD}\u{FFFD}")
    #expect(XMLWriter.escaped("\n\t", inAttribute: false) == "\n\t")
  }

  /// What xmllint says against `xml`; empty when it is valid.
  static func validate(_ xml: String) throws -> String {
    try withFolder { folder in
      let file = "\(folder)/report.xml"
      try Data(xml.utf8).write(to: URL(filePath: file))
      let process = Process()
      process.executableURL = URL(filePath: xmllint!)
      process.arguments = [
        "--noout", "--nonet", "--schema", root.appending(path: "fixtures/junit-jenkins.xsd").path, file,
      ]
      let pipe = Pipe()
      process.standardError = pipe
      try process.run()
      let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return process.terminationStatus == 0 ? "" : said.isEmpty ? "exit \(process.terminationStatus)" : said
    }
  }
}
