import Testing

extension BootTests {
  /// The whole catalogue over SSH and over the serial console alone.
  @Suite(.serialized) struct Transports {
    private static let options = [
      "--boots", "1", "--no-moves", "--seed", "7", "--no-cache", "--skip", "power.*", "--skip", "disk.full",
    ]

    @Test func theSameIsFoundBothWays() throws {
      let guest = try GuestImage("tiny")
      let ssh = try Program.verify(guest.image, guest.manifest, Self.options + ["--transport", "ssh"])
      let serial = try Program.verify(guest.image, guest.manifest, Self.options + ["--transport", "serial"])
      for run in [ssh, serial] { #expect(run.status == 0, "\(run.story)") }
      let (one, other) = try (#require(ssh.report), #require(serial.report))
      #expect(one.findings.map(\.check).sorted() == other.findings.map(\.check).sorted())
      // Their own requests go over SSH, or they judge what our connection brings about.
      let needSSH: Set<String> = ["disk.discards", "virtio.requests", "wire.arp-answers"]
      for finding in one.findings where !finding.check.hasPrefix("ssh.") && !needSSH.contains(finding.check) {
        let found = other.outcome(of: finding.check, on: finding.boot)
        #expect(
          found == finding.outcome, "\(finding.check): \(finding.outcome) over SSH, \(found ?? "nothing") over serial")
      }
      let rootKey = other.findings.first { $0.check == "ssh.root-key" }
      #expect(rootKey?.outcome == "skipped" && rootKey?.reason.contains("--transport serial") == true)
      #expect(one.outcome(of: "ssh.root-key", on: rootKey?.boot) == "passed")
    }

    /// Over SSH all is well with it but for a warning; over serial there is no way in, and nothing is judged.
    @Test func aSerialLoginThatIsRefusedIsNoEqual() throws {
      let guest = try GuestImage("no-root-on-serial")
      let run = try Program.verify(guest.image, guest.manifest, Self.options + ["--transport", "serial"])
      #expect(run.status == 2, "\(run.story)")
      let login = run.report?.findings.first { $0.check == "console.login" }
      // On a host that is too busy nothing proves anything, a refusal neither.
      let proven = login?.outcome == "failed" || login?.reason.hasPrefix("host too slow") == true
      #expect(proven && login?.reason.contains("Login incorrect") == true, "\(run.story)")
      let address = run.report?.findings.first { $0.check == "network.address" }
      #expect(address?.outcome == "broken" && address?.reason.contains("Login incorrect") == true, "\(run.story)")
    }
  }
}
