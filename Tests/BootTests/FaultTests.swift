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
        "mdata-two-clients": ["metadata.asked": "rejects", "metadata.one-client": "warns"],
      ]
      let runs = try told.keys.sorted().map { name in
        let guest = try GuestImage(name)
        return (
          name,
          try Program.start(
            guest.image, guest.manifest,
            [
              "--boots", "1", "--no-moves", "--seed", "3", "--boot-timeout", "60", "--timeout-scale", "1", "--no-cache",
              "--only", "metadata.*",
            ])
        )
      }
      for (name, run) in runs {
        let outcome = try run.finish()
        #expect(outcome.status == 1, "\(name): \(outcome.story)")
        let findings = outcome.report?.findings ?? []
        for (check, standing) in told[name] ?? [:] {
          #expect(findings.first { $0.check == check }?.standing == standing, "\(check): \(outcome.story)")
        }
        #expect(try run.leftovers() == [])
      }
    }

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
  }
}
