import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import SecureShell

private let user = NSUserName()
private let limit = ByteCount.mebibytes(16)
private func soon() -> Deadline { .after(.seconds(600)) }

/// Commands over real servers, each kind of which must behave alike.
struct CommandTests {
  /// Connects to a fresh server of `kind`.
  private func withShell(_ kind: Kind, _ body: (SecureShell) async throws -> Void) async throws {
    let key = try KeyPair.generate(comment: "test")
    let openSSH =
      kind == .dropbear
      ? nil : try await OpenSSH(for: key, extra: kind == .openSSHThatRekeys ? ["RekeyLimit 1M"] : [])
    let dropbear = kind == .dropbear ? try await Dropbear(for: key) : nil
    let port = openSSH?.port ?? dropbear?.port ?? 0
    let shell = try await SecureShell.connect(to: "127.0.0.1", port: port, user: user, key: key, until: soon())
    #expect(shell.peer.hostKeyAlgorithm == "ssh-ed25519")
    #expect(shell.peer.hostKeyFingerprint == openSSH?.hostKeyFingerprint ?? dropbear?.hostKeyFingerprint)
    #expect(shell.peer.banner.contains(kind == .dropbear ? "dropbear" : "OpenSSH"))
    #expect(!shell.peer.askedForNoKey)
    #expect(!shell.peer.cipher.isEmpty && !shell.peer.mac.isEmpty && !shell.peer.keyExchange.isEmpty)
    try await body(shell)
    await shell.close()
    withExtendedLifetime((openSSH, dropbear)) {}
  }

