import Checks
import Consoles
import Foundation
import Hypervisors
import Model
import Testing

@testable import Guests

/// What a report says first of a guest that did not come up: one sentence for each way to stand still.
@Suite struct StandstillSentenceTests {
  /// A way to stand still, and its sentence.
  struct Row: Sendable, CustomTestStringConvertible {
    var end: Awakening.End = .deadline
    var lines: [String] = []
    var stage: (Stage, Int)? = nil
    var silence: Int? = nil
    var change: @Sendable (inout StandstillFacts) -> Void = { _ in }
    var sentence: String
    var testDescription: String { sentence }
  }

  private static func look(
    _ addresses: [UInt64], halted: Bool = false, on: Bool = true, user: Bool = false, real: Bool = false
  )
    -> ProcessorLook
  {
    ProcessorLook(
      addresses.map {
        [Registers(address: $0, isHalted: halted, takesInterrupts: on, isUserMode: user, isRealMode: real)]
      })
  }

  static let rows = [
    Row(end: .noBootDevice, sentence: "SeaBIOS found no bootable device: no disk has a boot sector"),
    Row(
      end: .bootLoop(5),
      sentence: "boot loop: SeaBIOS jumped to the boot sector 5 times, and nothing came of it; it holds no boot code"),
    Row(
      end: .silent, stage: (.bootSector, 1), change: { $0.processor = look([0x7c00, 0x7c00], real: true) },
      sentence:
        "the boot sector was started, and then nothing was said on either serial port for 5 min 0 s; the processor spins at 0x7c00"
    ),
    Row(
      end: .silent, stage: (.bootSector, 1),
      change: { $0.processor = look([0x7c02], halted: true, on: false, real: true) },
      sentence:
        "the boot sector was started, and then nothing was said on either serial port for 5 min 0 s; the processor is halted for good, with interrupts off"
    ),
    Row(
      stage: (.firmware, 1), change: { $0.processor = look([0x100, 0xf_0000], real: true) },
      sentence: "the firmware did not get as far as a boot sector in 5 min 0 s; the processor is busy"),
    Row(
      lines: ["Loading Linux 6.1.0 ..."], stage: (.bootLoader, 2), silence: 280,
      change: { $0.processor = look([0x10_0000], halted: true) },
      sentence:
        "stopped in the boot loader: silent since 4 min 40 s, after “Loading Linux 6.1.0 ...”; the processor is idle"),
    Row(
      lines: ["[    2.0] ata1: waiting"], stage: (.kernel, 2), silence: 280,
      change: { $0.processor = look([0xffff_ffff_8100_0010, 0xffff_ffff_8100_0020]) },
      sentence:
        "stuck in the kernel: silent since 4 min 40 s, after “[ 2.0] ata1: waiting”; the processor spins at 0xffffffff81000010 in kernel mode"
    ),
    Row(
      lines: ["Begin: Running /scripts/local-block"], stage: (.initramfs, 4), silence: 200,
      sentence: "stuck in the initramfs: silent since 3 min 20 s, after “Begin: Running /scripts/local-block”"),
    Row(
      lines: ["tiny: starting things"], stage: (.metadata, 9), silence: 100,
      change: { $0.processor = look([0x40_0000, 0x50_0000], user: true) },
      sentence:
        "no login prompt within 5 min 0 s: last stage: metadata after 9.0 s, silent since 100 s, after “tiny: starting things”; the processor is busy in user mode"
    ),
    Row(
      lines: ["[  OK  ] Started x"], stage: (.userSpace, 200), silence: 2,
      sentence:
        "no login prompt within 5 min 0 s, but the guest is still at work (last stage: init after 3 min 20 s), after “[ OK ] Started x”"
    ),
    Row(
      lines: ["under water"], stage: (.userSpace, 20), silence: 0, change: { $0.flow = 1e6 },
      sentence: "no login prompt within 5 min 0 s: the console is flooded, after “under water”"),
    Row(
      lines: ["x"], stage: (.metadata, 20), silence: 3,
      change: {
        $0.wait = ConsoleWait(.dhcp(client: "dhclient", device: "eth0"), since: .seconds(50), latest: .seconds(297))
        $0.promised = "10.77.1.24"
      },
      sentence:
        "waits for DHCP on eth0 since 4 min 10 s (dhclient), though the static address 10.77.1.24 was promised"),
    Row(
      lines: ["x"], stage: (.userSpace, 20), silence: 1,
      change: {
        $0.wait = ConsoleWait(
          .job("Raise network interfaces", limit: "5min 5s"), since: .seconds(200), latest: .seconds(299))
      },
      sentence:
        "waits for the network: systemd's job “Raise network interfaces” runs since 100 s (limit: 5min 5s)"),
    Row(
      lines: ["x"], stage: (.userSpace, 20), silence: 1,
      change: {
        $0.wait = ConsoleWait(.job("/dev/vdb1", limit: "no limit"), since: .seconds(200), latest: .seconds(299))
      },
      sentence: "systemd waits: its job “/dev/vdb1” runs since 100 s (limit: no limit)"),
    Row(
      end: .poweredOff("guest-shutdown"), lines: ["reboot: Power down"], silence: 1,
      sentence:
        "the guest powered itself off (guest-shutdown) before a login prompt, after “reboot: Power down”"),
    Row(
      end: .panicked, lines: ["[    3.1] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"],
      sentence: "kernel panic: Attempted to kill init! exitcode=0x00000100"),
    Row(end: .panicked, sentence: "kernel panic: the guest told QEMU of it"),
    Row(
      end: .ready, stage: (.ssh, 20), silence: 60,
      change: {
        $0.hasSSH = true
        $0.inside = GuestWork()
      }, sentence: "no login prompt: sshd answers, but no getty runs on ttyS0"),
    Row(
      end: .ready, stage: (.ssh, 20), silence: 60,
      change: {
        $0.hasSSH = true
        $0.inside = GuestWork(gettys: ["tty1 /sbin/agetty tty1"])
      },
      sentence:
        "no login prompt: sshd answers, but no getty runs on ttyS0, only elsewhere (tty1 /sbin/agetty tty1)"),
    Row(
      end: .ready, stage: (.ssh, 20), silence: 60,
      change: {
        $0.hasSSH = true
        $0.inside = GuestWork(jobs: ["a.service", "b.service", "c.service", "d.service"])
      },
      sentence:
        "no login prompt: sshd answers, but these units still start: a.service, b.service, c.service and 1 more"),
  ]

