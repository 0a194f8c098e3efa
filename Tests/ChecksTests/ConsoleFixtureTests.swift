import Consoles
import Foundation
import Testing

@testable import Checks

/// The logs in fixtures/consoles/, and what the rules must say of each.
struct ConsoleFixtureTests {
  /// Severity and category of the findings, each pair once, in the order of the log. fixtures/SOURCES.md says how each
  /// log was made; those in `made/` are written after documented texts.
  static let expected: [(log: String, findings: [String])] = [
    ("atomic", ["bad kernel-bug", "suspicious kernel-warning"]),
    ("debian-clean", []),
    ("debian-emergency", ["fatal emergency-mode", "fatal maintenance-shell"]),
    ("debian-fsck", ["bad filesystem-error", "fatal initramfs-shell"]),
    (
      "debian-fstab",
      ["suspicious unit-timed-out", "suspicious unit-failed", "fatal emergency-mode", "fatal maintenance-shell"]
    ),
    ("debian-initramfs", ["fatal root-not-found", "fatal initramfs-shell"]),
    ("debian-rescue", ["fatal rescue-mode", "fatal maintenance-shell"]),
    ("gpf", ["bad kernel-oops"]),
    ("grub-prompt", ["fatal grub-prompt"]),
    ("grub-rescue", ["suspicious grub-error", "fatal grub-rescue"]),
    ("hung-task", ["suspicious hung-task"]),
    ("io-error", ["bad io-error", "bad filesystem-error", "bad read-only-remount"]),
    ("kernel-bug", ["bad kernel-bug"]),
    ("made/btrfs", ["bad filesystem-error", "bad read-only-remount"]),
    ("made/dracut", ["fatal dracut-shell"]),
    ("made/freebsd-mountroot", ["fatal root-not-found"]),
    ("made/freebsd-panic", ["bad panic", "fatal kernel-panic"]),
    ("made/freebsd-single-user", ["fatal single-user-shell"]),
    ("made/hard-lockup", ["suspicious hard-lockup"]),
    ("made/illumos-maintenance", ["fatal maintenance-mode"]),
    ("made/illumos-panic", ["fatal kernel-panic"]),
    ("made/illumos-root", ["fatal root-not-found"]),
    ("made/systemd-failed", ["suspicious unit-failed"]),
    ("made/systemd-frozen", ["fatal init-frozen"]),
    ("made/xfs", ["bad filesystem-error"]),
    ("no-boot-code", ["bad second-boot"]),
    ("no-boot-device", ["suspicious boot-failed", "fatal no-bootable-device"]),
    ("no-kernel", ["suspicious grub-error", "bad grub-error", "fatal grub-error"]),
    ("no-space", ["bad out-of-space"]),
    ("no-virtio-scsi", ["fatal root-not-found"]),
    ("oom", ["bad out-of-memory"]),
    ("oops-null", ["bad kernel-oops"]),
    ("panic-on-oops", ["bad kernel-oops", "fatal kernel-panic"]),
    ("panics", ["fatal kernel-panic"]),
    ("rcu-stall", ["suspicious rcu-stall", "suspicious soft-lockup"]),
    ("read-only", ["suspicious kernel-warning", "bad filesystem-error", "bad read-only-remount", "bad out-of-space"]),
    ("reboot-asked", []),
    ("restart", ["bad second-boot"]),
    ("root-by-device", ["fatal root-not-found"]),
    ("soft-lockup", ["suspicious rcu-stall", "suspicious soft-lockup"]),
    ("sysrq-crash", ["fatal kernel-panic"]),
    ("sysrq-remount", ["bad read-only-remount"]),
    ("tiny-clean", []),
  ]

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/consoles")

  private func scan(_ log: String, step: Int) throws -> [ConsoleAlarm] {
    let bytes = try Array(Data(contentsOf: Self.folder.appending(path: log + ".log")))
    var scan = LogScan(try ConsoleRuleTests.rules.get())
    for start in stride(from: 0, to: bytes.count, by: step) {
      scan.feed(Array(bytes[start..<min(bytes.count, start + step)]))
    }
    scan.finish()
    return scan.found
  }

  @Test(arguments: expected.indices) func givesTheNamedCategories(_ index: Int) throws {
    let (log, wanted) = Self.expected[index]
    var findings: [String] = []
    for alarm in try scan(log, step: 1 << 20) {
      let finding = "\(alarm.severity.rawValue) \(alarm.category)"
      if !findings.contains(finding) { findings.append(finding) }
    }
    #expect(findings == wanted, "\(log)")
  }

  @Test func everyLogIsInTheTable() throws {
    let found = try FileManager.default.subpathsOfDirectory(atPath: Self.folder.path).filter { $0.hasSuffix(".log") }
    #expect(found.map { String($0.dropLast(4)) }.sorted() == Self.expected.map(\.log).sorted())
    for path in found {
      let size = try Self.folder.appending(path: path).resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      #expect(size > 0 && size < 60_000, "\(path)")
    }
  }

  @Test(arguments: ["panic-on-oops", "no-boot-code", "debian-fstab", "grub-rescue", "made/freebsd-mountroot"])
  func theCutsDoNotMatter(_ log: String) throws {
    let whole = try scan(log, step: 1 << 20)
    #expect(try scan(log, step: 1) == whole)
    #expect(try scan(log, step: 997) == whole)
  }

  @Test func aReportIsQuotedWholeWithItsTimes() throws {
    let panic = try #require(try scan("panic-on-oops", step: 4096).first { $0.severity == .fatal })
    #expect(panic.report.first?.text.contains("BUG: kernel NULL pointer dereference") == true)
    #expect(panic.report.last?.text.contains("---[ end Kernel panic - not syncing: Fatal exception ]---") == true)
    #expect(panic.report.allSatisfy { $0.time != nil })
    #expect(panic.stop == .panic)
    let oops = try #require(try scan("oops-null", step: 4096).first)
    #expect(oops.report.last?.text.contains("---[ end trace") == true)
    #expect(oops.line.contains("BUG: kernel NULL pointer dereference, address: 0000000000000008"))
    let fsck = try #require(try scan("debian-initramfs", step: 4096).first { $0.category == "initramfs-shell" })
    #expect(
      fsck.line.contains(
        "ALERT!  /dev/disk/by-id/virtio-gone-part1 does not exist.  Dropping to a shell! → (initramfs)"))
  }
}
