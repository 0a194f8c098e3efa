import Model
import Testing

@testable import Checks

/// Instances side by side: what they must not share, and what a reboot of one must keep.
struct ClonesTests {
  private static let tellers = [
    "host-keys", "machine-id", "hostid", "random-seed", "dhcp-id", "hostname", "uuid", "iscsi-name",
  ].map { "identity.\($0)" }
  private let catalogue = Catalogue(
    guestChecks: tellers.map { fakeCheck($0, "") }, hostChecks: CloneChecks.infos, helpers: "")

  /// A boot of instance `uuid` whose guest checks noted `notes`, by the name of the note.
  private func told(
    _ id: String, _ uuid: String, after: String? = nil, as purpose: Boot.Purpose = .gate, _ notes: [String: String]
  ) -> (boot: Boot, findings: [Finding]) {
    var made = boot
    (made.id, made.instance.uuid, made.continues, made.purpose) = (id, uuid, after, purpose)
    let findings = notes.map { name, value in
      // Whatever the guest check found: its note counts.
      fakeCheck("identity.\(name == "cloud-init" ? "uuid" : name)", "").info.finding(
        .failed(reason: "x"), boot: id, notes: [name: value])
    }
    let shown = notes["shown-host-keys"].map {
      SSHHostKeys.info.finding(.passed, boot: id, notes: ["host-keys": $0])
    }
    return (made, findings + (shown.map { [$0] } ?? []))
  }

  /// A new instance `uuid` on a copy of the disk of 01-a.
  private func reborn(_ uuid: String, _ notes: [String: String]) -> (boot: Boot, findings: [Finding]) {
    var made = told("09-reborn", uuid, notes)
    made.boot.copies = "01-a"
    return made
  }