  @Test(arguments: rows) func theSentenceNamesIt(row: Row) {
    var facts = StandstillFacts(end: row.end, waited: .seconds(300))
    facts.lines = row.lines
    facts.stage = row.stage.map { StageLog.Entry(stage: $0.0, time: .seconds($0.1), detail: "") }
    facts.silence = row.silence.map { .seconds($0) }
    row.change(&facts)
    #expect(facts.sentence == row.sentence)
    #expect(facts.sentence.count <= 220)
  }

  /// What real consoles end in when the boot stops: their last lines, and the sentence.
  @Test(arguments: [
    (
      [
        "[    1.2] Run /init as init process",
        "ALERT!  UUID=00000000-0000-4000-8000-000000000000 does not exist.  Dropping to a shell!",
        "(initramfs) ",
      ], "stopped in the initramfs: UUID=00000000-0000-4000-8000-000000000000 does not exist"
    ),
    (
      [
        "[ TIME ] Timed out waiting for device …00000-0000-4000-8000-000000000000.",
        "[   51.2] systemd[1]: Timed out waiting for device dev-disk-by\\x2duuid-0.device - /dev/disk/by-uuid/0.",
        "[DEPEND] Dependency failed for syst…00000-0000-4000-8000-000000000000.",
        "[DEPEND] Dependency failed for data.mount - /data.",
        "[DEPEND] Dependency failed for loca…s.target - Local File Systems.",
        "You are in emergency mode. After logging",
      ], "emergency mode: dependency failed for /data; no device /dev/disk/by-uuid/0"
    ),
    (
      ["error: no such device: 4f3a.", "Entering rescue mode...", "grub rescue> "],
      "stopped in GRUB's rescue shell: “error: no such device: 4f3a.”"
    ),
    (
      ["[    3.1] Kernel panic - not syncing: Requested init /nonexistent failed (error -2)."],
      "kernel panic: Requested init /nonexistent failed (error -2)."
    ),
  ])
  func aFatalLineIsTheSentence(lines: [String], sentence: String) async throws {
    let (host, guest) = try DescriptorStream.pair()
    let checks = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "checks").path
    let rules = try Catalogue.load(folders: [checks]).consoleRules
    let console = try Console(stream: host, logPath: nil, powerOn: .now, rules: rules)
    async let draining: Void = console.drain()
    try await guest.write(Array(lines.joined(separator: "\n").utf8), until: .after(.seconds(60)))
    let alarm = try #require(try await console.fatalAlarm(until: .after(.seconds(60))))
    // The reason may stand behind the line that gave the alarm.
    _ = try await console.expect(.text(lines.last!), from: .start, until: .after(.seconds(60)))
    var facts = StandstillFacts(end: .alarm(alarm), waited: .seconds(20))
    facts.lines = await console.tail(200)
    #expect(facts.sentence == sentence)
    guest.close()
    await draining
  }

  @Test func aLeaseAskedForInTheBackgroundIsNoReason() {
    var facts = StandstillFacts(end: .deadline, waited: .seconds(300))
    facts.wait = ConsoleWait(.dhcp(client: "dhclient", device: "eth1"), since: .seconds(20), latest: .seconds(290))
    facts.stage = StageLog.Entry(stage: .sshd, time: .seconds(40), detail: "")
    facts.silence = .seconds(200)
    #expect(!facts.sentence.contains("DHCP"))
  }

  @Test func aHostileLastLineIsCut() {
    var facts = StandstillFacts(end: .deadline, waited: .seconds(300))
    facts.lines = [String(repeating: "evil ", count: 800)]
    facts.stage = StageLog.Entry(stage: .metadata, time: .seconds(40), detail: "")
    facts.silence = .seconds(200)
    #expect(facts.sentence.count <= 220)
  }
}

