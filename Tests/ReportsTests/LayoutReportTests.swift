import Foundation
import Model
import Testing

@testable import Reports

@Suite struct LayoutReportTests {
  let report = Report(LayoutSamples.journal)

  // MARK: Purpose

  @Test func onlyBootsThatGateAreCounted() throws {
    #expect(report.verdict == .rejected)
    #expect(report.problems(.rejects).map(\.check) == ["disk.root-found", "network.address"])
    let problem = try #require(report.problems(.rejects).first)
    #expect(problem.boots == ["03-qemu-q35"])
    #expect(report.place(of: problem) == "1 of 5 boots")
    #expect(report.doubts == [])
    #expect(report.count(.rejects) == 2)
  }

  @Test func whatFailsForCompatibilityIsToldApart() {
    #expect(report.compatibilityProblems.map(\.check) == ["disk.root-found", "network.address"])
    #expect(report.compatibilityProblems.map(\.standing) == [.informs, .informs])
    #expect(report.compatibilityProblems.map(report.place) == Array(repeating: "1 of 2 compatibility boots", count: 2))
    #expect(report.compatibilityProblems[1].reasons.map(\.sentence) == ["could not tell: no shell was reached"])
    #expect(report.asides.map(\.code) == ["hypervisorFailed", "notJudged"])
  }

  @Test func whatFailsOnlyInASearchIsToldAndNotJudged() {
    #expect(report.searchProblems.map(\.check) == ["disk.growth"])
  }

  @Test func aCompatibilityRunIsGreenForCI() {
    let xml = report.junit()
    #expect(xml.contains("<skipped message=\"compatibility: waited 90 s"))
    #expect(xml.contains("<skipped message=\"compatibility: could not tell: no shell was reached"))
    #expect(xml.contains("<skipped message=\"compatibility: hypervisorFailed: QEMU ended with signal 9"))
    #expect(xml.contains("<testsuite name=\"06-compat-nvme\" tests=\"6\" failures=\"0\" errors=\"0\" skipped=\"2\""))
    #expect(!xml.contains("<testsuite name=\"08-search\""))
    #expect(xml.contains("<property name=\"search.boots\" value=\"08-search, 09-search\""))
  }

  // MARK: Explanations

