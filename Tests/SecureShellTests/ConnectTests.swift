import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import SecureShell

private let user = NSUserName()
private let openSSH = ConditionTrait.enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot)
private func soon() -> Deadline { .after(.seconds(600)) }

/// Connections that fail, each in its own way.
struct ConnectTests {
  let key: KeyPair

  init() throws { key = try KeyPair.generate(comment: "test") }

  /// The error of an attempt to connect to `port`.
  private func failure(
    of port: UInt16, host: String = "127.0.0.1", until deadline: Deadline = soon()
  ) async -> VerifyError? {
    await #expect(throws: VerifyError.self) {
      try await SecureShell.connect(to: host, port: port, user: user, key: key, until: deadline)
    }
  }

  @Test func nobodyListens() async throws {
    let error = await failure(of: try freePort())
    #expect(error?.code == .closed)
    #expect(error?.message.contains("refused") == true)
  }

  @Test func namesAreNotLookedUp() async {
    #expect(await failure(of: 22, host: "localhost")?.code == .unsupported)
  }

  @Test func closedBeforeTheBanner() async throws {
    // User-mode networking accepts for the guest, and hangs up when the guest does not listen.
    let server = try ScriptedServer { _, _ in }
    #expect(await failure(of: server.port)?.code == .closed)
  }

  @Test(arguments: [("", "no end of the banner"), ("SSH-2.0-stalls\r\n", "no end of the key exchange")])
  func timeOutNamesThePhase(sends: String, phase: String) async throws {
    let server = try ScriptedServer { _, stream in
      try await stream.write(Array(sends.utf8), until: soon())
      try await Task.sleep(for: .seconds(100))
    }
    // A slow machine may be in an earlier phase still: then it gets more time.
    var error: VerifyError?
    for milliseconds in [250, 500, 1000, 2000, 4000, 8000, 16000] {
      error = await failure(of: server.port, until: .after(.milliseconds(milliseconds)))
      #expect(error?.code == .timedOut)
      if error?.message.contains(phase) == true { return }
    }
    Issue.record("the phase is not named: \(error?.message ?? "")")
  }

  @Test func closesInTheKeyExchange() async throws {
    let server = try ScriptedServer { _, stream in
      try await stream.write(Array("SSH-2.0-closes\r\n".utf8), until: soon())
      _ = try await stream.read(atMost: 1 << 20, until: soon())
    }
    let error = await failure(of: server.port)
    #expect(error?.code == .closed)
    #expect(error?.message.contains("key exchange") == true)
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "login: \u{1b}[2J", "\0\0\0\0", "SSH"])
  func speaksSomethingElse(text: String) async throws {
    let server = try ScriptedServer { _, stream in try await stream.write(Array(text.utf8), until: soon()) }
    let error = await failure(of: server.port)
    #expect(error?.code == .protocolViolation)
    #expect(error?.message.contains("\u{1b}") == false)
  }

  @Test(arguments: [
    Array("SSH-2.0-x\r\n".utf8) + [0xff, 0xff, 0xff, 0xff] + [UInt8](repeating: 0x41, count: 4096),
    Array("SSH-2.0-x\r\n".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    Array("SSH-2.0-x\r\n".utf8) + [0, 0, 0, 12, 10, 20] + [UInt8](repeating: 0, count: 4096),
    Array("SSH-1.5-old\n".utf8),
  ])
  func brokenFirstPackets(bytes: [UInt8]) async throws {
    let server = try ScriptedServer { _, stream in
      try await stream.write(bytes, until: soon())
      _ = try await stream.read(atMost: 1 << 20, until: soon())
    }
    let error = try #require(await failure(of: server.port))
    let expected: [VerifyError.Code] = [.protocolViolation, .closed, .noCommonAlgorithm, .limitExceeded]
    #expect(expected.contains(error.code), "\(error)")
  }

  @Test(arguments: [Array("no banner, ever\n".utf8), Array("SSH-2.0-x\r\n".utf8) + ignoreMessages])
  func floodsForeverMeetsTheDeadline(line: [UInt8]) async throws {
    let head = line.starts(with: Array("SSH".utf8)) ? Array(line.prefix(11)) : []
    let body = Array(line.dropFirst(head.count))
    let many = Array(repeatElement(body, count: (1 << 16) / body.count).joined())
    let server = try ScriptedServer { _, stream in
      try await stream.write(head, until: soon())
      while true { try await stream.write(many, until: soon()) }
    }
    let error = try #require(await failure(of: server.port, until: .after(.seconds(2))))
    #expect(error.code == .timedOut || error.code == .protocolViolation || error.code == .limitExceeded, "\(error)")
  }

  /// SSH_MSG_IGNORE in the clear, and packets of a kind that nobody knows.
  private static let ignoreMessages: [UInt8] =
    [0, 0, 0, 12, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 12, 6, 199, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]

  @Test func cancelIsACancelAndFreesTheConnection() async throws {
    let (events, tell) = AsyncStream<String>.makeStream()
    let server = try ScriptedServer { _, stream in
      while try await !stream.read(atMost: 1024, until: soon()).isEmpty { tell.yield("asked") }
      tell.yield("gone")
    }
    let task = Task { [key] in
      try await SecureShell.connectRetrying(
        to: "127.0.0.1", port: server.port, user: user, key: key, until: soon(), attemptLimit: .seconds(100))
    }
    var iterator = events.makeAsyncIterator()
    #expect(await iterator.next() == "asked")
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    while let event = await iterator.next(), event != "gone" {}
  }
}