@Suite struct GuestWorkTests {
  @Test func gettysAndJobsAreFound() {
    let output = """
      ==processes
        PID TT       COMMAND
          1 ?        /sbin/init
        412 ttyS0    /sbin/agetty -o -p -- \\u --keep-baud 115200 - vt220
        413 tty1     /sbin/getty 38400 tty1
        600 ?        forgetty-not
      ==jobs
      121 cloud-final.service start running
      ==failed
      ● x.service loaded failed failed x
      """
    let work = GuestWork(output: output)
    #expect(work.gettys.count == 2)
    #expect(work.gettys.first?.hasPrefix("ttyS0 /sbin/agetty") == true)
    #expect(work.jobs == ["cloud-final.service"])
    #expect(GuestWork(output: "") == GuestWork())
  }
}

@Suite struct StageLogTests {
  @Test func aStageIsReachedOnceAndTheFarthestIsTheLastOfTheWay() {
    let log = StageLog()
    #expect(log.farthest == nil)
    #expect(log.reach(.sshd, at: .seconds(9)) != nil)
    #expect(log.reach(.kernel, at: .seconds(10), detail: "late") != nil)
    #expect(log.reach(.sshd, at: .seconds(11)) == nil)
    #expect(log.all.map(\.stage) == [.sshd, .kernel])
    #expect(log.farthest?.stage == .sshd)
  }

  @Test func theNamesOfOldJournalsAreStagesStill() {
    for name in ["boot sector", "kernel", "metadata", "login prompt", "ssh", "boot finished", "saved", "restored"] {
      #expect(Stage(rawValue: name) != nil, "\(name)")
    }
    #expect(Stage.allCases.sorted() == Stage.allCases)
  }
}
