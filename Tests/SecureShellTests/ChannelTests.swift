import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import SecureShell

private let limit = ByteCount.mebibytes(16)
private func soon() -> Deadline { .after(.seconds(600)) }

/// Several channels at once, and servers that fall silent.
@Suite(.enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot))
struct ChannelTests {
  @Test(arguments: Kind.available)
  func commandsDoNotWaitForOneAnother(kind: Kind) async throws {
    try await withServer(kind) { shell, folder in
      let pipes = (0..<3).map { folder.path("pipe\($0)") }
      for pipe in pipes { #expect(mkfifo(pipe, 0o600) == 0) }
      // Each waits for the one after it, so they end only if all run at once.
      try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<3 {
          let command = number == 2 ? "cat \(pipes[1]); echo 2" : "cat <\(pipes[number]) >/dev/null"
          group.addTask {
            let text = number == 2 ? "echo x >\(pipes[0]); echo x >\(pipes[1]); echo done" : command
            let result = try await shell.run(text, outputLimit: limit, until: soon())
            return String(decoding: result.standardOutput, as: UTF8.self)
          }
        }
        var said = Set<String>()
        for try await text in group { said.insert(text) }
        #expect(said == ["", "done\n"])
      }
    }
  }

  @Test(arguments: Kind.availableForFloods)
  func floodsDoNotHoldUpTheOthers(kind: Kind) async throws {
    let extra = kind == .openSSHThatRekeys ? ["RekeyLimit 1M"] : []
    try await withServer(kind, extra: extra) { shell, folder in
      let input = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          let echo = try await shell.run("cat", input: input, outputLimit: limit, until: soon())
          #expect(echo.standardOutput == input)
        }
        group.addTask {
          let flood = try await shell.run("head -c 3000000 /dev/zero", outputLimit: limit, until: soon())
          #expect(flood.standardOutput.count == 3_000_000)
        }
        group.addTask {
          for number in 0..<5 {
            let text = Array("\(number)".utf8)
            let result = try await shell.run("cat", input: text, outputLimit: limit, until: soon())
            #expect(result == CommandResult(status: 0, standardOutput: text))
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func whereOnlyOneSessionMayBeOpenCallersTakeTurns() async throws {
    try await withServer(extra: ["MaxSessions 1"]) { shell, folder in
      // Each command fails if another one is between its mkdir and its rmdir.
      let turn = "mkdir \(folder.path("busy")) && sleep 0.02 && rmdir \(folder.path("busy")) && cat"
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<6 {
          group.addTask {
            let text = Array("caller \(number)".utf8)
            let result = try await shell.run(turn, input: text, outputLimit: limit, until: soon())
            #expect(result == CommandResult(status: 0, standardOutput: text))
          }
        }
        try await group.waitForAll()
      }
      let (started, tell) = AsyncStream<Void>.makeStream()
      let long = Task {
        try await shell.run("exec sleep 30", outputLimit: limit, until: soon(), onStart: { tell.yield() })
      }
      for await _ in started { break }
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run("true", outputLimit: limit, until: .after(.milliseconds(200)))
      }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("opens no further channel") == true, "\(error?.message ?? "")")
      long.cancel()
      _ = try? await long.value
    }
  }

  @Test func aServerThatFallsSilentIsNoticed() async throws {
    try await withServer(keepalive: Keepalive(interval: .milliseconds(200), limit: 3)) { shell, _ in
      let quiet = try await shell.run("sleep 1; echo alive", outputLimit: limit, until: soon())
      #expect(quiet.standardOutput == Array("alive\n".utf8), "a quiet command is not a silent server")
      let began = ContinuousClock.now
      // The shell's parent is the server of this connection; it goes on later, so that it can end.
      let stop = "p=$PPID; (sleep 3; kill -CONT $p) >/dev/null 2>&1 & kill -STOP $p; sleep 9"
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run(stop, outputLimit: limit, until: soon())
      }
      #expect(error?.code == .closed)
      #expect(error?.message.contains("answers no keepalive (3 sent)") == true, "\(error?.message ?? "")")
      #expect(ContinuousClock.now - began < .seconds(60))
      #expect(await !shell.isUsable)
    }
  }

  @Test func aServerThatNeverAnswersACommand() async throws {
    try await withServer { shell, _ in
      let stop = "p=$PPID; (sleep 6; kill -CONT $p) >/dev/null 2>&1 & kill -STOP $p"
      _ = try? await shell.run(stop, outputLimit: limit, until: .after(.milliseconds(500)))
      // A slow machine may not have come to stop it yet.
      var last: VerifyError?
      for _ in 0..<10 {
        do {
          _ = try await shell.run("true", outputLimit: limit, until: .after(.milliseconds(300)))
        } catch let error as VerifyError {
          last = error
          if error.message.contains("no end of the command") { break }
        }
      }
      #expect(last?.code == .timedOut)
      #expect(last?.message.contains("no end of the command") == true, "\(last?.message ?? "")")
    }
  }

  /// Who tells a guest to switch itself off has to know whether it was told.
  @Test func theStartOfACommandIsTold() async throws {
    let starts = Mutex(0)
    try await withServer { shell, _ in
      await #expect(throws: VerifyError.self) {
        try await shell.run(
          "kill -KILL $PPID; sleep 5", outputLimit: limit, until: soon(), onStart: { starts.withLock { $0 += 1 } })
      }
      #expect(starts.withLock { $0 } == 1)
      await #expect(throws: VerifyError.self) {
        try await shell.run("true", outputLimit: limit, until: soon(), onStart: { starts.withLock { $0 += 1 } })
      }
    }
    try await withServer(extra: ["MaxSessions 0"]) { shell, _ in
      await #expect(throws: VerifyError.self) {
        try await shell.run("true", outputLimit: limit, until: soon(), onStart: { starts.withLock { $0 += 1 } })
      }
    }
    #expect(starts.withLock { $0 } == 1)
  }

  @Test func inputThatNobodyTakesIsSaidSo() async throws {
    try await withServer(extra: ["ForceCommand exec sleep 30"]) { shell, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run(
          "cat", input: [UInt8](repeating: 1, count: 8 << 20), outputLimit: limit, until: .after(.seconds(1)))
      }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("it wrote nothing; it takes no more input after") == true)
      #expect(await shell.isUsable)
    }
  }

  @Test func aForcedCommandRunsInPlaceOfOurs() async throws {
    try await withServer(extra: ["ForceCommand echo \"not $SSH_ORIGINAL_COMMAND\"; exit 3"]) { shell, _ in
      let result = try await shell.run("true", outputLimit: limit, until: soon())
      #expect(result == CommandResult(status: 3, standardOutput: Array("not true\n".utf8)))
    }
  }
}
