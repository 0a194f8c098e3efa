import Consoles
import Glibc
import Model
import Synchronization

/// A deadline that only a hang reaches.
func soon() -> Deadline { .after(.seconds(600)) }

/// A few rules of each kind, as checks/console.yaml has them.
let testRules: ConsoleRules = {
  func rule(
    _ severity: ConsoleRule.Severity, _ id: String, _ place: ConsoleRule.Place, _ text: String,
    stop: ConsoleRule.Stop? = nil, _ change: (inout ConsoleRule) -> Void = { _ in }
  ) -> ConsoleRule {
    var rule = ConsoleRule(severity, id, texts: [text], stop: stop, meaning: "This is \(id).")
    rule.place = place
    change(&rule)
    return rule
  }
  return ConsoleRules([
    rule(.fatal, "grub-rescue", .line, "grub rescue>", stop: .rescueShell) {
      ($0.isPrompt, $0.reasons) = (true, ["error: "])
    },
    rule(.fatal, "grub-prompt", .line, "grub>", stop: .rescueShell) { $0.isPrompt = true },
    rule(.fatal, "kernel-panic", .message, "Kernel panic - not syncing", stop: .panic) {
      ($0.start, $0.end) = (["BUG: kernel"], ["---[ end Kernel panic"])
    },
    rule(.bad, "io-error", .anywhere, "I/O error, dev "),
    rule(.ignore, "floppy", .anywhere, "dev fd0"),
    rule(.bad, "kernel-bug", .message, "BUG: ") { ($0.end, $0.unless) = (["---[ end trace"], ["harmless"]) },
    rule(.suspicious, "grub-error", .line, "error: no such device"),
    rule(.suspicious, "soft-lockup", .anywhere, "soft lockup - CPU#"),
    rule(.suspicious, "hung-task", .message, "INFO: task ") { $0.with = ["blocked for more than"] },
    rule(.bad, "second-boot", .message, "Linux version ") { ($0.times, $0.anew) = (2, ["[imgverify: "]) },
  ])
}()

/// A console over one end of a pair; the other end is the guest's.
func withConsole(
  logPath: String? = nil, rules: ConsoleRules = testRules, settle: Duration = .milliseconds(30),
  _ body: (Console, DescriptorStream) async throws -> Void
) async throws {
  let (host, guest) = try DescriptorStream.pair()
  try await withConsole(over: host, logPath: logPath, rules: rules, settle: settle) { try await body($0, guest) }
  guest.close()
}

/// A console over `stream`, drained while `body` runs.
func withConsole(
  over stream: any ByteStream, logPath: String? = nil, rules: ConsoleRules = testRules,
  settle: Duration = .milliseconds(30), _ body: (Console) async throws -> Void
) async throws {
  var limits = Console.Limits()
  limits.settle = settle
  let console = try Console(stream: stream, logPath: logPath, powerOn: .now, rules: rules, limits: limits)
  async let draining: Void = console.drain()
  do {
    try await body(console)
  } catch {
    stream.close()
    throw error
  }
  stream.close()
  await draining
}

extension DescriptorStream {
  /// Writes text as the guest.
  func say(_ text: String) async throws { try await write(Array(text.utf8), until: soon()) }

  /// Reads until what has come ends in `text`, and echoes if told to.
  func hear(_ text: String, echo: Bool = false) async throws {
    var heard = ""
    while !heard.hasSuffix(text) {
      let bytes = try await read(atMost: 1, until: soon())
      guard !bytes.isEmpty else { throw VerifyError(.closed, "heard only \(heard.debugDescription)") }
      heard += String(decoding: bytes, as: UTF8.self)
      if echo, bytes != [0x0D] { try await write(bytes, until: soon()) }
    }
  }
}

/// A real program behind a real terminal.
///
/// A pseudo-terminal's master is no socket: ``DescriptorStream`` writes to it with write(2) and closes it at once.
func withTerminal(_ arguments: [String], _ body: (DescriptorStream) async throws -> Void) async throws {
  let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  var locked: CInt = 0
  var number: CUnsignedInt = 0
  // TIOCSPTLCK and TIOCGPTN: what unlockpt(3) and ptsname(3) do, which Swift's Glibc does not show.
  guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
    throw VerifyError(.system, "no pseudo-terminal: \(String(cString: strerror(errno)))")
  }
  // setsid makes the terminal the new session's controlling one.
  let path = "/dev/pts/\(number)"
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, 0, path, O_RDWR | O_NOCTTY, 0)
  posix_spawn_file_actions_adddup2(&actions, 0, 1)
  posix_spawn_file_actions_adddup2(&actions, 0, 2)
  let words: [String] = ["/usr/bin/setsid", "--ctty", "--wait"] + arguments
  var argv: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
  let settings: [String] = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TERM=vt220", "HOME=/", "HISTFILE="]
  var environment: [UnsafeMutablePointer<CChar>?] = settings.map { strdup($0) } + [nil]
  defer { for word in argv + environment { free(word) } }
  var pid: pid_t = 0
  let code = posix_spawn(&pid, words[0], &actions, nil, &argv, &environment)
  guard code == 0 else { throw VerifyError(.system, "posix_spawn: \(String(cString: strerror(code)))") }
  let stream = DescriptorStream(owning: master)
  defer {
    // The hang-up ends the shell, and setsid --wait with it; else SIGKILL does.
    stream.close()
    kill(pid, SIGTERM)
    var status: CInt = 0
    waitpid(pid, &status, 0)
  }
  try await body(stream)
}

/// Bytes that a `@Sendable` closure collects.
final class Collector: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
  var count: Int { bytes.withLock { $0.count } }
  var text: String { String(decoding: bytes.withLock { $0 }, as: UTF8.self) }
}
