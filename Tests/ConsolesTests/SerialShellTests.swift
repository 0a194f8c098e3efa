import Foundation
import Model
import Testing

@testable import Consoles

/// A guest that is real from the terminal on: echo, canonical mode with its 4095 bytes, CR LF, line editors.
enum RealShell: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case bash = "/usr/bin/bash"
  case dash = "/usr/bin/dash"
  case busybox = "/usr/bin/busybox"

  var testDescription: String { (rawValue as NSString).lastPathComponent }
  var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: rawValue) }
  /// An interactive shell, with its line editor if it has one.
  var command: String {
    switch self {
    case .bash: "/usr/bin/bash --norc -i"
    case .dash: "/usr/bin/dash -i"
    case .busybox: "/usr/bin/busybox sh -i"
    }
  }

  /// A getty and a login, as far as they can be seen from outside, with this shell behind them.
  var getty: [String] {
    let login = """
      while :; do
        printf '\\r\\nDebian GNU/Linux 12 host ttyS0\\n\\nhost login: '
        read -r user || exit
        [ "$user" ] || continue
        stty -echo; printf 'Password: '; read -r password; stty echo; echo
        if [ "$user/$password" = 'root/s3cret word' ]; then
          echo 'Last login: Tue Nov 18 10:00:00 on ttyS0'
          PS1='root@host:~# ' \(command)
          stty sane
        else
          echo; echo 'Login incorrect'
        fi
      done
      """
    return ["/bin/sh", "-c", login]
  }
}

@Suite(
  .serialized, .timeLimit(.minutes(15)),
  .enabled(
    if: RealShell.allCases.allSatisfy(\.isInstalled), "needs bash, dash and busybox (apt install busybox-static)"))
struct SerialShellTests {
  private func run(_ script: String, on shell: SerialShell) async throws -> (status: Int32, output: String) {
    let output = Collector()
    let status = try await shell.run(script, until: soon()) { output.append($0) }
    return (status, output.text)
  }

  private func withShell(_ real: RealShell, _ body: (SerialShell, Console) async throws -> Void) async throws {
    try await withTerminal(real.getty) { terminal in
      try await withConsole(over: terminal, settle: .milliseconds(100)) { console in
        let shell = try await SerialShell.login(console: console, password: "s3cret word", until: soon())
        try await body(shell, console)
      }
    }
  }

  @Test(arguments: RealShell.allCases)
  func runsScriptsAndTellsTheirStatus(_ real: RealShell) async throws {
    try await withShell(real) { shell, _ in
      let some = try await run("echo one; echo two >&2; printf three; exit 3", on: shell)
      #expect(some == (3, "one\ntwo\nthree"))
      for quiet in ["exit 0", ""] {
        let none = try await run(quiet, on: shell)
        #expect(none == (0, ""))
      }
      let wrong = try await run("if", on: shell)
      #expect(wrong.status == 2)
    }
  }

  @Test(arguments: RealShell.allCases)
  func anyScriptArrivesAsItIs(_ real: RealShell) async throws {
    let hard =
      "\t tabs\t\\ back\\\\slash 'quotes' \"double\" $HOME `x` %s %% ! !! - \u{03}\u{04}\u{1A}\u{7F}\u{15} größe € #\n"
    let body = "-\n" + hard + String(repeating: "x'y\\", count: 5000) + "\n" + hard
    try await withShell(real) { shell, _ in
      let wanted = ScriptTransfer(bytes: Array(body.utf8)).checksum
      let script = "cat <<'END-OF-IT' | cksum\n\(body)END-OF-IT\n"
      let found = try await run(script, on: shell)
      #expect(found == (0, "\(wanted.sum) \(wanted.length)\n"))
    }
  }

  @Test(arguments: RealShell.allCases)
  func aLargeScriptAndMuchOutput(_ real: RealShell) async throws {
    let script = (0..<3000).map { "echo \"line \($0) of the script, and some more to fill it\"\n" }.joined()
    let wanted = (0..<3000).map { "line \($0) of the script, and some more to fill it\n" }.joined()
    try await withShell(real) { shell, _ in
      let found = try await run(script, on: shell)
      #expect(found == (0, wanted))
    }
  }

