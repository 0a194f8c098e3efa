import Foundation
import Model
import Testing

@testable import Reports

@Suite struct JSONReportTests {
  @Test(arguments: ["rejected", "cannot-open", "empty", "layouts"])
  func reportsAreTheGoldenOnes(name: String) throws {
    let journal = Samples.named.first { $0.name == name }!.journal
    try expectGolden(try Report(journal).json(), "\(name).json")
  }

  @Test(arguments: Samples.named.map(\.name)) func theShapeCanBeReadBack(name: String) throws {
    let report = Report(Samples.named.first { $0.name == name }!.journal)
    let read = try JSONDecoder().decode(JSONReport.self, from: Data(report.json().utf8))
    #expect(read == JSONReport(report))
    #expect(read.schemaVersion == 1)
    #expect(read.exitCode == report.verdict.exitCode)
    let counts = read.summary
    #expect(
      counts.passed + counts.rejects + counts.doubtful + counts.warns + counts.informs + counts.waived + counts.skipped
        == counts.findings)
  }

  @Test(arguments: ["hostile", "hostile-search"]) func hostileTextIsBoundedAndClean(name: String) throws {
    let json = try Report(Samples.named.first { $0.name == name }!.journal).json()
    #expect(json.utf8.count < 4_000_000)
    #expect(!json.contains("\\u001b") && !json.contains("\\u0000"))
  }
}
