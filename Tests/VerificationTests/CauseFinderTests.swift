import Foundation
import Model
import Planning
import Reports
import Testing

@testable import Verification

/// Searches after runs of images that are nothing but a rule.
@Suite struct CauseFinderTests {
  /// What a run and its search came to.
  struct Story {
    var plan: Plan
    var explanations: [Explanation]
    var further: [Boot]
  }

  /// - Parameter fails: whether `network.address` fails in this boot; nil: it is not judged.
  func story(
    seed: UInt64 = 5, limit: Int = 8, faults: [MetadataFault] = [], _ fails: @escaping @Sendable (Boot) -> Bool?
  ) async throws -> Story {
    let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 1)
    var wishes = PlanWishes(seed: seed)
    (wishes.metadataFaults, wishes.metadataFaultsDecide) = (faults, true)
    let plan = try makePlan(wishes, axes: axes)
    @Sendable func judge(_ boots: [Boot]) -> [BootResult] {
      boots.map { boot in
        func finding(_ check: String, _ outcome: Outcome) -> Finding {
          Finding(check: check, title: "", level: .must, boot: boot.id, outcome: outcome)
        }
        let outcome: Outcome =
          switch fails(boot) {
          case true?: .failed(reason: "no address")
          case false?: .passed
          case nil: .skipped(why: "no shell")
          }
        let after: Outcome = outcome == .failed(reason: "no address") ? .failed(reason: "no route") : .passed
        return BootResult(
          boot: boot,
          findings: [
            finding("boot.bios", .passed), finding("network.address", outcome), finding("network.route", after),
          ])
      }
    }
    let path = "\(NSTemporaryDirectory())/imgverify-\(UUID().uuidString).jsonl"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try JournalWriter(path: path) { _ in }
    let asked = Asked()
    var finder = CauseFinder(axes: axes, plan: plan, limit: limit, journal: journal) { boots in
      await asked.add(boots)
      return judge(boots)
    }
    try await finder.explain(judge(plan.boots))
    journal.close()
    let entries = try Journal.readJournal(path: path).entries
    let explanations = entries.compactMap { if case .explained(let found) = $0.event { found } else { nil } }
    return Story(plan: plan, explanations: explanations, further: await asked.boots)
  }

  private actor Asked {
    var boots: [Boot] = []
    func add(_ more: [Boot]) { boots += more }
  }

  /// What fails while the metadata service misbehaves has its cause already.
  @Test func noCauseIsSearchedForWhereTheServiceMisbehaves() async throws {
    let story = try await story(faults: [.silent, .absent]) { $0.metadataFault != nil }
    #expect(story.explanations.isEmpty && story.further.isEmpty)
  }

  @Test func nothingIsSaidOfAGoodImage() async throws {
    let story = try await story { _ in false }
    #expect(story.explanations.isEmpty && story.further.isEmpty)
  }

  @Test func theGuiltyFactorIsNamedWithItsProof() async throws {
    let story = try await story { $0.layout.bootDisk.model == .virtioSCSI }
    let found = try #require(story.explanations.first)
    #expect(story.explanations.count == 1)
    #expect(found.check == "network.address" && found.also == ["network.route"])
    #expect(found.result == .cause && found.confirmed)
    #expect(found.factors.map(\.axis) == ["disk.model"] && found.factors[0].fails == "virtio-scsi")
    #expect(found.sentence.contains("fails when the boot disk's model is virtio-scsi, passes when it is virtio-blk"))
    #expect(found.spent == story.further.count && found.spent <= 8)
    let bad = story.plan.boots.filter { $0.layout.bootDisk.model == .virtioSCSI }.map(\.id)
    #expect(found.boots == bad)
    let ids = Set(story.plan.boots.map(\.id) + story.further.map(\.id))
    #expect(ids.count == story.plan.boots.count + story.further.count)
    #expect(found.failing.map(ids.contains) == true && found.passing.map(ids.contains) == true)
    #expect(story.further.allSatisfy { $0.purpose == .search })
  }

  @Test func aFailureOnEveryMachineTakesNoBoot() async throws {
    let story = try await story { _ in true }
    #expect(story.explanations.map(\.result) == [.everywhere])
    #expect(story.explanations[0].boots.count == story.plan.boots.count)
    #expect(story.further.isEmpty)
  }

  @Test func twoCausesAreBothNamed() async throws {
    let story = try await story(limit: 20) {
      $0.layout.bootDisk.model == .virtioSCSI || $0.layout.extraDisk?.order == .before
    }
    let axes = Set(story.explanations.flatMap { $0.factors.map(\.axis) })
    #expect(axes == ["disk.model", "extra"])
    let explained = Set(story.explanations.flatMap(\.boots))
    let bad = story.plan.boots.filter {
      $0.layout.bootDisk.model == .virtioSCSI || $0.layout.extraDisk?.order == .before
    }
    #expect(Set(bad.map(\.id)).isSubset(of: explained))
  }

  @Test func whatTheFirstBootWroteDownIsFoundByMovesOnly() async throws {
    let home = try makePlan(PlanWishes(seed: 5), axes: .qemu(minimumMemory: nil, maximumCPUs: 1)).boots[0].layout
    let story = try await story { $0.continues != nil && $0.layout.nics[0].place.slot != home.nics[0].place.slot }
    let found = try #require(story.explanations.first)
    #expect(found.result == .moved && found.factors.map(\.axis) == ["nic.slot"], "\(found)")
    #expect(found.spent <= 8)
    #expect(found.sentence.hasPrefix("after a first boot on other hardware, fails when the NICs' slot is"))
    let start = story.plan.boots[0]
    // One fresh twin, then moves of the same instance.
    #expect(story.further[0].continues == nil)
    #expect(story.further.dropFirst().allSatisfy { $0.continues == start.id && $0.instance == start.instance })
  }

  @Test func aSecondBootThatFailsAnywhereIsNoMatterOfTheMachine() async throws {
    let story = try await story { $0.continues != nil }
    #expect(story.explanations.map(\.result) == [.moved])
    #expect(story.explanations[0].factors.isEmpty && story.explanations[0].spent == 2)
    #expect(story.explanations[0].sentence.contains("booted a second time, also on the machine of its first boot"))
  }

  @Test func aSearchThatIsTooShortNamesItsSuspects() async throws {
    let story = try await story(limit: 1) { $0.layout.bootDisk.model == .virtioSCSI }
    let found = try #require(story.explanations.first)
    #expect(found.result == .unfinished && story.further.count == 1)
    #expect(found.factors.contains { $0.axis == "disk.model" })
    #expect(found.sentence.contains("used up"))
  }

  @Test func whatComesOutDifferentlyOnTheSameMachineIsFlaky() async throws {
    let story = try await story { $0.layout.bootDisk.model == .virtioSCSI && $0.purpose == .gate }
    // No single value can be it, so the machine is booted again, and passes.
    let found = try #require(story.explanations.first)
    #expect(found.result == .flaky && found.sentence.contains("passes and fails on the same machine"), "\(found)")
  }
}
