import Model
import Testing

@testable import Consoles

/// Stages as lines on COM1 show them, from the logs of our own guests and others.
@Suite struct StageSpotterTests {
  /// What a boot of Debian says, one line for each stage that shows there, with others in between.
  private static let debian = """
    GNU GRUB  version 2.06-13+deb12u1
      Booting `Debian GNU/Linux'
    Loading Linux 6.1.0-44-amd64 ...
    [    0.000000] Linux version 6.1.0-44-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0)
    [    1.482217] Run /init as init process
    Loading, please wait...
    [    9.127734] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.
    [   10.904541] systemd[1]: systemd 252.39-1~deb12u1 running in system mode (+PAM +AUDIT +SELINUX)
    Welcome to Debian GNU/Linux 12 (bookworm)!
    [  OK  ] Reached target network-online.target - Network is Online.
             Starting ssh.service - OpenBSD Secure Shell server...
    [  OK  ] Started ssh.service - OpenBSD Secure Shell server.

    """

  private func spotted(_ text: String, cuts: Int = Int.max) -> [Landmark] {
    var spotter = StageSpotter()
    let bytes = Array(text.utf8)
    var (at, seconds) = (0, 0)
    while at < bytes.count {
      let piece = bytes[at..<min(bytes.count, at + min(cuts, bytes.count))]
      _ = spotter.receive(Array(piece), at: .seconds(seconds))
      at += piece.count
      seconds += 1
    }
    _ = spotter.settle()
    return spotter.landmarks
  }

  @Test(arguments: [1, 7, 64, Int.max]) func everyStageOfADebianBootIsSeenOnceWhateverTheCuts(cuts: Int) {
    let stages = spotted(Self.debian + Self.debian, cuts: cuts).map(\.stage)
    #expect(stages == [.bootLoader, .kernel, .initramfs, .rootMounted, .userSpace, .network, .sshd])
  }

  @Test func aStageIsTimedByTheFirstByteOfItsLine() {
    var spotter = StageSpotter()
    let isNew = [
      spotter.receive(Array("noise\nLinux ver".utf8), at: .seconds(3)),
      spotter.receive(Array("sion 6.1\n".utf8), at: .seconds(9)),
    ]
    #expect(isNew == [false, true])
    #expect(spotter.landmarks == [Landmark(stage: .kernel, time: .seconds(3), line: "Linux version 6.1")])
  }

  @Test func aPromptCountsWithoutALineEnd() {
    var spotter = StageSpotter()
    let isNew = [spotter.receive(Array("grub> ".utf8), at: .seconds(1)), spotter.settle(), spotter.settle()]
    #expect(isNew == [false, true, false])
    #expect(spotter.landmarks.map(\.stage) == [.bootLoader])
  }

  @Test func aStageThatComesLateTakesNothingBack() {
    let stages = spotted("Welcome to Alpine\n[    0.000000] Linux version 6.6\nINIT: version 3.06\n").map(\.stage)
    #expect(stages == [.userSpace, .kernel])
  }

  @Test(arguments: [
    "", "my Linux version 6.1 is old", "see EXT4-fs docs", "[ 12.5] Linux version 6.1", "Starting cron...",
    "Reached target Local File Systems", "He said: Run /init as init process",
  ])
  func otherLinesAreNoStage(line: String) {
    #expect(spotted("\(line)\n").isEmpty)
  }

  @Test func landmarksAreWaitedForAndOldOnesCount() async throws {
    try await withConsole { console, guest in
      try await guest.say("noise\nLinux version 6.1\n")
      #expect(try await console.landmarks(after: 0, until: soon()).map(\.stage) == [.kernel])
      async let next = console.landmarks(after: 1, until: soon())
      try await guest.say("INIT: version 3.06 booting\n(initramfs) ")
      #expect(try await next.first?.stage == .userSpace)
      #expect(try await console.landmarks(after: 2, until: soon()).map(\.stage) == [.initramfs])
      await #expect(throws: VerifyError.self) {
        try await console.landmarks(after: 3, until: .after(.milliseconds(20)))
      }
    }
  }

  /// A line of a megabyte, and a megabyte of lines that show the same stage.
  @Test func aFloodIsBounded() {
    var spotter = StageSpotter()
    let long = [UInt8](repeating: 0x41, count: 1 << 16)
    for _ in 0..<16 { _ = spotter.receive(long, at: .zero) }
    for _ in 0..<1000 { _ = spotter.receive(Array("\nINIT: version 3\n".utf8), at: .zero) }
    #expect(spotter.landmarks.count == 1)
    #expect(spotter.wait == nil)
  }
}

