import Foundation
import Testing

extension BootTests {
  /// Broken guests are rejected by the check that names the defect. (Faults that need other hardware than this to
  /// be seen: ``LayoutFaults``.)
  @Suite(.serialized) struct Faults {
    /// `mustFail` is the check that names the defect; `says` is in its reason.
    @Test(arguments: [
      ("disk-by-id", "disk.root-found", "does not exist"),
      ("no-boot-code", "boot.boot-code", "boot sector"),
      ("hostname-baked", "identity.hostname", "hostname"),
      ("panics", "boot.no-panic", "panic"),
      ("floods", "console.login-prompt", "login"),
      ("never-boots", "boot.boot-code", "boot sector"),
    ])
    func aBrokenGuestIsRejected(fault: String, check: String, says: String) throws {
      let guest = try GuestImage(fault)
      let run = try Program.start(
        guest.image, guest.manifest,
        ["--boots", "1", "--no-moves", "--seed", "3", "--boot-timeout", "60", "--timeout-scale", "1", "--no-cache"])
      let outcome = try run.finish()
      #expect(outcome.status == 1, "\(outcome.story)")
      #expect(outcome.output.contains("REJECTED"))
      let findings = outcome.report?.findings ?? []
      let finding = findings.first { $0.check == check && $0.standing == "rejects" }
      #expect(finding != nil, "rejected by \(outcome.checks("rejects").sorted()), not by \(check)")
      #expect(finding?.reason.lowercased().contains(says) == true, "\(finding?.reason ?? "")")
      #expect(outcome.checks("doubtful").isEmpty, "\(outcome.story)")
      // A flood fills no disk.
      let log = try FileManager.default.attributesOfItem(
        atPath:
          "\(outcome.folder.resolvingSymlinksInPath().path)/boots/\(findings.compactMap(\.boot).first ?? "")/console.log"
      )
      #expect((log[.size] as? Int ?? 0) < 8 << 20)
      #expect(try run.leftovers() == [])
    }

    /// What is wrong with a guest's SSH server is seen from outside; it warns, and does not reject.
    @Test(arguments: [
      ("password-login", "ssh.password-refused", "let in by the method password"),
      ("weak-host-key", "ssh.host-keys", "at least 2048 bits, found 1024"),
    ])
    func aWeakSSHServerIsWarnedOf(fault: String, check: String, says: String) throws {
      let guest = try GuestImage(fault)
      let run = try Program.start(
        guest.image, guest.manifest, ["--boots", "1", "--no-moves", "--seed", "3", "--no-cache", "--only", "ssh.*"])
      let outcome = try run.finish()
      #expect(outcome.status == 0, "\(outcome.story)")
      let finding = outcome.report?.findings.first { $0.check == check }
      #expect(finding?.standing == "warns" && finding?.reason.contains(says) == true, "\(outcome.story)")
      #expect(outcome.checks("rejects").isEmpty, "\(outcome.story)")
      #expect(try run.leftovers() == [])
    }
  }
}
