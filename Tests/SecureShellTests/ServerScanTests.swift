import Model
import Testing

@testable import SecureShell

private func soon() -> Deadline { .after(.seconds(600)) }

/// What a stranger sees of a server.
struct ServerScanTests {
  let key: KeyPair

  init() throws { key = try KeyPair.generate(comment: "test") }

  @Test(
    .enabled(if: OpenSSH.isAvailable, OpenSSH.whyNot),
    arguments: [
      [], ["KexAlgorithms ecdh-sha2-nistp256"], ["KexAlgorithms diffie-hellman-group14-sha256"],
    ])
  func allHostKeysOfOpenSSH(extra: [String]) async throws {
    let server = try await OpenSSH(
      for: key, extra: extra, hostKeys: [["-t", "rsa", "-b", "1024"], ["-t", "ecdsa"], ["-t", "ed25519"]])
    let scan = try await ServerScan.of("127.0.0.1", port: server.port, until: soon())
    #expect(scan.banner.hasPrefix("SSH-2.0-OpenSSH"))
    #expect(scan.hostKeys.map(\.blob.algorithm) == ["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"])
    #expect(scan.hostKeys.map(\.blob.fingerprint) == server.hostKeyFingerprints)
    #expect(scan.hostKeys.map(\.blob.bits) == [1024, nil, nil])
    #expect(scan.withoutKey == [:])
    #expect(scan.offer.names[.macUp]?.contains("hmac-sha2-256") == true)
  }

  @Test(
    .enabled(if: Dropbear.isAvailable, Dropbear.whyNot), arguments: [["-t", "rsa", "-s", "1024"], ["-t", "ecdsa"]])
  func hostKeyOfDropbear(hostKey: [String]) async throws {
    let server = try await Dropbear(for: key, hostKey: hostKey)
    let scan = try await ServerScan.of("127.0.0.1", port: server.port, until: soon())
    #expect(scan.hostKeys.map(\.blob.fingerprint) == [server.hostKeyFingerprint])
    #expect(scan.hostKeys.first?.blob.bits == (hostKey[1] == "rsa" ? 1024 : nil))
  }

  @Test func lengthsOfKeys() {
    func blob(_ fields: [UInt8]...) -> HostKeyBlob { HostKeyBlob(fields.flatMap(sshString)) }
    let exponent: [UInt8] = [1, 0, 1]
    #expect(blob(Array("ssh-rsa".utf8), exponent, [0, 0x80] + [UInt8](repeating: 0, count: 255)).bits == 2048)
    #expect(blob(Array("ssh-rsa".utf8), exponent, [0x7f] + [UInt8](repeating: 0, count: 255)).bits == 2047)
    #expect(blob(Array("ssh-dss".utf8), [0, 0xff] + [UInt8](repeating: 0, count: 127), [1]).bits == 1024)
    #expect(blob(Array("ssh-rsa".utf8), exponent).bits == nil)
    #expect(blob(Array("ssh-ed25519".utf8), [1]).bits == nil)
    #expect(HostKeyBlob([0, 0, 1, 0, 65]).algorithm == "")
  }

  @Test(arguments: [
    ("", VerifyError.Code.closed), ("HTTP/1.1 400\r\n", .closed),
    (String(repeating: "a\n", count: 20_000), .protocolViolation),
    ("SSH-2.0-x\r\n\u{7f}\u{7f}\u{7f}\u{7f}aaaa", .protocolViolation),
    ("SSH-2.0-x\r\n\0\0\0\u{c}\u{4}aaaaaaaaaaa", .protocolViolation),
  ])
  func whatIsNoServer(sends: String, code: VerifyError.Code) async throws {
    let server = try ScriptedServer { _, stream in
      try await stream.write(Array(sends.utf8), until: soon())
      if code != .closed { _ = try await stream.read(atMost: 1 << 20, until: soon()) }
    }
    let error = await #expect(throws: VerifyError.self) {
      try await ServerScan.of("127.0.0.1", port: server.port, until: soon())
    }
    #expect(error?.code == code, "\(error?.message ?? "")")
  }

  @Test func aServerThatSaysNothing() async throws {
    let server = try ScriptedServer { _, stream in try await Task.sleep(for: .seconds(100)) }
    let error = await #expect(throws: VerifyError.self) {
      try await ServerScan.of("127.0.0.1", port: server.port, until: .after(.milliseconds(200)))
    }
    #expect(error?.code == .timedOut)
    #expect(error?.message.contains("it has not sent its banner") == true)
  }
}
