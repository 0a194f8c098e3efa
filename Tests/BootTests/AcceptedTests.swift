import Foundation
import Testing

extension BootTests {
  /// Good images are accepted, and the reports are what CI systems read.
  @Suite(.serialized) struct Accepted {
    @Test func theTinyGuestIsAccepted() throws {
      let guest = try GuestImage("tiny")
      let run = try Program.start(guest.image, guest.manifest, ["--seed", "7", "--no-cache"])
      let outcome = try run.finish()
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.output.contains("ACCEPTED"))
      #expect(outcome.report?.verdict == "accepted")
      #expect(outcome.checks("rejects").isEmpty && outcome.checks("doubtful").isEmpty)
      // A good guest gives no cause for a warning.
      #expect(outcome.checks("warns").isEmpty, "\(outcome.story)")
      for boot in Set(outcome.report?.findings.compactMap(\.boot) ?? []) {
        let passed = outcome.report?.findings.filter { $0.boot == boot && $0.outcome == "passed" }.count ?? 0
        #expect(passed >= 15, "\(boot): only \(passed) checks passed")
      }
      let schema = Program.root.appendingPathComponent("fixtures/junit-jenkins.xsd").path
      #expect(try shell("xmllint --noout --schema \(schema) \(outcome.folder.path)/report.xml") == 0)
      for boot in try FileManager.default.contentsOfDirectory(atPath: "\(outcome.folder.path)/boots") {
        for name in ["console.log", "mdata.jsonl", "firmware.log", "argv.txt"] {
          #expect(!outcome.file("boots/\(boot)/\(name)").isEmpty, "\(boot)/\(name)")
        }
      }
      #expect(try run.leftovers() == [])
    }

    @Test func theRealisticGuestIsAccepted() throws {
      let guest = try GuestImage("debian")
      let outcome = try Program.verify(guest.image, guest.manifest, ["--boots", "2", "--seed", "11", "--no-cache"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.checks("rejects").isEmpty && outcome.checks("doubtful").isEmpty)
    }

    /// A guest of another kind: sysvinit, GPT, btrfs, and no cloud-init.
    @Test func theThirdGuestIsAccepted() throws {
      let guest = try GuestImage("sysv")
      let outcome = try Program.verify(guest.image, guest.manifest, ["--boots", "2", "--seed", "13", "--no-cache"])
      #expect(outcome.status == 0, "\(outcome.story)")
      #expect(outcome.checks("rejects").isEmpty && outcome.checks("doubtful").isEmpty)
      #expect(outcome.checks("warns").isEmpty, "\(outcome.story)")
    }
  }
}

/// Runs a shell command and gives its exit status.
func shell(_ command: String) throws -> Int32 {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/bin/sh")
  process.arguments = ["-c", command]
  try process.run()
  process.waitUntilExit()
  return process.terminationStatus
}