  @Test(.enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot)) func opensshIsThere() {
    #expect(Kind.available.contains(.openSSH))
  }

  @Test(.enabled(if: Dropbear.isAvailable, Dropbear.whyNot)) func dropbearIsThere() {
    #expect(Kind.available.contains(.dropbear))
  }

  @Test(arguments: Kind.available)
  func endingsAndOutputs(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let ok = try await shell.run("echo out; echo err >&2", outputLimit: limit, until: soon())
      #expect(
        ok == CommandResult(status: 0, standardOutput: Array("out\n".utf8), standardError: Array("err\n".utf8)))
      #expect(try await shell.run("exit 3", outputLimit: limit, until: soon()) == CommandResult(status: 3))
      let killed = try await shell.run("kill -TERM $$", outputLimit: limit, until: soon())
      #expect(killed == CommandResult(status: nil, signal: "TERM"))
      let late = try await shell.run("exec >&- 2>&-; sleep 0.3; exit 4", outputLimit: limit, until: soon())
      #expect(late == CommandResult(status: 4))
      let pid = try await shell.run(
        "echo $PPID; read a; echo \"$a\"", input: [0x68, 0x69], outputLimit: limit, until: soon())
      #expect(pid.standardOutput.suffix(3) == Array("hi\n".utf8))
    }
  }

  @Test(arguments: Kind.availableForFloods)
  func floodsInAllDirections(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let command = """
        dd if=/dev/zero bs=65536 count=80 2>/dev/null | tr '\\0' o & \
        dd if=/dev/zero bs=65536 count=80 2>/dev/null | tr '\\0' e >&2 & wait
        """
      let both = try await shell.run(command, outputLimit: limit, until: soon())
      #expect(both.standardOutput == [UInt8](repeating: 0x6f, count: 80 << 16))
      #expect(both.standardError == [UInt8](repeating: 0x65, count: 80 << 16))
      #expect(both.status == 0 && !both.isTruncated)

      let input = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      let echo = try await shell.run("tee /dev/stderr", input: input, outputLimit: limit, until: soon())
      #expect(echo.standardOutput == input)
      #expect(echo.standardError == input)

      // Input that nobody reads, and output that is there before any input is taken.
      let ignored = try await shell.run("exit 5", input: input + input + input, outputLimit: limit, until: soon())
      #expect(ignored.status == 5)
      let talker = try await shell.run(
        "head -c 3000000 /dev/zero; wc -c >&2", input: input, outputLimit: limit, until: soon())
      #expect(talker.standardOutput.count == 3_000_000)
      #expect(String(decoding: talker.standardError, as: UTF8.self).contains("1048576"))
    }
  }

  @Test(arguments: Kind.available)
  func outputPastTheLimitIsDroppedAndMarked(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let seen = Mutex(0)
      let result = try await shell.run(
        "head -c 3000000 /dev/zero; echo short >&2; exit 6", outputLimit: ByteCount(bytes: 1000), until: soon()
      ) { bytes in seen.withLock { $0 += bytes.count } }
      #expect(result.isTruncated)
      #expect(result.standardOutput == [UInt8](repeating: 0, count: 1000))
      #expect(result.standardError == Array("short\n".utf8))
      #expect(result.status == 6)
      #expect(seen.withLock { $0 } == 1006)
      let exact = try await shell.run("head -c 1000 /dev/zero", outputLimit: ByteCount(bytes: 1000), until: soon())
      #expect(!exact.isTruncated)
    }
  }

  @Test(arguments: Kind.available)
  func oneSessionRunsManyCommands(kind: Kind) async throws {
    try await withShell(kind) { shell in
      for number in 0..<50 {
        let result = try await shell.run("echo \(number); exit \(number)", outputLimit: limit, until: soon())
        #expect(result == CommandResult(status: Int32(number), standardOutput: Array("\(number)\n".utf8)))
      }
    }
  }

  @Test(arguments: Kind.available, ["echo so far; exec sleep 60", "yes so far"])
  func timeOutLeavesTheSessionUsable(kind: Kind, command: String) async throws {
    // A slow machine may not even start the command in time, which ends the session: then it gets more time.
    var last = ""
    for seconds in [1, 2, 4, 8, 16, 32] {
      try await withShell(kind) { shell in
        let error = await #expect(throws: VerifyError.self) {
          try await shell.run(command, outputLimit: ByteCount(bytes: 10), until: .after(.seconds(seconds)))
        }
        #expect(error?.code == .timedOut)
        last = error?.message ?? ""
        guard last.contains("so far") else { return }
        for number in 0..<3 {
          let next = try await shell.run("echo on \(number)", outputLimit: limit, until: soon())
          #expect(next == CommandResult(status: 0, standardOutput: Array("on \(number)\n".utf8)))
        }
      }
      if last.contains("so far") { return }
    }
    Issue.record("no command wrote anything in time: \(last)")
  }

  @Test(arguments: Kind.available)
  func serverThatDiesEndsTheSession(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run("echo last; kill -KILL $PPID; sleep 20", outputLimit: limit, until: soon())
      }
      #expect(error?.code == .closed)
      let later = await #expect(throws: VerifyError.self) {
        try await shell.run("true", outputLimit: limit, until: soon())
      }
      #expect(later?.code == .closed)
      #expect(await !shell.isUsable)
    }
  }

  @Test(arguments: Kind.available)
  func cancelEndsTheCommandAndNoOther(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let started = Mutex(false)
      let running = Task {
        try await shell.run("echo started; exec sleep 30", outputLimit: limit, until: soon()) { _ in
          started.withLock { $0 = true }
        }
      }
      while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      let other = Task { try await shell.run("sleep 0.2; echo on", outputLimit: limit, until: soon()) }
      running.cancel()
      await #expect(throws: CancellationError.self) { try await running.value }
      #expect(try await other.value == CommandResult(status: 0, standardOutput: Array("on\n".utf8)))
      // Some in the middle of opening their channels, some before, some behind.
      for microseconds in stride(from: 0, through: 3000, by: 300) {
        let cancelled = Task { try await shell.run("sleep 30", outputLimit: limit, until: soon()) }
        try await Task.sleep(for: .microseconds(microseconds))
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        let next = try await shell.run("echo \(microseconds); pkill -P $PPID sleep", outputLimit: limit, until: soon())
        #expect(String(decoding: next.standardOutput, as: UTF8.self) == "\(microseconds)\n")
      }
      #expect(await shell.isUsable)
    }
  }

  @Test(arguments: Kind.available)
  func closeEndsTheCommandUnderWay(kind: Kind) async throws {
    try await withShell(kind) { shell in
      let started = Mutex(false)
      let running = Task {
        try await shell.run("echo started; exec sleep 30", outputLimit: limit, until: soon()) { _ in
          started.withLock { $0 = true }
        }
      }
      while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      await shell.close()
      let error = await #expect(throws: VerifyError.self) { try await running.value }
      #expect(error?.code == .closed)
    }
  }
}
