import Consoles
import Foundation
import Glibc
import Guests
import Model
import Testing

@testable import Checks

/// A check gives the same result over a pipe, as over SSH, and over a terminal, as over the serial console.
@Suite(.serialized, .timeLimit(.minutes(15))) struct TransportTests {
  /// The guest lacks several things at once, so that there are reasons and evidence to compare as well.
  @Test func everyCheckSaysTheSameBothWays() async throws {
    let folder = NSTemporaryDirectory() + "imgverify-transport-\(CheckBundle.randomWord())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let guest = try FakeGuest(at: folder)
    let wanted = ["network.mtu", "identity.hostname", "access.root-password-state", "disk.no-swap", "system.cpus"]
    for id in wanted { try FakeGuest.defects.first { $0.check == id }?.make(guest) }
    // Evidence that a terminal would obey, and that looks like a prompt.
    try guest.tool("dmesg", "printf '[ 5.0] BUG: größe \\t\\033[31m %%s $HOME\\r\\n'; echo 'root login: '")

    let pipe = try bundle(over: "ssh", guest)
    let environment = ["IMGVERIFY_ROOT": guest.root, "PATH": guest.path]
    let (status, output) = try run("/bin/sh", ["-s"], input: pipe.script, environment: environment)
    #expect(status == 0)
    var reader = BundleReader(for: pipe)
    _ = reader.receive(output)
    let piped = pipe.findings(reader, boot: "01")
    let bundle = try bundle(over: "serial", guest)
    let serial = try await withTerminalShell(guest) { shell in
      try await bundle.judge(through: shell, boot: "01", until: .after(.seconds(300)))
    }

    #expect(piped.map(\.check) == serial.map(\.check))
    #expect(piped.count == ShippedChecksTests.checks.count)
    for (one, other) in zip(piped, serial) {
      #expect(one.outcome == other.outcome, "\(one.check)")
      // What that one notes is the time of day.
      if one.check != "time.clock-kept" { #expect(one.notes == other.notes, "\(one.check)") }
      #expect(one.evidence == other.evidence, "\(one.check)")
    }
    // The comparison is of results, and not of their absence.
    let failed = serial.filter { if case .failed = $0.outcome { true } else { false } }.map(\.check)
    let broken = serial.filter { if case .broken = $0.outcome { true } else { false } }.map(\.check)
    #expect(broken.isEmpty)
    #expect(Set(failed).isSuperset(of: wanted + ["boot.kernel-log"]), "\(failed)")
    #expect(serial.count > failed.count + 15)
  }

  /// A guest whose shell is not to be had over the terminal is not called equal to one that is.
  @Test func aLoginThatOnlyTheTerminalSeesBrokenIsSeen() async throws {
    let folder = NSTemporaryDirectory() + "imgverify-transport-\(CheckBundle.randomWord())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let guest = try FakeGuest(at: folder)
    let bundle = try bundle(over: "serial", guest)
    let found = try await withTerminalShell(guest, answer: "printf '\\nLogin incorrect\\n'; exit") { shell in
      try await bundle.judge(through: shell, boot: "01", until: .after(.seconds(60)))
    }
    #expect(found.count == ShippedChecksTests.checks.count)
    for finding in found {
      guard case .broken(let error) = finding.outcome else {
        Issue.record("\(finding.check): \(finding.outcome)")
        continue
      }
      #expect(error.contains("Login incorrect") || error.contains("console ended"), "\(error)")
    }
  }

  private func bundle(over transport: String, _ guest: FakeGuest) throws -> CheckBundle {
    let helpers = try String(contentsOfFile: guest.root + "/tools/helpers.sh", encoding: .utf8)
    return try CheckBundle(
      checks: ShippedChecksTests.checks, helpers: helpers, expectations: expectations, transport: transport,
      timeoutScale: 1, ready: .zero)
  }
}

extension FakeGuest {
  /// Its own commands before those of this machine.
  fileprivate var path: String { root + "/tools:/usr/sbin:/usr/bin:/sbin:/bin" }
}

/// The console's shell without a machine behind it.
private struct TerminalShell: GuestShell {
  let transport = "serial"
  let console: Console

  func run(_ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void) async throws
    -> Int32
  {
    let shell = try await SerialShell.login(console: console, password: nil, until: deadline)
    let status = try await shell.run(script, until: deadline, onOutput: onOutput)
    await shell.logout(until: .after(.seconds(2)))
    return status
  }
}

/// A login prompt on a pseudo-terminal, with `answer` to a name, or an interactive shell in the guest.
private func withTerminalShell<T>(
  _ guest: FakeGuest, answer: String = "PS1='root@fake:~# ' exec /bin/sh -i", _ body: (TerminalShell) async throws -> T
) async throws -> T {
  let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  var locked: CInt = 0
  var number: CUnsignedInt = 0
  // TIOCSPTLCK and TIOCGPTN: what unlockpt(3) and ptsname(3) do, which Swift's Glibc does not show.
  guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
    throw VerifyError(.system, "no pseudo-terminal: \(String(cString: strerror(errno)))")
  }
  let stream = DescriptorStream(owning: master)
  let login = "printf 'fake login: '; read -r name; \(answer)"
  let command = "exec setsid --ctty --wait /bin/sh -c \"$1\" <>/dev/pts/\(number) >&0 2>&1"
  let environment = ["IMGVERIFY_ROOT": guest.root, "PATH": guest.path, "TERM": "vt220"]
  // A thread of its own: to wait for a child would keep one from the few that all tasks share.
  let (ended, end) = AsyncStream<Void>.makeStream()
  Thread.detachNewThread {
    _ = try? run("/bin/sh", ["-c", command, "sh", login], environment: environment)
    end.finish()
  }
  var limits = Console.Limits()
  limits.settle = .milliseconds(100)
  let console = try Console(stream: stream, logPath: nil, powerOn: .now, rules: .none, limits: limits)
  async let draining: Void = console.drain()
  let result: Result<T, any Error>
  do { result = .success(try await body(TerminalShell(console: console))) } catch { result = .failure(error) }
  stream.close()
  await draining
  for await _ in ended {}
  return try result.get()
}