/// Connections to a real server that it must refuse, or take after a while.
@Suite(openSSH) struct RefusalTests {
  let key: KeyPair

  init() throws { key = try KeyPair.generate(comment: "test") }

  @Test(arguments: [
    ("Ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com", "no common cipher"),
    ("MACs hmac-sha2-256-etm@openssh.com\nCiphers aes256-ctr", "no common MAC"),
    ("KexAlgorithms sntrup761x25519-sha512@openssh.com", "no common key exchange"),
  ])
  func nothingInCommon(settings: String, clause: String) async throws {
    let server = try await OpenSSH(for: key, extra: [settings])
    let attempts = Mutex(0)
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connectRetrying(
        to: "127.0.0.1", port: server.port, user: user, key: key, until: soon(), attemptLimit: .seconds(60)
      ) { _, _ in attempts.withLock { $0 += 1 } }
    }
    #expect(error?.code == .noCommonAlgorithm)
    #expect(error?.message.contains(clause) == true, "\(error?.message ?? "")")
    #expect(attempts.withLock { $0 } == 0, "what will not change is not tried again")
  }

  @Test func rsaHostKeyWithoutSHA1() async throws {
    let folder = try Folder()
    try output(of: "/usr/bin/ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", folder.path("rsa")])
    let settings = ["HostKeyAlgorithms rsa-sha2-512,rsa-sha2-256", "HostKey \(folder.path("rsa"))"]
    let server = try await OpenSSH(for: key, extra: settings)
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connect(to: "127.0.0.1", port: server.port, user: user, key: key, until: soon())
    }
    #expect(error?.code == .noCommonAlgorithm)
    #expect(error?.message.contains("no common host key: it offers rsa-sha2-512, rsa-sha2-256") == true)
  }

  @Test func wrongKey() async throws {
    let server = try await OpenSSH(for: try KeyPair.generate(comment: "another"))
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connect(to: "127.0.0.1", port: server.port, user: user, key: key, until: soon())
    }
    #expect(error?.code == .authenticationRefused)
    #expect(error?.message.contains("methods offered: publickey") == true)
    #expect(error?.message.contains(key.fingerprint) == true)
  }

  @Test func noKeysAllowedAtAll() async throws {
    let server = try await OpenSSH(
      for: key, extra: ["PubkeyAuthentication no", "Match all", "PasswordAuthentication yes"])
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connect(to: "127.0.0.1", port: server.port, user: user, key: key, until: soon())
    }
    #expect(error?.code == .authenticationRefused)
  }

  @Test func retriesUntilTheKeyIsThere() async throws {
    let server = try await OpenSSH(for: key)
    try server.authorize([])
    let seen = Mutex<[VerifyError.Code]>([])
    let shell = try await SecureShell.connectRetrying(
      to: "127.0.0.1", port: server.port, user: user, key: key, until: soon(), attemptLimit: .seconds(60)
    ) { [key] attempt, error in
      seen.withLock { $0.append(error.code) }
      if attempt == 2 { try? server.authorize([key]) }
    }
    #expect(seen.withLock { $0 } == [.authenticationRefused, .authenticationRefused])
    #expect(try await shell.run("true", outputLimit: .mebibytes(1), until: soon()).status == 0)
  }

  @Test func givingUpNamesTheLastTellingError() async throws {
    let server = try await OpenSSH(for: try KeyPair.generate(comment: "another"))
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connectRetrying(
        to: "127.0.0.1", port: server.port, user: user, key: key, until: .after(.seconds(20)),
        attemptLimit: .seconds(15))
    }
    #expect(error?.code == .timedOut)
    #expect((error?.cause as? VerifyError)?.code == .authenticationRefused)
  }

  @Test func refusedCommandLeavesTheSessionUsable() async throws {
    let server = try await OpenSSH(for: key, extra: ["MaxSessions 0"])
    let shell = try await SecureShell.connect(
      to: "127.0.0.1", port: server.port, user: user, key: key, until: soon())
    for _ in 0..<2 {
      let error = await #expect(throws: VerifyError.self) {
        try await shell.run("true", outputLimit: .mebibytes(1), until: soon())
      }
      #expect(error?.code == .unsupported)
    }
    #expect(await shell.isUsable)
  }
}
