import Foundation
import Testing

extension BootTests {
  /// Guests that stop on their way: the first sentence of every report names where, within the deadline or at once.
  @Suite(.serialized) struct Hangs {
    struct Hang: Sendable {
      /// Of fixtures/faults.
      var fault: String
      /// Fails with the sentence.
      var check: String
      /// What the sentence begins with, and more that is in it.
      var begins: String
      var says: String
      /// Seconds for `--boot-timeout`.
      var limit: Int
      /// The stage that it reached last.
      var stage: String
    }

    /// Two at a time, so that they take the time of the slower one.
    static let pairs: [[Hang]] = [
      [
        Hang(
          fault: "stuck-in-grub", check: "console.login-prompt", begins: "stopped in GRUB's menu: waits for a key",
          says: "since", limit: 120, stage: "boot loader"),
        Hang(
          fault: "stuck-in-initramfs", check: "disk.root-found", begins: "stopped in the initramfs: UUID=00000000-",
          says: "does not exist", limit: 120, stage: "initramfs"),
      ],
      [
        Hang(
          fault: "waits-for-dhcp", check: "console.login-prompt", begins: "waits for DHCP", says: "though the static",
          limit: 50, stage: "metadata"),
        Hang(
          fault: "silent-spinning", check: "boot.boot-code", begins: "the boot sector was started, and then nothing",
          says: "the processor spins at 0x7c00", limit: 40, stage: "boot sector"),
      ],
      [
        Hang(
          fault: "dead-getty", check: "console.login-prompt", begins: "no login prompt: sshd answers",
          says: "no getty runs on ttyS0", limit: 120, stage: "boot finished"),
        Hang(
          fault: "emergency-mode", check: "boot.no-rescue-shell", begins: "emergency mode: dependency failed for",
          says: "/data", limit: 240, stage: ""),
      ],
    ]

    @Test(arguments: pairs) func theFirstSentenceNamesIt(pair: [Hang]) throws {
      let runs = try pair.map { hang in
        let guest = try GuestImage(hang.fault)
        return try Program.start(
          guest.image, guest.manifest,
          [
            "--boots", "1", "--no-moves", "--seed", "3", "--boot-timeout", String(hang.limit), "--timeout-scale", "1",
            "--no-cache",
          ])
      }
      for (hang, run) in zip(pair, runs) {
        let outcome = try run.finish()
        #expect(outcome.status == 1, "\(hang.fault): \(outcome.story)")
        let report = try #require(outcome.report, "\(hang.fault): \(outcome.story)")
        let finding = try #require(
          report.findings.first { $0.check == hang.check && $0.standing == "rejects" },
          "\(hang.fault): \(outcome.story)")
        #expect(finding.reason.hasPrefix(hang.begins) && finding.reason.contains(hang.says), "\(finding.reason)")
        // The verdict's own sentence, the terminal, the file for CI and the page: the same words first.
        #expect(report.sentence.hasPrefix("\(hang.check): \(hang.begins)"), "\(report.sentence)")
        let words = { (text: String) in text.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
        #expect(words(outcome.output).contains("\(hang.begins)"), "\(outcome.output)")
        let escaped = hang.begins.replacing("'", with: "&#39;")
        let xml = outcome.file("report.xml").replacing("&apos;", with: "'").replacing("&#39;", with: "'")
        #expect(xml.contains("<failure message=\"\(hang.begins)"), "\(hang.fault)")
        let html = outcome.file("report.html")
        #expect(
          html.contains("Did not come up:</b> \(hang.begins)") || html.contains("Did not come up:</b> \(escaped)"))
        if !hang.stage.isEmpty {
          let boot = try #require(finding.boot)
          let journal = outcome.file("journal.jsonl").split(separator: "\n").filter { $0.contains("\"\(boot)\"") }
          #expect(
            journal.contains { $0.contains("\"event\":\"stage\"") && $0.contains("\"\(hang.stage)\"") },
            "\(hang.fault): \(journal)")
        }
        #expect(outcome.output.contains("How far they came"), "\(outcome.output)")
        #expect(try run.leftovers() == [])
      }
    }
  }
}