  @Test func anExplanationStandsAtItsProblem() throws {
    let problem = try #require(report.problems(.rejects).first)
    #expect(report.clues(to: problem).map(\.name) == ["cause"])
    #expect(
      report.clues(to: problem)[0].value
        == "\(LayoutSamples.explanation.sentence) (08-search against 02-qemu-q35, both twice; 5 further boots)")
    // The boot for compatibility fails by the same check, and was not explained.
    #expect(report.clues(to: report.compatibilityProblems[0]).map(\.name).contains("cause") == false)
  }

  @Test(arguments: [
    (nil, nil, false, 0, "s"), ("f", nil, false, 1, "s (f; 1 further boot)"), ("f", nil, true, 0, "s (f, twice)"),
    ("f", "p", false, 2, "s (f against p; 2 further boots)"), (nil, "p", true, 3, "s (3 further boots)"),
  ]) func theProofIsNamed(failing: String?, passing: String?, confirmed: Bool, spent: Int, text: String) {
    let explanation = Explanation(
      check: "a", boots: [], result: .cause, failing: failing, passing: passing, confirmed: confirmed, spent: spent,
      sentence: "s")
    #expect(explanation.text == text)
  }

  @Test func hostileEventsOfASearchAreBounded() {
    let report = Report(LayoutSamples.hostile)
    #expect(report.explanations.count == 64)
    #expect(report.explanations.allSatisfy { $0.factors.count <= 32 && $0.boots.count <= 64 && $0.spent == 0 })
    #expect(report.explanations.allSatisfy { $0.sentence.utf8.count < 1100 })
    let covers = report.boots.compactMap { $0.boot?.covers }
    #expect(covers.map(\.combinations) == [0] && covers.map(\.values.count) == [64])
    for text in [report.summary(colour: false, width: 80), report.html(), report.junit()] {
      #expect(text.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n" || $0 == "\t") && !isUnseemly($0) })
      #expect(text.utf8.count < 4_000_000)
    }
    #expect(!report.html().contains("<script"))
    #expect(!report.junit().contains("[[ATTACHMENT|/etc"))
  }

  // MARK: Flaky

  @Test func whatFailsAndPassesOnEqualHardwareIsFlaky() throws {
    let problem = try #require(report.problems(.doubtful).first)
    #expect(problem.check == "boot.firmware" && problem.isFlaky)
    #expect(
      problem.reasons[0].sentence
        == "flaky: failed in 04-qemu-q35 and passed in 02-qemu-q35 on the same hardware: no boot message in 30 s")
    #expect(problem.remedy.contains("Look at both boots, 04-qemu-q35 and 02-qemu-q35 (which got 74% and 74%"))
    #expect(report.junit().contains("type=\"flaky\">"))
    #expect(report.counts.contains("1 flaky") && !report.counts.contains("1 broken"))
  }

  /// Whether the failure of the first boot is flaky, seen with the second, which passes.
  @Test(arguments: [
    (LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b"), true),
    (LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b", purpose: .compatibility), true),
    (LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b", ["nics": "2"]), false),
    (LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b", continues: "00-p"), false),
    (LayoutSamples.boot("01-a", continues: "00-p"), LayoutSamples.boot("02-b", continues: "00-p"), true),
    (LayoutSamples.boot("01-a", continues: "00-p"), LayoutSamples.boot("02-b", continues: "00-q"), true),
    (LayoutSamples.boot("01-a", continues: "00-p"), LayoutSamples.boot("02-b", continues: "00-r"), false),
    (LayoutSamples.boot("01-a", continues: "01-a"), LayoutSamples.boot("02-b", continues: "01-a"), false),
    (LayoutSamples.boot("01-a", continues: "none"), LayoutSamples.boot("02-b", continues: "none"), false),
    (Samples.boot(1, .pc, .virtioBlk), Samples.boot(2, .pc, .virtioBlk), false),
  ]) func hardwareAndHistoryMustBeEqual(failing: Boot, passing: Boot, isFlaky: Bool) {
    let before = [
      LayoutSamples.boot("00-p", ["disk.slot": "26"]), LayoutSamples.boot("00-q", ["disk.slot": "26"]),
      LayoutSamples.boot("00-r", ["disk.slot": "14"]),
    ]
    let report = Report(
      Samples.timed([
        .planned(Plan(seed: 1, boots: before + [failing, passing])),
        Samples.finding("a.b", "t", failing.id, .failed(reason: "r"), remedy: "mend"),
        Samples.finding("a.b", "t", passing.id),
      ]))
    let finding = report.allFindings.first { $0.boot == failing.id }
    #expect(finding?.isFlaky == isFlaky)
    #expect(finding?.remedy.hasPrefix("mend") == true)
    #expect(finding?.remedy.contains("a race in the image or a starved host is likely") == isFlaky)
  }

  @Test func whatIsWaivedOrBrokeIsNotFlaky() {
    let (one, two) = (LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b"))
    for outcome in [Outcome.waived(reason: "r", until: "2026-01-01", by: "me"), .broken(error: "e")] {
      let events: [JournalEvent] = [
        .planned(Plan(seed: 1, boots: [one, two])), Samples.finding("a.b", "t", one.id, outcome),
        Samples.finding("a.b", "t", two.id),
      ]
      #expect(Report(Samples.timed(events)).boots[0].findings[0].outcome == outcome)
    }
  }

  // MARK: In JSON

  @Test func theJSONTellsPurposeCoverageAndFactors() throws {
    let json = try JSONDecoder().decode(JSONReport.self, from: Data(report.json().utf8))
    #expect(
      json.boots.map(\.purpose) == [
        .gate, .gate, .gate, .gate, .gate, .compatibility, .compatibility, .search, .search,
      ])
    #expect(json.boots[0].covers?.combinations == 6)
    #expect(json.boots[4].continues == "01-smartos-kvm")
    #expect(json.summary.boots == 5 && json.summary.compatibilityBoots == 2 && json.summary.searchBoots == 2)
    #expect(json.summary.flaky == 1)
    #expect(json.explanations == [LayoutSamples.explanation])
    let bad = json.findings.filter { !$0.gates && $0.outcome == "failed" }
    #expect(bad.isEmpty == false && bad.allSatisfy { $0.standing == .informs })
    #expect(
      json.factors.contains(
        FactorCount(check: "disk.root-found", axis: "disk.model", value: "virtio-scsi", passed: 0, failed: 2)))
    #expect(
      json.factors.contains(
        FactorCount(check: "disk.root-found", axis: "disk.model", value: "virtio-blk", passed: 5, failed: 0)))
  }
}