  /// What a copied disk brings along is told once, by the checks of used disks, and blames no image for its clones.
  @Test func aRebornInstanceMustNotKeepTheOldOne() throws {
    let boots = [told("01-a", "1", good), told("02-b", "2", other("2")), reborn("3", good)]
    let findings = CloneChecks.judge(boots, catalogue: catalogue)
    let failed = findings.filter { if case .failed = $0.outcome { true } else { false } }
    #expect(failed.map(\.check) == ["reborn.host-keys", "reborn.machine-id"])
    #expect(
      failed.last?.outcome
        == .failed(
          reason: "09-reborn, a new instance on a copy of the disk of 01-a, has the same machine id (a1): "
            + "the new instance has kept that of the one before it"))
    let alone = CloneChecks.judge([told("01-a", "1", good)], catalogue: catalogue)
    #expect(
      alone.first { $0.check == "reborn.machine-id" }?.outcome
        == .skipped(why: "no instance that began with a used disk has told its machine id"))
  }

  private func judge(_ what: String, _ boots: [(boot: Boot, findings: [Finding])]) throws -> Finding {
    try #require(CloneChecks.judge(boots, catalogue: catalogue).first { $0.check == "clones.\(what)" })
  }

  private let good: [String: String] = [
    "host-keys": "ed25519 SHA256:a, rsa SHA256:b", "machine-id": "a1", "hostid": "a2", "random-seed": "sha256 a3",
    "dhcp-id": "dhcpcd a4", "shown-host-keys": "ed25519 SHA256:s",
    "hostname": "a5", "cloud-init": "a6", "iscsi-name": "iqn.a7",
  ]
  private func other(_ suffix: String) -> [String: String] {
    good.mapValues { $0.split(separator: ", ").map { $0 + suffix }.joined(separator: ", ") }
  }

  @Test func goodClonesPass() {
    var again = good
    again["random-seed"] = "sha256 new"
    again["hostname"] = "another-edition"
    let findings = CloneChecks.judge(
      [
        told("01-a", "1", good), told("02-b", "2", other("2")), told("03-moved", "1", after: "01-a", again),
        told("04-old", "4", as: .compatibility, other("4")), reborn("5", other("5")),
      ], catalogue: catalogue)
    #expect(findings.map(\.check) == CloneChecks.infos.map(\.id))
    #expect(findings.allSatisfy { $0.outcome == .passed && $0.boot == nil })
    #expect(findings.allSatisfy { $0.notes["instances"] == "3" || $0.notes["copies"] == "1" })
    #expect(
      findings.filter { $0.level == .must }.map(\.check) == [
        "clones.host-keys", "clones.shown-host-keys", "clones.machine-id", "clones.hostname", "clones.instance-id",
        "reborn.host-keys",
      ])
  }

  @Test(arguments: [
    ("host-keys", "SSH host keys (ed25519 SHA256:a and rsa SHA256:b): they were made when the image was built"),
    (
      "shown-host-keys",
      "host keys that their SSH servers show (ed25519 SHA256:s): they were made when the image was built"
    ),
    ("machine-id", "machine id (a1): it was made when the image was built"),
    ("hostid", "hostid (a2): it is not made from the instance's uuid"),
    ("random-seed", "random seed (sha256 a3): it came with the image"),
    ("dhcp-id", "DHCP client id (dhcpcd a4): it was made when the image was built"),
  ])
  func whatTwoInstancesShareFails(what: String, says: String) throws {
    let found = try judge(what, [told("01-smartos-kvm", "1", good), told("02-smartos-bhyve", "2", good)])
    #expect(
      found.outcome
        == .failed(reason: "01-smartos-kvm and 02-smartos-bhyve, two instances, have the same \(says)"))
    #expect(!found.remedy.isEmpty && !found.clauses.isEmpty)
  }

  /// One of several keys is enough; and many instances make one sentence.
  @Test func oneSharedKeyFails() throws {
    let boots = (1...9).map { told("0\($0)-x", "\($0)", ["host-keys": "ed25519 SHA256:\($0), rsa SHA256:same"]) }
    let found = try judge("host-keys", boots)
    #expect(
      found.outcome.text.hasPrefix(
        "01-x, 02-x, 03-x and 6 more, 9 instances, have the same SSH host keys (rsa SHA256:same):"))
    let three = try judge("host-keys", Array(boots.prefix(3)))
    #expect(three.outcome.text.hasPrefix("01-x, 02-x and 03-x, 3 instances,"))
  }

  @Test func whatARebootChangesFails() throws {
    let boots = [
      told("01-a", "1", good), told("02-b", "2", other("2")), told("03-silent", "1", after: "01-a", [:]),
      told("04-moved", "1", after: "03-silent", other("9")),
    ]
    let found = try judge("machine-id", boots)
    #expect(
      found.outcome
        == .failed(
          reason:
            "04-moved, the same instance as 01-a powered on again, has not kept its machine id: a1 before, a19 now"
        ))
    #expect(try judge("random-seed", boots).outcome == .passed)
    // A key that is added is no loss; and one instance is enough to be wrong.
    let more = ["host-keys": "ecdsa SHA256:c, ed25519 SHA256:a, rsa SHA256:b", "random-seed": good["random-seed"]!]
    let alone = [told("01-a", "1", good), told("02-moved", "1", after: "01-a", more)]
    #expect(try judge("host-keys", alone).outcome.name == "skipped")
    let seed = try judge("random-seed", alone)
    #expect(seed.outcome.text.contains("has the same random seed as before (sha256 a3): it is not renewed at boot"))
  }

  /// An identity that is used for two fresh clones is not a reboot.
  @Test func aSecondFreshBootIsNoReboot() throws {
    let boots = [told("01-a", "1", good), told("02-a", "1", other("x")), told("03-b", "2", other("3"))]
    #expect(try judge("host-keys", boots).outcome == .passed)
  }

  @Test func withoutTwoInstancesItIsSkipped() throws {
    let one = told("01-a", "1", good)
    let search = told("02-search", "2", as: .search, good)
    #expect(
      try judge("hostid", [one, search]).outcome
        == .skipped(why: "two instances are needed to compare: only one instance has told its hostid"))
    #expect(try judge("hostid", []).outcome.text.hasSuffix("no instance has told its hostid"))
    #expect(try judge("hostid", [one, told("02-b", "2", ["hostid": ""])]).outcome.name == "skipped")
    var few = catalogue
    few = Catalogue(guestChecks: [], hostChecks: few.hostChecks.filter { $0.id == "clones.hostid" }, helpers: "")
    let found = CloneChecks.judge([one, told("02-b", "2", [:])], catalogue: few)
    #expect(found.count == 1)
    #expect(found.first?.outcome.text.hasSuffix("identity.hostid, which tells it, was not selected") == true)
  }

  /// Notes are the guest's words: of any size, with anything in them.
  @Test func hostileNotesStaySmall() throws {
    let flood = (0..<5000).map { "key\($0) " + String(repeating: "\u{1b}[2J,é", count: 3) }.joined(separator: ",")
    let long = String(repeating: "é", count: 100_000)
    for text in [flood, long, ",,, ,", "\0", String(repeating: ",", count: 50_000)] {
      let notes = ["host-keys": text, "machine-id": text]
      let boots = [told("01-a", "1", notes), told("02-b", "2", notes), told("03-c", "1", after: "01-a", [:])]
      for what in ["host-keys", "machine-id"] {
        let found = try judge(what, boots)
        #expect(found.outcome.text.utf8.count < 2000)
        #expect(found.evidence.allSatisfy { ($0.text?.utf8.count ?? 0) < Evidence.maximumText })
      }
    }
    // Boots that continue each other in a ring.
    let ring = [told("01-a", "1", after: "02-b", good), told("02-b", "1", after: "01-a", [:])]
    #expect(try judge("host-keys", ring).outcome.name == "skipped")
  }

  @Test func allAreKnown() {
    #expect(Set(BuiltIn.infos.map(\.id)).isSuperset(of: CloneChecks.infos.map(\.id)))
    #expect(Set(CloneFact.all.map(\.teller)) == Set(Self.tellers + [SSHHostKeys.info.id]))
  }
}
