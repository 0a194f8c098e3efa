import Foundation
import Model
import Testing

@testable import Reports

/// Boots in which the metadata service misbehaved, in all reports: told apart, and not gating.
@Suite struct TrialReportTests {
  private static let good = LayoutSamples.boot("01-a")
  private static func trial(_ purpose: Boot.Purpose = .trial) -> Boot {
    var boot = LayoutSamples.boot("02-mdata-silent", purpose: purpose)
    boot.metadataFault = .silent
    return boot
  }
  private static let hangs = Outcome.failed(reason: "no login prompt within 5 min")

  private static func report(_ purpose: Boot.Purpose = .trial, trouble: Bool = false) -> Report {
    let boots = [good, trial(purpose)]
    var events: [JournalEvent] = [.planned(Plan(seed: 1, boots: boots))]
    for boot in boots {
      let outcome: Outcome = boot.id == good.id ? .passed : hangs
      events.append(.bootStarted(BootStarted(boot: boot.id)))
      events.append(Samples.finding("console.login-prompt", "A login prompt appears", boot.id, outcome))
      if boot.metadataFault != nil {
        events.append(Samples.finding("metadata-faults.silent", "It comes up", boot.id, hangs))
        if trouble { events.append(.trouble(Trouble(boot: boot.id, code: "hypervisorFailed", message: "QEMU ended"))) }
      }
      events.append(.bootEnded(BootEnded(boot: boot.id, seconds: 1, cpuSeconds: 1, cpuShare: 1)))
    }
    return Report(
      Journal(entries: (events + [.runEnded]).map { JournalEntry(seconds: 1, event: $0) }, unreadableLines: 0))
  }

  @Test func aTrialDecidesNothing() {
    for report in [Self.report(), Self.report(trouble: true)] {
      #expect(report.verdict == .accepted && report.doubts == [])
      #expect(report.trialProblems.map(\.check) == ["console.login-prompt", "metadata-faults.silent"])
      #expect(report.trialProblems.allSatisfy { $0.standing == .informs })
      #expect(report.place(of: report.trialProblems[1]) == "the only trial boot")
    }
    #expect(Self.report(trouble: true).asides.map(\.code) == ["hypervisorFailed"])
  }

  /// It failed there and passed on the same hardware; but the hardware is not what made it fail.
  @Test func aTrialThatDecidesRejectsAndIsNotFlaky() throws {
    let report = Self.report(.gate)
    #expect(report.verdict == .rejected)
    #expect(report.problems(.rejects).map(\.check) == ["console.login-prompt", "metadata-faults.silent"])
    #expect(report.factors.isEmpty)
    #expect(report.problems(.rejects).allSatisfy { report.pattern(of: $0) == nil })
    #expect(report.junit().contains("<failure message=\"no login prompt within 5 min\""))
  }

  @Test func theReportsTellItApart() throws {
    let report = Self.report(trouble: true)
    let xml = report.junit()
    #expect(xml.contains("<skipped message=\"trial: no login prompt within 5 min\""))
    #expect(xml.contains("<skipped message=\"trial: hypervisorFailed: QEMU ended\""))
    #expect(xml.contains("<property name=\"purpose\" value=\"trial: does not gate\"/>"))
    #expect(xml.contains("<property name=\"metadata fault\" value=\"silent: nothing is ever answered\"/>"))
    #expect(!xml.contains("<failure") && !xml.contains("<error"))
    let html = report.html()
    #expect(html.contains("<h2>Trials: do not gate</h2>"))
    #expect(html.contains("misbehaved on purpose") && html.contains("metadata fault silent"))
    let summary = report.summary(colour: false, width: 100)
    #expect(summary.contains("Trials: do not gate") && summary.contains("1 boot · 1 for trial"))
    #expect(summary.contains("- metadata-faults.silent (the only trial boot)"))
    let json = JSONReport(report)
    #expect(json.summary.trialBoots == 1 && json.summary.boots == 1)
    #expect(json.boots.map(\.metadataFault) == [nil, .silent] && json.boots.map(\.purpose) == [.gate, .trial])
    #expect(json.findings.filter { $0.boot == "02-mdata-silent" }.allSatisfy { !$0.gates && $0.standing == .informs })
  }

  @Test func withoutTrialsNothingIsSaidOfThem() throws {
    let report = Report(LayoutSamples.journal)
    #expect(!report.html().contains("id=\"trials\"") && !report.summary(colour: false, width: 100).contains("rial"))
    #expect(try !report.json().contains("trialBoots"))
  }
}