@Suite struct KernelClockTests {
  private func clock(_ lines: [(stamp: Double, came: Double)]) -> KernelClock {
    var clock = KernelClock()
    for line in lines { clock.note(line.stamp, at: .milliseconds(Int64(line.came * 1000))) }
    return clock
  }

  @Test func aClockThatGoesAsOursIsWhole() throws {
    // The first messages come late, when the console is there.
    let rate = try #require(clock([(0, 4.2), (0.5, 4.2), (1.5, 4.3), (21.5, 24.3)]).rate)
    #expect(abs(rate - 1) < 0.05)
  }

  @Test func aStarvedKernelFallsBehind() throws {
    let rate = try #require(clock([(0, 4), (1, 5), (10, 44)]).rate)
    #expect(rate == 0.25)
  }

  @Test func shortTimesAndOldMessagesSayNothing() {
    #expect(clock([(0, 1), (3, 9)]).rate == nil)
    #expect(clock([]).rate == nil)
    // What dmesg prints again a minute later.
    #expect(clock([(0, 1), (20, 21), (0.1, 80), (19, 81)]).rate == 1)
  }

  @Test(arguments: [
    ("[    0.000000] Linux version 6.1", 0.0, "Linux version 6.1"),
    ("[   12.345678] [    T1] Run /init", 12.345678, "Run /init"),
    ("[12345.000001][  C0] x", 12345.000001, "x"), ("[    1.5] x", nil, ""), ("[  OK  ] Started", nil, ""),
    ("12.345678] x", nil, ""), ("[1e3.000000] x", nil, ""), ("[", nil, ""),
  ])
  func onlyAKernelsStampIsOne(line: String, seconds: Double?, message: String) {
    let stamp = KernelClock.stamp(of: line)
    #expect(stamp?.seconds == seconds)
    if let stamp { #expect(stamp.message == message) }
  }
}

@Suite struct ConsoleWaitTests {
  private func wait(after lines: [String]) -> ConsoleWait? {
    var wait: ConsoleWait?
    for (second, line) in lines.enumerated() { ConsoleWait.follow(line[...], at: .seconds(second), &wait) }
    return wait
  }

  @Test func aLeaseIsWaitedForFromTheFirstRequestOn() {
    let asking = [
      "x", "DHCPDISCOVER on eth0 to 255.255.255.255 port 67 interval 3", "noise",
      "DHCPDISCOVER on eth0 to 255.255.255.255 port 67 interval 8",
    ]
    let dhclient = ConsoleWait.Kind.dhcp(client: "dhclient", device: "eth0")
    #expect(wait(after: asking) == ConsoleWait(dhclient, since: .seconds(1), latest: .seconds(3)))
    #expect(wait(after: asking + ["DHCPACK of 10.77.1.15 from 10.77.1.2"]) == nil)
    #expect(
      wait(after: ["udhcpc: broadcasting discover", "udhcpc: broadcasting discover"])
        == ConsoleWait(.dhcp(client: "udhcpc", device: nil), since: .zero, latest: .seconds(1)))
    #expect(wait(after: ["udhcpc: broadcasting discover", "udhcpc: lease of 10.0.2.15 obtained"]) == nil)
    #expect(
      wait(after: ["eth1: soliciting a DHCP lease"])?.kind == .dhcp(client: "dhcpcd", device: "eth1"))
  }

  @Test func aJobOfSystemdIsWaitedForUntilItIsDone() {
    let line = "[  *** ] (1 of 2) A start job is running for Raise network interfaces (1min 2s / 5min 5s)"
    let job = ConsoleWait.Kind.job("Raise network interfaces", limit: "5min 5s")
    #expect(wait(after: [line, line]) == ConsoleWait(job, since: .zero, latest: .seconds(1)))
    #expect(wait(after: [line, "Finished networking.service - Raise network interfaces."]) == nil)
    #expect(wait(after: [line, "[FAILED] Failed to start networking.service"]) == nil)
    #expect(wait(after: [line, "Started cron.service"])?.kind == job)
    #expect(wait(after: ["[*     ] A start job is running for x"])?.kind == .job("x", limit: nil))
  }
}
