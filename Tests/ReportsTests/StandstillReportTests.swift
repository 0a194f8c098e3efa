import Foundation
import Model
import Testing

@testable import Reports

/// A boot that did not come up: every report says first where it stood, and by the way how far it came.
@Suite struct StandstillReportTests {
  static let sentence =
    "waits for DHCP on eth0 since 4 min 10 s (dhclient), though the static address 10.88.1.7 was promised"

  private static let report: Report = {
    let boot = Samples.plan.boots[0]
    let events: [JournalEvent] = [
      Samples.runStarted, Samples.intake, Samples.accelerator, .planned(Plan(seed: 1, boots: [boot])),
      .bootStarted(BootStarted(boot: boot.id)),
      .stage(StageReached(boot: boot.id, stage: .kernel, seconds: 4)),
      // Seen late: what came before it in time is the farther stage.
      .stage(StageReached(boot: boot.id, stage: .metadata, seconds: 12)),
      .stage(StageReached(boot: boot.id, stage: .rootMounted, seconds: 9)),
      .standstill(
        Standstill(
          boot: boot.id, sentence: sentence, seconds: 300, stage: "metadata", stageSeconds: 12,
          lastLine: "DHCPDISCOVER \u{1B}[2J<b>", silence: 3, processor: .idle, load: 0.03)),
      Samples.finding("console.login-prompt", "a login prompt", boot.id, .failed(reason: sentence)),
      .bootEnded(BootEnded(boot: boot.id, seconds: 310, cpuSeconds: 30, cpuShare: 0.9)), .runEnded,
    ]
    return Report(events.enumerated().map { JournalEntry(seconds: Double($0.offset), event: $0.element) })
  }()

  @Test func theSentenceStandsFirstEverywhere() throws {
    let report = Self.report
    #expect(report.verdict == .rejected)
    #expect(report.sentence.hasPrefix("console.login-prompt: \(Self.sentence)"))
    #expect(report.html().contains("<b>Did not come up:</b> \(Self.sentence)"))
    #expect(report.junit().contains("<failure message=\"\(Self.sentence)\""))
    #expect(report.junit().contains("name=\"boot.standstill\" value=\"\(Self.sentence)\""))
    let record = try JSONDecoder().decode(JSONReport.self, from: Data(report.json().utf8)).boots[0]
    #expect(record.standstill?.sentence == Self.sentence && record.standstill?.processor == .idle)
    #expect(record.standstill?.lastLine.contains("\u{1B}") == false)
  }

  @Test func theWayIsInTheOrderOfTimeAndItsEndTheFarthestStage() throws {
    let boot = try #require(Self.report.boots.first)
    #expect(boot.way == "kernel 4.0 s · root mounted 9.0 s · metadata 12 s")
    #expect(boot.lastStage == "metadata")
    let text = Self.report.summary(colour: false, width: 100)
    #expect(text.contains("How far they came\n  \(boot.id): \(boot.way)\n"))
  }

  @Test func whoCameUpIsNotToldOf() {
    let report = Report(Samples.accepted)
    #expect(!report.summary(colour: false, width: 100).contains("How far they came"))
    #expect(!report.html().contains("Did not come up"))
    #expect(!report.junit().contains("boot.stages"))
  }

  /// Stages of other versions, known or not.
  @Test func namesThatNobodyKnowsAreKept() {
    var boot = BootReport(id: "b")
    boot.stages = [
      StageReached(boot: "b", stage: "kernel", seconds: 3), StageReached(boot: "b", stage: "lift-off", seconds: 5),
    ]
    #expect(boot.lastStage == "lift-off")
    #expect(boot.way == "kernel 3.0 s · lift-off 5.0 s")
  }
}
