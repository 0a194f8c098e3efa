import Foundation
import Glibc
import Testing

extension BootTests {
  /// Trouble of ours is never a verdict on the image, and nothing is left behind.
  @Suite(.serialized) struct HarnessTrouble {
    let first = "boots/01-smartos-kvm"

    /// Starts a run of the tiny guest and waits until its kernel speaks.
    private func bootingRun(_ options: [String] = []) throws -> Program {
      let guest = try GuestImage("tiny")
      let run = try Program.start(
        guest.image, guest.manifest, ["--boots", "1", "--no-moves", "--seed", "5", "--no-cache"] + options)
      try run.wait(for: "\"stage\":\"kernel\"", in: "journal.jsonl")
      return run
    }

    /// The QEMU of this run, by the scratch folder in its command line.
    private func qemu(of run: Program) throws -> Int32 {
      let scratch = run.folder.appendingPathComponent("scratch").path
      for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
        guard let pid = Int32(entry), let data = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline")
        else { continue }
        let line = String(decoding: data, as: UTF8.self)
        if line.hasPrefix("qemu-system"), line.contains(scratch) { return pid }
      }
      throw CocoaError(.fileNoSuchFile)
    }

    @Test func aKilledHypervisorIsInconclusive() throws {
      let run = try bootingRun()
      #expect(kill(try qemu(of: run), SIGKILL) == 0)
      let outcome = try run.finish()
      #expect(outcome.status == 2, "\(outcome.story)")
      #expect(outcome.output.contains("INCONCLUSIVE") && outcome.output.contains("QEMU"))
      #expect(outcome.file("report.xml").contains("<error"))
      #expect(!outcome.file("report.xml").contains("<failure"))
      #expect(try run.leftovers() == [])
    }

    @Test(arguments: [SIGINT, SIGTERM]) func anInterruptCleansUpAndReports(signal: Int32) throws {
      let run = try bootingRun()
      #expect(kill(run.process.processIdentifier, signal) == 0)
      let outcome = try run.finish()
      #expect(outcome.status == 130, "\(outcome.story)")
      #expect(outcome.output.contains("INTERRUPTED"))
      #expect(outcome.report?.verdict == "interrupted")
      #expect(try run.leftovers() == [])
    }

    @Test func nothingOutlivesASIGKILL() throws {
      let run = try bootingRun()
      let hypervisor = try qemu(of: run)
      #expect(kill(run.process.processIdentifier, SIGKILL) == 0)
      let outcome = try run.finish()
      #expect(outcome.status == -SIGKILL)
      var left = try run.leftovers()
      for _ in 0..<100 where !left.isEmpty {
        usleep(100_000)
        left = try run.leftovers()
      }
      #expect(left == [])
      // Dead; perhaps nobody has asked for its exit status yet.
      let state = (try? String(contentsOfFile: "/proc/\(hypervisor)/stat", encoding: .utf8))?.split(separator: " ")
      #expect(state == nil || state?.dropFirst(2).first == "Z")
    }

    @Test func aMissingHypervisorIsInconclusiveAndSaysWhatToInstall() throws {
      let guest = try GuestImage("tiny")
      let empty = try Program.temporaryFolder()
      for tool in ["sh", "cat", "rm", "setpriv", "env"] {
        try FileManager.default.createSymbolicLink(
          atPath: empty.appendingPathComponent(tool).path, withDestinationPath: "/usr/bin/\(tool)")
      }
      let run = try Program.start(guest.image, guest.manifest, environment: ["PATH": empty.path])
      let outcome = try run.finish()
      #expect(outcome.status == 2, "\(outcome.story)")
      #expect(outcome.output.contains("apt-get install qemu-system-x86"))
      #expect(outcome.file("report.xml").contains("<error"))
      #expect(try run.leftovers() == [])
    }

    /// Eight busy loops on the one core that the guest may use leave it a tenth of it. Each has a session of its own,
    /// since Linux shares the processor out by sessions first; they end by themselves after 60 s of it.
    @Test func aStarvedGuestIsInconclusive() throws {
      let guest = try GuestImage("tiny")
      let pids = try Program.temporaryFolder().appendingPathComponent("pids").path
      let loop = "setsid taskset -c 0 sh -c 'ulimit -t 60; while :; do :; done' >/dev/null 2>&1"
      #expect(system("for i in 1 2 3 4 5 6 7 8; do \(loop) & echo $! >>\(pids); done") == 0)
      let hogs = try String(contentsOfFile: pids, encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
      #expect(hogs.count == 8)
      defer { for hog in hogs { kill(hog, SIGKILL) } }
      let outcome = try Program.verify(
        guest.image, guest.manifest,
        [
          "--boots", "1", "--no-moves", "--seed", "5", "--no-cache", "--boot-timeout", "45", "--timeout-scale", "1",
          "--accel", "tcg",
        ],
        prefix: ["taskset", "-c", "0", "nice", "-n", "19"])
      #expect(outcome.status == 2, "\(outcome.story)")
      #expect(outcome.output.contains("host too slow"), "\(outcome.story)")
      #expect(outcome.checks("rejects").isEmpty)
    }
  }
}
