import Foundation
import Glibc
import Model
import Testing

@testable import SecureShell

private let limit = ByteCount.mebibytes(1)
private func soon() -> Deadline { .after(.seconds(600)) }

/// Answers each connection with all that it was sent, once that has ended.
private func echoServer() throws -> ScriptedServer {
  try ScriptedServer { _, stream in
    while true {
      let bytes = try await stream.read(atMost: 1 << 16, until: soon())
      if bytes.isEmpty { break }
      try await stream.write(bytes, until: soon())
    }
  }
}

/// Connections that the server makes for us.
@Suite(.enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot))
struct ForwardTests {
  @Test(arguments: Kind.available)
  func bytesGoBothWaysBesideCommands(kind: Kind) async throws {
    let echo = try echoServer()
    try await withServer(kind) { shell, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<3 {
          group.addTask {
            let stream = try await shell.open(toHost: "127.0.0.1", port: echo.port, until: soon())
            let bytes = (0..<(300 << 10)).map { UInt8(truncatingIfNeeded: $0 &* number >> 4) }
            async let written: Void = stream.write(bytes, until: soon())
            var back: [UInt8] = []
            while back.count < bytes.count { back += try await stream.read(atMost: 1 << 20, until: soon()) }
            try await written
            #expect(back == bytes)
            try await stream.finishWriting(until: soon())
            #expect(try await stream.read(atMost: 10, until: soon()) == [])
            stream.close()
            await #expect(throws: VerifyError.self) { try await stream.read(atMost: 10, until: soon()) }
          }
        }
        group.addTask {
          let result = try await shell.run("cat", input: [1, 2, 3], outputLimit: limit, until: soon())
          #expect(result.standardOutput == [1, 2, 3])
        }
        try await group.waitForAll()
      }
      #expect(await shell.isUsable)
    }
  }

  @Test func aConnectionThatNobodyReadsHoldsUpNothing() async throws {
    let flood = try ScriptedServer { _, stream in
      while true { try await stream.write([UInt8](repeating: 7, count: 1 << 16), until: soon()) }
    }
    try await withServer { shell, _ in
      let stream = try await shell.open(toHost: "127.0.0.1", port: flood.port, until: soon())
      for number in 0..<5 {
        let result = try await shell.run("echo \(number)", outputLimit: limit, until: soon())
        #expect(result.standardOutput == Array("\(number)\n".utf8))
      }
      #expect(try await stream.read(atMost: 5, until: soon()) == [7, 7, 7, 7, 7])
      // A read under way ends when the connection is closed here.
      let silent = try ScriptedServer { _, stream in _ = try await stream.read(atMost: 1, until: soon()) }
      let waiting = try await shell.open(toHost: "127.0.0.1", port: silent.port, until: soon())
      let read = Task { try await waiting.read(atMost: 5, until: soon()) }
      try await Task.sleep(for: .milliseconds(50))
      waiting.close()
      await #expect { try await read.value } throws: { ($0 as? VerifyError)?.code == .closed }
      let late = await #expect(throws: VerifyError.self) {
        let other = try await shell.open(toHost: "127.0.0.1", port: silent.port, until: soon())
        _ = try await other.read(atMost: 5, until: .after(.milliseconds(50)))
      }
      #expect(late?.code == .timedOut)
      #expect(await shell.isUsable)
    }
  }

  @Test(arguments: Kind.available)
  func whatCannotBeReached(kind: Kind) async throws {
    let port = try freePort()
    try await withServer(kind) { shell, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.open(toHost: "127.0.0.1", port: port, until: soon())
      }
      #expect(error?.code == .closed, "\(error?.message ?? "")")
      #expect(error?.message.contains("cannot connect to there") == true, "\(error?.message ?? "")")
      #expect(await shell.isUsable)
    }
  }

  @Test func aServerThatForwardsNothing() async throws {
    let echo = try echoServer()
    try await withServer(extra: ["AllowTcpForwarding no"]) { shell, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await shell.open(toHost: "127.0.0.1", port: echo.port, until: soon())
      }
      #expect(error?.code == .unsupported)
      #expect(error?.message.contains("administratively prohibited") == true, "\(error?.message ?? "")")
      let next = try await shell.run("true", outputLimit: limit, until: soon())
      #expect(next.status == 0)
    }
  }

  @Test func localPorts() async throws {
    let echo = try echoServer()
    try await withServer { shell, _ in
      let answers = try await withLocalForward(over: shell, toHost: "127.0.0.1", port: echo.port) { port in
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
          for number in UInt8(0)..<4 {
            group.addTask {
              let near = DescriptorStream(owning: try await connectedSocket(to: "127.0.0.1", port: port, until: soon()))
              try await near.write([number, number], until: soon())
              return try await near.read(atMost: 10, until: soon())
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
      }
      #expect(Set(answers) == [[0, 0], [1, 1], [2, 2], [3, 3]])
    }
  }
}
