import Model
import Testing

@testable import Reports

@Suite struct VerdictTests {
  /// A journal of the named events around one boot, and the verdict that it must get.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var events: [JournalEvent]
    var verdict: Verdict
    var testDescription: String { name }
  }

  private static let boot = Samples.boot(1, .pc, .virtioBlk)
  private static let planned = JournalEvent.planned(Plan(seed: 1, boots: [boot]))
  private static let started = JournalEvent.bootStarted(BootStarted(boot: boot.id))
  private static let ended = JournalEvent.bootEnded(BootEnded(boot: boot.id, seconds: 1, cpuSeconds: 1, cpuShare: 1))
  private static func judged(_ outcome: Outcome, _ level: Level = .must, image: Bool = false) -> JournalEvent {
    Samples.finding("a.b", "t", image ? nil : boot.id, outcome, level: level)
  }
  private static func trouble(_ code: String, image: Bool = true) -> JournalEvent {
    .trouble(Trouble(boot: image ? nil : boot.id, code: code, message: "m"))
  }
  private static func whole(_ events: JournalEvent...) -> [JournalEvent] {
    [planned, started] + events + [ended, .runEnded]
  }
  private static let failed = Outcome.failed(reason: "r")
  private static let broken = Outcome.broken(error: "e")
  private static let waived = Outcome.waived(reason: "r", until: "2026-01-01", by: "b")
  private static let signal = JournalEvent.interrupted(Interrupted(signal: "SIGINT"))

  static let cases: [Case] = [
    Case(name: "all passed", events: whole(judged(.passed)), verdict: .accepted),
    Case(name: "passed and skipped", events: whole(judged(.passed), judged(.skipped(why: "w"))), verdict: .accepted),
    Case(name: "should failed", events: whole(judged(.passed), judged(failed, .should)), verdict: .accepted),
    Case(name: "should broken", events: whole(judged(.passed), judged(broken, .should)), verdict: .accepted),
    Case(name: "may failed", events: whole(judged(failed, .may)), verdict: .accepted),
    Case(name: "must waived", events: whole(judged(waived)), verdict: .accepted),
    Case(name: "must failed", events: whole(judged(.passed), judged(failed)), verdict: .rejected),
    Case(
      name: "must failed of the image", events: whole(judged(.passed), judged(failed, image: true)), verdict: .rejected),
    Case(name: "bad image, never booted", events: [judged(failed, image: true), .runEnded], verdict: .rejected),
    Case(name: "failed beats broken", events: whole(judged(broken), judged(failed)), verdict: .rejected),
    Case(name: "failed beats trouble", events: whole(judged(failed), trouble("system")), verdict: .rejected),
    Case(name: "failed beats a cut-off", events: [planned, started, judged(failed)], verdict: .rejected),
    Case(name: "must broken", events: whole(judged(.passed), judged(broken)), verdict: .inconclusive),
    Case(name: "trouble of the run", events: whole(judged(.passed), trouble("system")), verdict: .inconclusive),
    Case(
      name: "trouble of a boot", events: whole(judged(.passed), trouble("timedOut", image: false)),
      verdict: .inconclusive),
    Case(
      name: "file of a boot not opened", events: whole(judged(.passed), trouble("cannotOpen", image: false)),
      verdict: .inconclusive),
    Case(name: "no run-ended", events: [planned, started, judged(.passed), ended], verdict: .inconclusive),
    Case(name: "no boot-ended", events: [planned, started, judged(.passed), .runEnded], verdict: .inconclusive),
    Case(name: "planned, never run", events: [planned, .runEnded], verdict: .inconclusive),
    Case(name: "run, never judged", events: [planned, started, ended, .runEnded], verdict: .inconclusive),
    Case(name: "every check skipped", events: whole(judged(.skipped(why: "w"))), verdict: .inconclusive),
    Case(name: "no boot", events: [judged(.passed, image: true), .runEnded], verdict: .inconclusive),
    Case(name: "empty journal", events: [], verdict: .inconclusive),
    Case(name: "cannot open", events: [trouble("cannotOpen"), .runEnded], verdict: .cannotOpen),
    Case(
      name: "cannot open beats failed", events: [trouble("cannotOpen"), judged(failed), .runEnded], verdict: .cannotOpen
    ),
    Case(name: "interrupted", events: [planned, started, signal, .runEnded], verdict: .interrupted),
    Case(name: "interrupted beats failed", events: whole(judged(failed), signal), verdict: .interrupted),
    Case(name: "interrupted beats cannot open", events: [trouble("cannotOpen"), signal], verdict: .interrupted),
  ]

  @Test(arguments: cases) func thePolicyIsKept(_ test: Case) {
    let report = Report(Samples.timed(test.events))
    #expect(report.verdict == test.verdict)
    #expect((report.sentence == "") == (test.verdict == .accepted))
  }

  @Test func exitCodesAreThoseOfTheDesign() {
    #expect(Verdict.allCases.map(\.exitCode) == [0, 1, 2, 66, 130])
  }

  @Test func aLineThatCannotBeReadLeavesADoubt() {
    #expect(Report(Samples.accepted, unreadableLines: 1).verdict == .inconclusive)
    #expect(Report(Samples.rejected, unreadableLines: 1).verdict == .rejected)
  }

  @Test func theSentenceSaysWhatAndWhere() {
    #expect(
      Report(Samples.rejected).sentence
        == "disk.root-found: waited 90 s for the root file system; /dev/vda1 does not exist (in 2 of 3 boots)")
    #expect(
      Report(Samples.inconclusive).sentence == "02-qemu-q35: QEMU ended with signal 9 after 12 s (and 1 more doubt)")
    #expect(Report(Samples.cannotOpen).sentence == "cannot open tiny.zfs.gz: No such file or directory")
  }

  @Test func theSameReasonIsSaidOnceForAllBoots() throws {
    let problem = try #require(Report(Samples.rejected).problems(.rejects).first)
    #expect(problem.reasons.count == 1)
    #expect(problem.boots == ["02-qemu-q35", "03-qemu-q35"])
  }
}
