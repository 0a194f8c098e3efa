import Foundation
import Model
import Testing

@testable import Reports

/// What the reports say of the contract's clauses and of waivers.
@Suite struct ContractReportTests {
  private let report = Report(Samples.contract)

  @Test func eachClauseHasTheStateOfItsWorstCheck() {
    #expect(
      report.clauseStates.map(\.state) == [
        .passed, .untested, .failed, .failed, .waived, .skipped, .uncovered, .leftOut, .notRun, .passed, .broken,
      ])
    #expect(report.clauseStates[1].reason == "no such machine is booted")
    // What is bad stands first; what was not made has no outcome. The boot that does not gate is not asked.
    let (first, third) = (report.clauseStates[0].checks, report.clauseStates[2].checks)
    #expect(first == [.init(check: "x.passes", outcome: "passed"), .init(check: "x.absent", outcome: nil)])
    #expect(third.map(\.outcome) == ["failed", "waived", "passed"])
  }

  @Test func waiversThatExpiredOrWereNotNeededAreTold() {
    #expect(
      report.idleWaivers == [
        "the waiver of x.fails in 01-* (w.yaml:7) expired on 2020-01-01 and does not apply: mend the image, or ask "
          + "ops#3 for another day",
        "the waiver of x.passes (w.yaml:13) was not used: nothing failed that it covers; take it out if the image is mended",
      ])
    #expect(report.verdict == .rejected)
  }

  /// A run that is cut off does not know yet what will be needed.
  @Test func aWaiverIsNotIdleBeforeTheEnd() {
    var read = Samples.waivers
    for index in read.records.indices { read.records[index].findings = nil }
    let report = Report([JournalEntry(seconds: 0, event: .waivers(read))])
    #expect(report.idleWaivers.count == 1)
  }

  @Test func theReportsAreTheGoldenOnes() throws {
    try expectGolden(report.summary(colour: false, width: 80, folder: "imgverify-out"), "contract.txt")
    try expectGolden(try report.json(), "contract.json")
    try expectGolden(report.html(), "contract.html")
  }

  @Test func olderJournalsTellNoContract() throws {
    let old = Report(Samples.accepted)
    #expect(old.clauseStates.isEmpty && old.contractSection == nil)
    let json = try old.json()
    #expect(!json.contains("\"contract\"") && !json.contains("\"waivers\""))
  }

  @Test func aStrangersContractIsBoundedAndClean() throws {
    let report = Report(Samples.hostileContract)
    #expect(report.terms?.clauses.first?.checks.count == 200)
    #expect(report.html().utf8.count < 200_000)
    let json = try report.json()
    #expect(!json.contains("\\u001b") && !json.contains("\\u0000"))
  }
}
