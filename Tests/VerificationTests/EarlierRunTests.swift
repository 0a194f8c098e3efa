import Foundation
import Model
import Planning
import Reports
import Testing

@testable import Verification

@Suite struct EarlierRunTests {
  private let plan = try! makePlan(PlanWishes(seed: 7), axes: .qemu(minimumMemory: nil, maximumCPUs: 1))

  private func journal(_ events: [JournalEvent], unreadableLines: Int = 0) -> Journal {
    Journal(entries: events.map { JournalEntry(seconds: 1, event: $0) }, unreadableLines: unreadableLines)
  }

  private func started(_ image: String = "i.zfs.gz", _ manifest: String = "m.json") -> JournalEvent {
    .runStarted(RunStarted(version: "1", arguments: [], image: image, manifest: manifest, date: "d"))
  }

  private func run(_ added: [Boot] = []) throws -> EarlierRun {
    let events = [started(), .planned(plan)] + added.map { .bootAdded($0) }
    return try EarlierRun(journal(events + [.runEnded]), folder: "out")
  }

  private func error(_ body: () throws -> Void) -> VerifyError? {
    do { try body() } catch { return error as? VerifyError }
    return nil
  }

  @Test func aBootIsRepeatedExactly() throws {
    let again = try run().plan(of: ["02"])
    #expect(again.seed == 7)
    #expect(again.boots.map(\.id) == [plan.boots[1].id])
    #expect(again.boots[0].layout == plan.boots[1].layout && again.boots[0].instance == plan.boots[1].instance)
  }

  @Test func theOrderIsTheRunsAndTwiceIsOnce() throws {
    let ids = plan.boots.map(\.id)
    #expect(try run().plan(of: [ids[2], "01", "03", ids[0]]).boots.map(\.id) == [ids[0], ids[2]])
  }

  @Test func aContinuedBootBringsItsChain() throws {
    let moved = try #require(plan.boots.first { $0.continues != nil })
    #expect(moved.continues == plan.boots[0].id)
    var further = moved
    (further.id, further.continues) = ("90-further", moved.id)
    #expect(try run([further]).plan(of: ["90"]).boots.map(\.id) == [plan.boots[0].id, moved.id, "90-further"])
  }

  /// A copied disk needs the boot that has used it.
  @Test func aRebornInstanceBringsTheBootOfItsDisk() throws {
    let reborn = try #require(plan.boots.first { $0.copies != nil })
    #expect(try run().plan(of: [reborn.id]).boots.map(\.id) == [plan.boots[0].id, reborn.id])
  }

  @Test func eachDecidesAsItDidButAStepOfASearchDecidesNow() throws {
    var (search, compatibility) = (plan.boots[0], plan.boots[0])
    (search.id, search.purpose) = ("91-search", .search)
    (compatibility.id, compatibility.purpose) = ("92-nvme", .compatibility)
    compatibility.covers = .init(combinations: 3, values: ["disk.model=nvme"])
    let boots = try run([search, compatibility]).plan(of: ["91", "92", "01"]).boots
    #expect(boots.map(\.purpose) == [.gate, .gate, .compatibility])
    #expect(boots.allSatisfy { $0.covers == nil })
  }

  @Test func aTrialIsRepeatedWithItsFault() throws {
    var trial = plan.boots[0]
    (trial.id, trial.purpose, trial.metadataFault) = ("93-mdata-late", .trial, .late(seconds: 90))
    let again = try run([trial]).plan(of: ["93"]).boots
    #expect(again.map(\.metadataFault) == [.late(seconds: 90)] && again.map(\.purpose) == [.trial])
  }

  @Test func whatIsNotThereIsRefusedWithTheList() throws {
    let run = try run()
    let missing = error { _ = try run.plan(of: ["01", "77"]) }
    #expect(missing?.code == .usage)
    #expect(missing?.message.contains("'77'") == true && missing?.message.contains(plan.boots[1].id) == true)
    let ambiguous = error { _ = try run.plan(of: ["0"]) }
    #expect(ambiguous?.code == .usage && ambiguous?.message.contains("several") == true)
  }

  @Test func aJournalWithoutAPlanIsRefused() {
    let cut = error { _ = try EarlierRun(journal([started()]), folder: "out") }
    #expect(cut?.code == .usage && cut?.message.contains("cut off") == true)
    #expect(error { _ = try EarlierRun(journal([]), folder: "out") }?.message.contains("cut off") == true)
    let early = error { _ = try EarlierRun(journal([started(), .runEnded]), folder: "out") }
    #expect(early?.message.contains("came to no boot") == true)
    let nothing = error { _ = try EarlierRun(folder: "/nonexistent") }
    #expect(nothing?.code == .cannotOpen && nothing?.message.contains("no output folder") == true)
  }

  @Test func aJournalThatLacksABootOrHasItTwiceIsRefused() throws {
    var lost = plan.boots[0]
    (lost.id, lost.continues) = ("91-search", "90-search")
    let events = [started(), .planned(plan), .bootAdded(lost)]
    let lacking = error { _ = try EarlierRun(journal(events, unreadableLines: 2), folder: "out") }
    #expect(lacking?.message.contains("lacks the boot") == true && lacking?.message.contains("2 of its lines") == true)
    #expect(error { _ = try run([plan.boots[0]]) }?.message.contains("two boots") == true)
  }

  @Test func aBootThatIsNoneOfOursReachesNeitherPathsNorTheTerminal() {
    var evil = plan.boots[0]
    evil.id = "../\u{1B}]0;x\u{07}"
    let refused = error { _ = try run([evil]) }
    #expect(refused?.code == .usage && refused?.message.contains("\u{1B}") == false)
  }

  @Test func imageAndManifestAreThoseOfTheRunUnlessNamed() throws {
    let here = #filePath
    let run = try EarlierRun(journal([started(here, "/nonexistent/m.json"), .planned(plan)]), folder: "out")
    let options = try run.options(image: nil, manifest: "other.json")
    #expect(options.image == here && options.manifest == "other.json")
    let gone = error { _ = try run.options(image: nil, manifest: nil) }
    #expect(gone?.code == .cannotOpen && gone?.message.contains("--manifest") == true)
  }

  @Test func anotherImageIsTold() throws {
    var facts = IntakeFacts()
    facts.sha1 = String(repeating: "a", count: 40)
    let earlier = try EarlierRun(journal([started(), .intake(facts), .planned(plan), .runEnded]), folder: "out")
    #expect(comparison(of: earlier.report, with: earlier).contains { $0.contains("another image") } == false)
    facts.sha1 = String(repeating: "b", count: 40)
    let now = Report(journal([started(), .intake(facts), .runEnded]))
    #expect(comparison(of: now, with: earlier).first?.hasPrefix("another image than the one of out") == true)
  }

  @Test func theRunsOwnFolderIsNotOverwritten() async throws {
    let folder = NSTemporaryDirectory() + "run-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let earlier = try EarlierRun(journal([started(), .planned(plan)]), folder: folder)
    var options = VerifyOptions(image: "i", manifest: "m")
    options.output = "\(folder)/../\(folder.split(separator: "/").last!)/."
    let refused = await #expect(throws: VerifyError.self) { _ = try await replay(earlier, options) }
    #expect(refused?.code == .usage)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
  }
}
