import Foundation
import Model
import Testing

@testable import Consoles

@Suite(.timeLimit(.minutes(15))) struct ConsoleTests {
  @Test func waitersFindWhatCameBeforeAndWhatComesLater() async throws {
    try await withConsole { console, guest in
      async let late = console.expect(.text("second part"), from: .start, until: soon())
      async let also = console.expect(.line("part of"), from: .start, until: soon())
      try await guest.say("first\r\nsec")
      let first = try await console.expect(.text("first"), from: .start, until: soon())
      try await guest.say("ond pa")
      try await guest.say("rt of \u{1B}[1mit\u{1B}[0m\r\n")
      let (found, line) = try await (late, also)
      #expect(found.line.hasPrefix("second part"))
      #expect(line.capture == " it")
      // What lies before the cursor does not count.
      let error = await #expect(throws: VerifyError.self) {
        try await console.expect(.text("first"), from: first.end, until: .after(.milliseconds(50)))
      }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("“first”") == true)
      #expect(error?.message.contains("second part of it") == true)
    }
  }

  @Test func aTapGetsEveryByteAndSlowsTheGuestDown() async throws {
    try await withConsole { console, guest in
      let (heard, gate) = (Collector(), ChangeSignal())
      await console.tap { bytes in
        heard.append(bytes)
        try? await gate.changed(since: 0)
      }
      try await guest.say("one \u{1B}[6n\r\n")
      _ = try await console.expect(.text("one"), from: .start, until: soon())
      try await guest.say("two")
      // The receiver has not returned, so nothing more is read.
      await #expect(throws: VerifyError.self) {
        try await console.expect(.text("two"), from: .start, until: .after(.milliseconds(100)))
      }
      gate.notify()
      _ = try await console.expect(.text("two"), from: .start, until: soon())
      while heard.count < 13 { try await Task.sleep(for: .milliseconds(5)) }
      #expect(heard.text == "one \u{1B}[6n\r\ntwo")
    }
  }

  @Test func aConsoleThatIsPutBackKnowsOnlyTheAlarmsOfThen() async throws {
    try await withConsole { console, guest in
      try await guest.say("BUG: soft lockup - CPU#0 stuck\r\nhost login: ")
      let prompt = try await console.expect(.loginPrompt, from: .start, until: soon())
      let earlier = await console.standing
      let alarms = await console.alarms
      #expect(!alarms.isEmpty)
      try await guest.say("\r\nKernel panic - not syncing: Attempted to kill init!\r\n")
      _ = try await console.expect(.line("not syncing"), from: prompt.end, until: soon())
      #expect(await console.fatal != nil)
      let before = await console.cursor
      await console.putBack(to: earlier, note: "[put back]")
      #expect(await console.fatal == nil)
      #expect(await console.alarms == alarms)
      // The prompt stands there again, as it does for the guest.
      let again = try await console.expect(.loginPrompt, from: before, until: soon())
      #expect(again.capture == "host")
      #expect(await console.tail(2) == ["[put back]", "host login: "])
    }
  }

  @Test func manyWaitersAllWake() async throws {
    try await withConsole { console, guest in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<50 {
          group.addTask {
            _ = try await console.expect(.text("<\(number)>"), from: .start, until: soon())
            return number
          }
        }
        for number in (0..<50).shuffled() { try await guest.say("<\(number)>") }
        var woken: Set<Int> = []
        for try await number in group { woken.insert(number) }
        #expect(woken.count == 50)
      }
    }
  }

  @Test func aCancelledWaitIsACancel() async throws {
    try await withConsole { console, guest in
      let task = Task { try await console.expect(.text("never"), from: .start, until: soon()) }
      try await guest.say("something\n")
      _ = try await console.expect(.text("something"), from: .start, until: soon())
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test func theEndOfTheStreamEndsEveryWait() async throws {
    try await withConsole { console, guest in
      async let waiting = console.expect(.text("never"), from: .start, until: soon())
      async let alarm = console.fatalAlarm(until: soon())
      try await guest.say("last words")
      guest.close()
      do {
        _ = try await waiting
        Issue.record("the wait went on")
      } catch let error as VerifyError {
        #expect(error.code == .closed)
        #expect(error.message.contains("last words"))
      }
      let nothing = try await alarm
      #expect(nothing == nil)
      #expect(await console.hasEnded)
    }
  }

  @Test(
    arguments: [
      ("\r\nDebian GNU/Linux 12 web-1 ttyS0\r\n\r\nweb-1 login: ", "web-1"),
      ("\u{1B}[H\u{1B}[Jtiny login: ", "tiny"),
      ("FreeBSD/amd64 (x) (ttyu0)\r\n\r\nlogin: ", nil),
      ("smart console login: ", "smart"),
      ("tiny login: [   20.113456] random: crng init done\r\n", "tiny"),
      ("Last login: Tue Nov 18 10:00:00\r\nhost login: ", "host"),
    ] as [(String, String?)])
  func loginPromptsAreSeen(_ text: String, _ host: String?) async throws {
    try await withConsole { console, guest in
      for byte in text.utf8 { try await guest.write([byte], until: soon()) }
      let match = try await console.expect(.loginPrompt, from: .start, until: soon())
      #expect(match.capture == host)
    }
  }

  @Test(arguments: [
    "Last login: ", "Last login: Tue Nov 18 10:00:00 on ttyS0\r\n", "sshd: bad login: root\r\n", "autologin: ",
    "host login: root\r\nPassword: ",
  ])
  func whatIsNoLoginPromptIsNotSeen(_ text: String) async throws {
    try await withConsole { console, guest in
      try await guest.say(text)
      let error = await #expect(throws: VerifyError.self) {
        try await console.expect(.loginPrompt, from: .start, until: .after(.milliseconds(150)))
      }
      #expect(error?.code == .timedOut)
    }
  }

  @Test func aFatalAlarmWakesAndStays() async throws {
    try await withConsole { console, guest in
      async let alarm = console.fatalAlarm(until: soon())
      try await guest.say("GRUB loading.\r\n[    1.0] I/O error, dev vda, sector 2\r\n")
      try await guest.say("error: no such device: 58ddea21.\r\n\u{1B}[1mgrub rescue> \u{1B}[0m")
      let raised = try await alarm
      let found = try #require(raised)
      #expect(found.category == "grub-rescue")
      #expect(found.line.contains("error: no such device: 58ddea21. → grub rescue>"))
      try await guest.say("\r\nhost login: ")
      _ = try await console.expect(.loginPrompt, from: .start, until: soon())
      #expect(await console.fatal == found)
      #expect(await console.alarms.map(\.category) == ["io-error", "grub-error", "grub-rescue"])
      #expect(try await console.fatalAlarm(until: soon()) == found)
    }
  }

  @Test func whatAScriptPrintsIsNoAlarmHoweverItComes() async throws {
    for cuts in [["B1\r\nBUG: bad page\r\n\r\nE1 0\r\n"], ["B1\r\nBUG: bad page\r\n", "\r\nE1 0\r\n"]] {
      try await withConsole { console, guest in
        await console.startCapture(begin: "B1", end: "E1") { _ in }
        for text in cuts { try await guest.say(text) }
        #expect(try await console.captureStatus(until: soon()) == 0)
        _ = try await console.expect(.line("E1 "), from: .start, until: soon())
        #expect(await console.alarms.isEmpty)
        try await guest.say("BUG: bad page\r\nend\r\n")
        _ = try await console.expect(.line("end"), from: .start, until: soon())
        #expect(await console.alarms.count == 1)
      }
    }
  }

  @Test func aPanicIsToldWithItsWholeLine() async throws {
    try await withConsole { console, guest in
      async let alarm = console.fatalAlarm(until: soon())
      try await guest.say("[    1.5] Kernel panic - not sync")
      try await guest.say("ing: VFS: Unable to mount root fs on unknown-block(0,0)\r\n")
      let raised = try await alarm
      let found = try #require(raised)
      #expect(found.line.hasSuffix("unknown-block(0,0)"))
    }
  }

  @Test func noFatalAlarmIsNil() async throws {
    try await withConsole { console, guest in
      try await guest.say("[    1.0] BUG: bad page state\r\nhost login: ")
      #expect(try await console.fatalAlarm(until: .after(.milliseconds(100))) == nil)
      #expect(await console.alarms.map(\.severity) == [.bad])
    }
  }

  @Test func aGRUBScreenReadsAsLines() async throws {
    try await withConsole { console, guest in
      try await guest.say("\u{1B}[2J\u{1B}[1;1H\u{1B}[30;27HGNU GRUB  version 2.06\u{1B}[5;2H*Debian GNU/Linux")
      try await guest.say("\u{1B}[22;7HThe highlighted entry will be executed automatically in 1s.")
      for _ in 0..<3 { try await guest.say("\u{1B}[22;7HThe highlighted entry will be executed automatically in 0s.") }
      try await guest.say("\u{1B}[2J\u{1B}[1;1H  Booting `Debian GNU/Linux'\r\n\r\n\u{1B}[1;1Hgrub> \u{1B}[1;7H")
      let alarm = try #require(try await console.fatalAlarm(until: soon()))
      #expect(alarm.category == "grub-prompt")
      #expect(await console.tail(20).contains("*Debian GNU/Linux"))
      _ = try await console.expect(.text("GNU GRUB  version 2.06"), from: .start, until: soon())
    }
  }

  @Test func aFloodIsDrainedInBoundedMemoryAndLog() async throws {
    let path = NSTemporaryDirectory() + "flood-\(UInt64.random(in: .min ... .max)).log"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (host, guest) = try DescriptorStream.pair()
    var limits = Console.Limits()
    limits.logHead = 1 << 20
    limits.logTail = 64 << 10
    let console = try Console(stream: host, logPath: path, powerOn: .now, rules: testRules, limits: limits)
    async let draining: Void = console.drain()
    var seed: UInt64 = 42
    let junk = (0..<(1 << 20)).map { index -> UInt8 in
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let byte = UInt8(truncatingIfNeeded: seed >> 40)
      return index % 16 < 10 ? 0x20 + byte % 0x5F : byte % 7 == 0 ? 0x1B : byte
    }
    let alarming = Array("\nBUG: again\n---[ end trace\n".utf8)
    for _ in 0..<8 { try await guest.write(junk + alarming, until: .after(.seconds(110))) }
    // Others get their turn in the midst of it.
    #expect(await console.byteCount > 0)
    for _ in 0..<300 { try await guest.write(alarming, until: soon()) }
    try await guest.say("\u{18}\nflood over\n")
    _ = try await console.expect(.text("flood over"), from: .start, until: .after(.seconds(110)))
    guest.close()
    await draining
    #expect(await console.byteCount > 8 << 20)
    #expect(await console.textHeld <= 2 * limits.window)
    #expect(await console.alarms.count == limits.alarms)
    #expect(await console.alarmsLeftOut >= 100)
    let size = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(size > limits.logHead && size <= limits.logHead + 2 * limits.logTail + 100)
    let log = try Data(contentsOf: URL(filePath: path))
    #expect(String(validating: log, as: UTF8.self)?.contains("bytes left out …") == true)
    #expect(!log.contains { $0 < 0x20 && $0 != 0x0A && $0 != 0x09 || $0 == 0x7F })
    #expect(String(decoding: log.suffix(40), as: UTF8.self).hasSuffix("flood over\n"))
  }

  @Test func theLogIsThereWhileTheGuestRuns() async throws {
    let path = NSTemporaryDirectory() + "live-\(UInt64.random(in: .min ... .max)).log"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await withConsole(logPath: path) { console, guest in
      try await guest.say("\u{1B}[31mred\u{1B}[0m\r\nhost login: ")
      _ = try await console.expect(.loginPrompt, from: .start, until: soon())
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { $0.dropFirst(12) }
      #expect(lines == ["red", "host login: "])
    }
  }

  @Test func aLogThatCannotBeMadeIsAnError() throws {
    let (host, _) = try DescriptorStream.pair()
    let error = #expect(throws: VerifyError.self) {
      _ = try Console(stream: host, logPath: "/nonexistent/console.log", powerOn: .now, rules: .none)
    }
    #expect(error?.message.contains("/nonexistent/console.log") == true)
  }
}
