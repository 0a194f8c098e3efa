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

  private static func other(_ purpose: Boot.Purpose) -> Boot { LayoutSamples.boot("02-other", purpose: purpose) }
  private static let taken: Boot = {
    var taken = boot
    taken.purpose = .search
    return taken
  }()
  /// A second boot, which does not gate.
  private static func aside(
    _ purpose: Boot.Purpose, _ outcome: Outcome, _ level: Level = .must, trouble: Bool = false
  ) -> [JournalEvent] {
    let boot = other(purpose)
    let judged = [
      .bootAdded(boot), .bootStarted(BootStarted(boot: boot.id)),
      Samples.finding("c.d", "t", boot.id, outcome, level: level),
    ]
    // With a trouble its end is missing, too.
    return judged
      + (trouble
        ? [.trouble(Trouble(boot: boot.id, code: "system", message: "m"))]
        : [.bootEnded(BootEnded(boot: boot.id, seconds: 1, cpuSeconds: 1, cpuShare: 1))])
  }
  /// Two boots on equal hardware that are judged by one check.
  private static func pair(
    _ first: Outcome, _ second: Outcome, _ purpose: Boot.Purpose = .gate, level: Level = .must
  ) -> [JournalEvent] {
    let boots = [LayoutSamples.boot("01-a"), LayoutSamples.boot("02-b", purpose: purpose)]
    return [.planned(Plan(seed: 1, boots: boots))]
      + zip(boots, [first, second]).flatMap { boot, outcome in
        [
          .bootStarted(BootStarted(boot: boot.id)), Samples.finding("a.b", "t", boot.id, outcome, level: level),
          Samples.finding("c.d", "t", boot.id),
          .bootEnded(BootEnded(boot: boot.id, seconds: 1, cpuSeconds: 1, cpuShare: 1)),
        ]
      } + [.runEnded]
  }

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
    Case(
      name: "compatibility failed", events: whole(judged(.passed)) + aside(.compatibility, failed), verdict: .accepted),
    Case(
      name: "compatibility broken", events: whole(judged(.passed)) + aside(.compatibility, broken), verdict: .accepted),
    Case(
      name: "compatibility warned", events: whole(judged(.passed)) + aside(.compatibility, failed, .should),
      verdict: .accepted),
    Case(name: "a search failed", events: whole(judged(.passed)) + aside(.search, failed), verdict: .accepted),
    Case(
      name: "trouble in compatibility", events: whole(judged(.passed)) + aside(.compatibility, .passed, trouble: true),
      verdict: .accepted),
    Case(
      name: "trouble in a search", events: whole(judged(.passed)) + aside(.search, .passed, trouble: true),
      verdict: .accepted),
    Case(
      name: "compatibility never run", events: whole(judged(.passed)) + [.bootAdded(other(.compatibility))],
      verdict: .accepted),
    Case(
      name: "failed beats a compatibility that passed", events: whole(judged(failed)) + aside(.compatibility, .passed),
      verdict: .rejected),
    Case(
      name: "compatibility alone is no boot", events: aside(.compatibility, .passed) + [.runEnded],
      verdict: .inconclusive),
    Case(
      name: "a boot cannot be taken out of the gate",
      events: whole(judged(failed)) + [.bootAdded(taken)], verdict: .rejected),
    Case(name: "flaky", events: pair(failed, .passed), verdict: .inconclusive),
    Case(name: "flaky, seen by a search", events: pair(failed, .passed, .search), verdict: .inconclusive),
    Case(name: "flaky in a search only", events: pair(.passed, failed, .search), verdict: .accepted),
    Case(name: "flaky should", events: pair(failed, .passed, level: .should), verdict: .accepted),
    Case(name: "failed twice on equal hardware", events: pair(failed, failed), verdict: .rejected),
    Case(name: "failed and skipped", events: pair(failed, .skipped(why: "w")), verdict: .rejected),
    Case(
      name: "failed beats flaky", events: pair(failed, .passed) + [judged(failed, image: true)], verdict: .rejected),
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
