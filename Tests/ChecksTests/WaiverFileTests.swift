import Model
import Testing

@testable import Checks

/// Waivers as files: what they may say, how a wrong one is refused, and what they cover.
struct WaiverFileTests {
  private func parse(_ text: String) throws -> [Waiver] {
    try WaiverFile.parse(
      Array(text.utf8), path: "w.yaml", ids: ["network.mtu", "disk.no-swap", "manifest.valid", "image.digest"])
  }

  @Test func everyFieldIsRead() throws {
    let waivers = try parse(
      """
      # known
      - check: network.mtu
        boot: "*-smartos-kvm"
        reason: "ACME-12: the switch"
        by: ops
        until: 2028-02-29
      - {check: disk.no-swap, reason: r, by: b, until: "2027-01-31"}
      """)
    #expect(
      waivers == [
        Waiver(
          check: "network.mtu", boot: "*-smartos-kvm", reason: "ACME-12: the switch", by: "ops", until: "2028-02-29",
          place: "w.yaml:2"),
        Waiver(check: "disk.no-swap", reason: "r", by: "b", until: "2027-01-31", place: "w.yaml:7"),
      ])
    #expect(try parse("# none at the moment\n") == [])
  }

  @Test(arguments: [
    ("check: network.mtu", "w.yaml:1: waivers are a list"),
    ("- {check: network.mut, reason: r, by: b, until: 2027-01-31}", "w.yaml:1: check: there is no check 'network.mut'"),
    ("\n- {check: network.*, reason: r, by: b, until: 2027-01-31}", "w.yaml:2: check: there is no check 'network.*'"),
    ("- {check: manifest.valid, reason: r, by: b, until: 2027-01-31}", "manifest.valid cannot be waived"),
    ("- {check: network.mtu, by: b, until: 2027-01-31}", "w.yaml:1: a waiver needs 'reason'; add it"),
    ("- {check: network.mtu, reason: r, until: 2027-01-31}", "a waiver needs 'by'"),
    ("- {check: network.mtu, reason: r, by: b}", "a waiver needs 'until'"),
    ("- {check: network.mtu, reason: r, by: b, until: 2027-02-29}", "w.yaml:1: until: '2027-02-29' is no day"),
    ("- {check: network.mtu, reason: r, by: b, until: 2027-1-31}", "until: '2027-1-31' is no day"),
    ("- {check: network.mtu, reason: r, by: b, until: never}", "until: 'never' is no day"),
    ("- {check: network.mtu, reason: r, by: b, until: 2027-01-31, boot: 'X Y'}", "boot: 'X Y' is no pattern"),
    ("- {check: network.mtu, reason: r, by: b, until: 2027-01-31, id: 3}", "a waiver has no field 'id'"),
    (
      "- {check: network.mtu, reason: r, by: b, until: 2027-01-31}\n- {check: network.mtu, reason: s, by: b, until: 2027-02-01}",
      "w.yaml:2: network.mtu is waived already at w.yaml:1"
    ),
  ])
  func refusesWithFileAndLine(_ text: String, _ says: String) {
    let error = #expect(throws: VerifyError.self) { try parse(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func aBootPatternCoversBootsAlone() throws {
    func finding(_ check: String, _ boot: String?) -> Finding {
      Finding(check: check, title: "t", level: .must, boot: boot, outcome: .failed(reason: "no"))
    }
    var waiver = Waiver(check: "network.mtu", reason: "r", by: "b", until: "2027-01-31", place: "p")
    #expect(waiver.covers(finding("network.mtu", nil)) && waiver.covers(finding("network.mtu", "02-x")))
    #expect(!waiver.covers(finding("disk.no-swap", nil)))
    waiver.boot = "01-*"
    #expect(waiver.covers(finding("network.mtu", "01-smartos-kvm")))
    #expect(!waiver.covers(finding("network.mtu", "02-smartos-kvm")) && !waiver.covers(finding("network.mtu", nil)))
  }
}
