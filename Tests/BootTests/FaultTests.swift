import Foundation
import Testing

extension BootTests {
  /// Broken guests are rejected by the check that names the defect. (Faults that need other hardware than this to
  /// be seen: ``LayoutFaults``.)
  @Suite(.serialized) struct Faults {
    /// Clients of the metadata service that are not what they should be: told by what was said on the port. Both at
    /// once: each needs one processor.
    @Test func badMetadataClientsAreToldByTheirWords() throws {
      let told = [
        "mdata-sloppy": [
          "metadata.asked-scripts": "rejects", "metadata.frames": "warns", "metadata.protocol-v2": "informs",
          "metadata.waiting": "warns",
        ],
        "mdata-two-clients": ["metadata.one-client": "warns"],
      ]
      let names = told.keys.sorted()
      let runs = try Program.twoAtATime(names) { name in
        let guest = try GuestImage(name)
        let run = try Program.start(guest.image, guest.manifest, Self.options + ["--only", "metadata.*"])
        return (try run.finish(), try run.leftovers())
      }
      for (name, (outcome, leftovers)) in zip(names, runs) {
        #expect(outcome.status == (told[name]!.values.contains("rejects") ? 1 : 0), "\(name): \(outcome.story)")
        let findings = outcome.report?.findings ?? []
        for (check, standing) in told[name] ?? [:] {
          #expect(findings.first { $0.check == check }?.standing == standing, "\(check): \(outcome.story)")
        }
        #expect(leftovers == [])
      }
    }

    static let options = [
      "--boots", "1", "--no-moves", "--seed", "3", "--boot-timeout", "60", "--timeout-scale", "1", "--no-cache",
    ]

    struct Fault: Sendable {
      var name: String
      /// The check that names the defect.
      var check: String
      /// In its reason.
      var says: String
    }

    static let faults = [
      Fault(name: "disk-by-id", check: "disk.root-found", says: "does not exist"),
      Fault(name: "no-boot-code", check: "boot.boot-code", says: "boot sector"),
      Fault(name: "hostname-baked", check: "identity.hostname", says: "hostname"),
      Fault(name: "panics", check: "boot.no-panic", says: "panic"),
      Fault(name: "floods", check: "console.login-prompt", says: "login"),
      Fault(name: "never-boots", check: "boot.boot-code", says: "boot sector"),
    ]

    @Test func eachBrokenGuestIsRejectedByTheRightCheck() throws {
      let runs = try Program.twoAtATime(Self.faults) { fault in
        let guest = try GuestImage(fault.name)
        let run = try Program.start(guest.image, guest.manifest, Self.options)
        return (try run.finish(), try run.leftovers())
      }
      for (fault, (outcome, leftovers)) in zip(Self.faults, runs) {
        #expect(outcome.status == 1, "\(outcome.story)")
        #expect(outcome.output.contains("REJECTED"))
        let findings = outcome.report?.findings ?? []
        let finding = findings.first { $0.check == fault.check && $0.standing == "rejects" }
        #expect(finding != nil, "rejected by \(outcome.checks("rejects").sorted()), not by \(fault.check)")
        #expect(finding?.reason.lowercased().contains(fault.says) == true, "\(finding?.reason ?? "")")
        #expect(outcome.checks("doubtful").isEmpty, "\(outcome.story)")
        // A flood fills no disk.
        let boot = findings.compactMap(\.boot).first ?? ""
        let log = try FileManager.default.attributesOfItem(
          atPath: "\(outcome.folder.resolvingSymlinksInPath().path)/boots/\(boot)/console.log")
        #expect((log[.size] as? Int ?? 0) < 8 << 20)
        #expect(leftovers == [])
      }
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