  @Test(arguments: RealShell.allCases)
  func aScriptThatHangsIsInterruptedAndTheNextOneRuns(_ real: RealShell) async throws {
    try await withShell(real) { shell, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run("echo begun; sleep 1000", until: .after(.seconds(3))) { _ in }
      }
      #expect(error?.code == .timedOut)
      let next = try await run("echo again", on: shell)
      #expect(next == (0, "again\n"))
    }
  }

  @Test(arguments: RealShell.allCases)
  func logsOutToALoginPromptAndInAgain(_ real: RealShell) async throws {
    try await withShell(real) { shell, console in
      let from = await console.cursor
      await shell.logout(until: soon())
      _ = try await console.expect(.loginPrompt, from: from, until: soon())
      let error = await #expect(throws: VerifyError.self) { try await shell.run("echo", until: soon()) { _ in } }
      #expect(error?.code == .closed)
      let next = try await SerialShell.login(console: console, password: "s3cret word", until: soon())
      let status = try await run("exit 7", on: next).status
      #expect(status == 7)
    }
  }

  @Test(arguments: RealShell.allCases)
  func leavesNoFileBehind(_ real: RealShell) async throws {
    try await withShell(real) { shell, _ in
      let file = try await run("printf %s $0", on: shell).output
      _ = try await run("exit 0", on: shell)
      #expect(file.hasPrefix("/tmp/iv"))
      #expect(!FileManager.default.fileExists(atPath: file))
    }
  }

  @Test
  func aWrongPasswordIsRefused() async throws {
    try await withTerminal(RealShell.dash.getty) { terminal in
      try await withConsole(over: terminal, settle: .milliseconds(100)) { console in
        let error = await #expect(throws: VerifyError.self) {
          _ = try await SerialShell.login(console: console, password: "wrong", until: soon())
        }
        #expect(error?.code == .authenticationRefused)
      }
    }
  }

  @Test
  func whatAScriptPrintsAboutThePastIsNoAlarm() async throws {
    try await withShell(.dash) { shell, console in
      _ = try await run("echo '[    3.1] BUG: kernel NULL pointer dereference'", on: shell)
      // Nor while the line stands there unfinished for longer than the console takes for silence.
      _ = try await run("printf '[    3.1] BUG: kernel NULL pointer dereference'; sleep 1; echo", on: shell)
      #expect(await console.alarms.isEmpty)
    }
  }

  @Test
  func scriptsTooLargeOrWithNULAreRefusedBeforeAnythingIsSent() async throws {
    try await withTerminal(RealShell.dash.getty) { terminal in
      try await withConsole(over: terminal, settle: .milliseconds(100)) { console in
        let shell = try await SerialShell.login(console: console, password: "s3cret word", until: soon())
        let large = await #expect(throws: VerifyError.self) {
          try await shell.run(String(repeating: "#", count: 300_000), until: soon()) { _ in }
        }
        #expect(large?.code == .limitExceeded)
        let zero = await #expect(throws: VerifyError.self) { try await shell.run("echo \0", until: soon()) { _ in } }
        #expect(zero?.code == .usage)
      }
    }
  }
}

@Suite struct ScriptTransferTests {
  @Test func checksumsAsPOSIXSays() {
    #expect(ScriptTransfer(bytes: []).checksum == (4_294_967_295, 0))
    #expect(ScriptTransfer(bytes: Array("123456789".utf8)).checksum == (930_766_865, 9))
  }

  @Test func piecesAreShortAndPlain() {
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 % 255 + 1) }
    let pieces = ScriptTransfer(bytes: bytes).pieces
    for piece in pieces {
      #expect(piece.utf8.count <= ScriptTransfer.longestPiece)
      #expect(piece.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x27 })
      #expect(!piece.hasPrefix("-"))
    }
  }
}

@Suite struct OutputCaptureTests {
  private func cut(_ text: String, step: Int) -> (output: String, status: Int32?) {
    var capture = OutputCapture(begin: "B1", end: "E1")
    let output = Collector()
    var status: Int32?
    for start in stride(from: 0, to: text.utf8.count, by: step) {
      let bytes = Array(Array(text.utf8)[start..<min(text.utf8.count, start + step)])
      if let found = capture.receive(bytes, { output.append($0) }) { status = found }
    }
    return (output.text, status)
  }

  @Test(
    arguments: [
      ("junk\nB1\nout\n\nE1 0\nrest", "out\n", 0),
      ("B1\r\nout\r\n\r\nE1 12\r\n", "out\r\n", 12),
      ("B1\nno line feed\nE1 1\n", "no line feed", 1),
      ("B1\n\nE1 127\n", "", 127),
      ("B1\nthe E1 5 that begins no line E1 6\n\nE1 7\n", "the E1 5 that begins no line E1 6\n", 7),
      ("B1\nE1\n\nE\n\nE1 0\n", "E1\n\nE\n", 0),
    ] as [(String, String, Int32)])
  func cutsWhatLiesBetween(_ text: String, _ output: String, _ status: Int32) {
    for step in [1, 2, 3, 1000] {
      let found = cut(text, step: step)
      #expect(found.output == output)
      #expect(found.status == status)
    }
  }

  @Test func withoutAnEndThereIsNoStatus() {
    #expect(cut("B1\nhalf", step: 1).status == nil)
  }
}
