import Foundation
import Model
import Testing

extension BootTests {
  /// Guests that bear some hardware and not other: the default plan finds them, the search names what decides.
  @Suite(.serialized) struct LayoutFaults {
    /// A guest of fixtures/faults, and what the search may say of it.
    struct Fault: CustomTestStringConvertible, Sendable {
      var name: String
      /// Decides which boots there are, and so which of the axes is found.
      var seed: Int
      var check: String
      /// Each of these may be what decides, between one failing boot and one passing.
      var axes: Set<String>
      var testDescription: String { name }
    }

    /// Two of them, for each run of all tests; `make faults` tries all.
    static var faults: [Fault] {
      ProcessInfo.processInfo.environment["IMGVERIFY_ALL_FAULTS"] == nil ? Array(all.prefix(2)) : all
    }

    static let all = [
      // An extra disk behind the boot disk comes before it as well when the boot disk is behind a bridge.
      Fault(
        name: "root-by-device", seed: 7, check: "disk.root-found", axes: ["disk.model", "extra", "disk.bus"]),
      Fault(
        name: "net-by-name", seed: 7, check: "network.address",
        axes: ["nic.slot", "nic.bus", "nic.order", "nic.place"]),
      Fault(name: "disk-by-id", seed: 7, check: "disk.root-found", axes: ["disk.serial", "disk.model"]),
      Fault(name: "no-virtio-scsi", seed: 7, check: "disk.root-found", axes: ["disk.model"]),
    ]

    /// What the faults are about, and what else would have to be said of such a boot.
    static let only = ["boot.no-panic", "boot.boot-code", "boot.no-rescue-shell", "disk.root-found", "network.address"]
      .flatMap { ["--only", $0] }

    @Test(arguments: faults)
    func theGuiltyFactorIsNamed(_ fault: Fault) throws {
      let guest = try GuestImage(fault.name)
      let run = try Program.start(
        guest.image, guest.manifest,
        ["--seed", String(fault.seed), "--explain", "--timeout-scale", "1", "--no-cache"] + Self.only)
      let outcome = try run.finish()
      #expect(outcome.status == 1, "\(outcome.story)")
      let report = try #require(outcome.report)
      #expect(outcome.checks("rejects").contains(fault.check), "\(outcome.story)")
      let explanations = (report.explanations ?? []).filter { $0.check == fault.check }
      let explanation = try #require(explanations.first { $0.result == .cause }, "\(outcome.story)")
      let axes = Set(explanation.factors.map(\.axis))
      #expect(!axes.isEmpty && axes.isSubset(of: fault.axes), "\(explanation.sentence)")
      #expect(explanation.confirmed && explanation.spent <= 8, "\(explanation)")
      // The pair that proves it was really booted, and came out so.
      let pair = (try #require(explanation.failing), try #require(explanation.passing))
      #expect(report.outcome(of: fault.check, on: pair.0) == "failed")
      #expect(report.outcome(of: fault.check, on: pair.1) == "passed")
      // The terminal may break it over lines.
      let words = { (text: String) in text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
      #expect(words(outcome.output).contains(words(explanation.sentence)), "\(outcome.story)")
      #expect(try run.leftovers() == [])
    }

    /// The first boot writes down where its NICs are: all fresh instances are well, and only the moved one is not.
    @Test func whatTheFirstBootWroteDownIsFoundByTheMove() throws {
      let guest = try GuestImage("persistent-net")
      let run = try Program.start(
        guest.image, guest.manifest, ["--seed", "7", "--explain", "--timeout-scale", "1", "--no-cache"] + Self.only)
      let outcome = try run.finish()
      #expect(outcome.status == 1, "\(outcome.story)")
      let report = try #require(outcome.report)
      #expect(report.verdict == "rejected")
      let plan = try JSONDecoder().decode(Plan.self, from: Data(outcome.file("plan.json").utf8))
      let fresh = plan.boots.filter { $0.startsFrom == nil }.map(\.id)
      #expect(fresh.count > 2)
      for boot in fresh {
        #expect(report.outcome(of: "network.address", on: boot) == "passed", "\(boot): \(outcome.story)")
      }
      let moved = plan.boots.filter { $0.continues != nil }.map(\.id)
      #expect(
        moved.contains { report.outcome(of: "network.address", on: $0) == "failed" }, "\(outcome.story)")
      #expect(outcome.output.contains("only after a move"), "\(outcome.story)")
      let explanation = try #require(
        report.explanations?.first { $0.check == "network.address" && $0.result == .moved }, "\(outcome.story)")
      let axes = Set(explanation.factors.map(\.axis))
      let guilty: Set = ["nic.slot", "nic.bus", "machine", "nic.place", "nic.order"]
      #expect(!axes.isEmpty && axes.isSubset(of: guilty), "\(explanation.sentence)")
      #expect(explanation.spent <= 8)
      #expect(try run.leftovers() == [])
    }

    @Test func twoClonesWithTheSameHostKeysAreRejected() throws {
      let guest = try GuestImage("host-keys-baked")
      let outcome = try Program.verify(
        guest.image, guest.manifest, ["--boots", "2", "--no-moves", "--seed", "3", "--no-cache"])
      #expect(outcome.status == 1, "\(outcome.story)")
      let finding = outcome.report?.findings.first { $0.check == "clones.host-keys" }
      #expect(finding?.standing == "rejects" && finding?.boot == nil, "\(outcome.story)")
      #expect(finding?.reason.contains("two instances, have the same SSH host keys (ed25519 SHA256:") == true)
      // The rest of the clones' identity is their own.
      let bad = outcome.checks("rejects").union(outcome.checks("warns"))
      let keys: Set = ["clean.host-keys", "clones.host-keys", "clones.shown-host-keys", "identity.host-keys"]
      #expect(bad == keys, "\(outcome.story)")
    }
  }
}
