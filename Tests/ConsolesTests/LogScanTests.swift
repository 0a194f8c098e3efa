import Model
import Testing

@testable import Consoles

/// Rules on text that comes in pieces; what the rules of checks/console.yaml say is tested in ChecksTests.
@Suite struct LogScanTests {
  private func scan(_ bytes: [UInt8], step: Int = .max, rules: ConsoleRules = testRules) -> LogScan {
    var scan = LogScan(rules)
    var at = 0
    while at < bytes.count {
      let end = at + min(step, bytes.count - at)
      scan.feed(Array(bytes[at..<end]))
      at = end
    }
    scan.finish()
    return scan
  }
  private func scan(_ text: String, step: Int = .max) -> LogScan { scan(Array(text.utf8), step: step) }

  @Test(arguments: [1, 2, 3, 7, 64, 4096]) func cutsDoNotMatter(_ step: Int) {
    let text = """
      \u{1B}[2J\u{1B}[1;1Hgrub> \r\n[    0.1] BUG: a\r\n[    0.2] BUG: inside\r\n[    0.3] ---[ end trace\r
      [    1.0] BUG: harmless\n\u{0}\u{0}I/O error, dev vda\u{1B}]0;title\u{7}\nI/O error, dev fd0\r\rx\n
      [   12.345] INFO: task x\n[   12.345] INFO: task x blocked for more than 5 seconds\n\u{FF}\u{FE}
      error: no such device: 1\ngrub rescue> 
      """
    let whole = scan(text)
    #expect(
      whole.found.map(\.rule)
        == ["grub-prompt", "kernel-bug", "io-error", "hung-task", "grub-error", "grub-rescue"])
    #expect(whole.found.last?.line == "error: no such device: 1 → grub rescue>")
    let pieces = scan(text, step: step)
    #expect(pieces.found == whole.found)
    #expect(pieces.lines == whole.lines)
  }

  @Test func aPromptNeedsNoLineEndAndCountsOnce() {
    var scanner = RuleScanner(testRules)
    var window = TextWindow(limit: 64 << 10)
    window.append(Array("error: no such partition.\ngrub rescue> ".utf8))
    #expect(scanner.scan(window, quiet: false).count == 1)
    window.append(Array("ls".utf8))
    #expect(scanner.scan(window, quiet: true).isEmpty)
    window.append(Array("\n".utf8))
    #expect(scanner.scan(window, quiet: true).isEmpty)
    window.append(Array("grub rescue> \ngrub rescue> ".utf8))
    #expect(scanner.scan(window, quiet: false).count == 2)
  }

  @Test func aReportWhoseEndNeverComesIsBounded() {
    let line = String(repeating: "x", count: 80) + "\n"
    let found = scan("[    1.0] BUG: a\n" + String(repeating: line, count: 1000) + "[    2.0] BUG: b\n").found
    #expect(found.map(\.number) == [1, 1002])
    #expect(found[0].report.count > 50 && found[0].report.count <= AlarmBook.longestReport)
    #expect(found[0].quote.utf8.count < Evidence.maximumText)
    let long = scan("[    1.0] BUG: a\n" + String(repeating: String(repeating: "y", count: 4000) + "\n", count: 200))
      .found
    #expect(long[0].quote.utf8.count < Evidence.maximumText)
  }

  @Test func aReportBeginsAtItsStartAndEndsAtItsEnd() {
    let found = scan("a\nBUG: kernel x\nb\nKernel panic - not syncing: y\nc\n---[ end Kernel panic\nd\n").found
    #expect(found.map(\.rule) == ["kernel-bug", "kernel-panic"])
    #expect(
      found[1].report.map(\.text)
        == ["BUG: kernel x", "b", "Kernel panic - not syncing: y", "c", "---[ end Kernel panic"])
    #expect(found[1].line == "Kernel panic - not syncing: y")
  }

  @Test func aFloodOfOneSeverityHidesNoOther() {
    let flood = String(repeating: "soft lockup - CPU#0\n", count: 300)
    let result = scan(flood + "I/O error, dev vda\n" + flood + "Kernel panic - not syncing: late\n")
    #expect(result.count(.suspicious) == 600)
    #expect(result.count(.bad) == 1)
    #expect(result.count(.fatal) == 1)
    #expect(result.found.count == LogScan.alarms + 2)
  }

  @Test func onlyARestartThatNobodyAskedForCounts() {
    let banner = "[    0.000000] Linux version 6.1.0\n"
    #expect(scan(banner + "x\n").found.isEmpty)
    #expect(scan(banner + "x\n" + banner).found.map(\.number) == [3])
    #expect(scan(banner + "[imgverify: told to]\n" + banner).found.isEmpty)
    #expect(scan(banner + "x [imgverify: told to]\n" + banner).found.count == 1)
    #expect(scan(banner + "[imgverify: told to]\n" + banner + banner).found.count == 1)
  }

  @Test(
    arguments: [
      ("[   12.345] BUG: x", 12_345), ("[123456.789] BUG: x", 123_456_789), ("[   12.345678] BUG: x", nil),
      ("[12.345] x I/O error, dev vda", nil), ("[   12.345]I/O error, dev vda", nil), ("I/O error, dev vda", nil),
      ("[   12.345] [    0.000001] BUG: x", 12_345), ("[            ] I/O error, dev vda", nil),
    ] as [(String, Int?)])
  func theTimesOfOurLogAreTaken(_ line: String, _ milliseconds: Int?) {
    for step in [1, 5, 100] {
      let found = scan("\n" + line + "\n", step: step).found
      #expect(found.map(\.time) == [milliseconds.map { .milliseconds($0) }])
      #expect(found.first?.number == 2)
    }
  }

  @Test func hostileLogsAreTakenInBoundedMemory() {
    var scan = LogScan(testRules)
    let junk: [[UInt8]] = [
      Array(repeating: 0, count: 100_000), Array(repeating: UInt8(ascii: "B"), count: 100_000),
      Array(String(repeating: "[    1.1] BUG", count: 8000).utf8), Array(repeating: 0x1B, count: 50_000),
      Array(repeating: 0x0A, count: 50_000), Array(repeating: 0xFF, count: 50_000),
      Array(String(repeating: "BUG: ", count: 10_000).utf8),
    ]
    for piece in junk { scan.feed(piece) }
    scan.feed(Array("\nKernel panic - not syncing: in the end\n".utf8))
    scan.finish()
    #expect(scan.found.last?.rule == "kernel-panic")
    #expect(scan.lines == 50_002)
    #expect(scan.found.allSatisfy { $0.quote.utf8.count < Evidence.maximumText && !$0.quote.contains("\u{1B}") })
  }

  @Test func noRulesFindNothing() {
    #expect(scan(Array("Kernel panic - not syncing\n".utf8), rules: .none).found.isEmpty)
    #expect(scan("").lines == 0)
  }

  @Test(.timeLimit(.minutes(5))) func theConsoleWaitsForTheWholeReport() async throws {
    try await withConsole { console, guest in
      async let alarm = console.fatalAlarm(until: soon())
      try await guest.say("[    1.0] Kernel panic - not syncing: x\r\n")
      // Known at once, quoted later.
      let raised = try #require(try await alarm)
      async let settled = console.settledAlarms(silence: .seconds(60), until: soon())
      try await guest.say("trace\r\n[    1.0] ---[ end Kernel panic\r\nbehind\r\n")
      let whole = try #require(try await settled.first)
      #expect(whole.serial == raised.serial)
      #expect(whole.report.map(\.text).dropFirst() == ["trace", "[    1.0] ---[ end Kernel panic"])
      #expect(whole.quote.hasPrefix("[    "))
    }
  }

  @Test(.timeLimit(.minutes(5))) func aNoteOnTheConsoleTellsOfARestart() async throws {
    try await withConsole { console, guest in
      try await guest.say("Linux version 1\r\n$ reboot")
      _ = try await console.expect(.text("reboot"), from: .start, until: soon())
      await console.note("[imgverify: the guest is told to restart]")
      try await guest.say("\r\nLinux version 1\r\none\r\n")
      _ = try await console.expect(.text("one"), from: .start, until: soon())
      #expect(await console.alarms.isEmpty)
      try await guest.say("Linux version 1\r\ntwo\r\n")
      _ = try await console.expect(.text("two"), from: .start, until: soon())
      #expect(await console.alarms.map(\.rule) == ["second-boot"])
    }
  }
}
