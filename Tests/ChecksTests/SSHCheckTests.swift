import Model
import Testing

@testable import Checks
@testable import SecureShell

/// What the checks of the SSH server say; the servers themselves are in SecureShellTests.
struct SSHCheckTests {
  private func blob(_ fields: [UInt8]...) -> HostKeyBlob {
    HostKeyBlob(fields.flatMap { [0, 0, UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 })
  }
  private func rsa(_ bits: Int) -> HostKeyBlob {
    blob(Array("ssh-rsa".utf8), [1, 0, 1], [0, 0x80] + [UInt8](repeating: 1, count: bits / 8 - 1))
  }
  private func named(_ name: String) -> HostKeyBlob { blob(Array(name.utf8), [1, 2, 3]) }

  private func scan(
    banner: String = "SSH-2.0-test", offer: [KeyExchangeOffer.Kind: [String]] = [:], _ keys: HostKeyBlob...
  ) -> ServerScan {
    ServerScan(
      banner: banner, offer: KeyExchangeOffer(names: offer),
      hostKeys: keys.map { ServerScan.HostKey(algorithm: $0.algorithm, blob: $0) }, withoutKey: [:])
  }

  private func reason(_ judgement: Judgement) -> String? {
    if case .failed(let reason) = judgement.outcome { return reason }
    return nil
  }

  @Test func strongHostKeysPass() throws {
    let judgement = try SSHHostKeys.judge(scan(named("ssh-ed25519"), named("ecdsa-sha2-nistp256"), rsa(3072)))
    #expect(judgement.outcome == .passed)
    #expect(judgement.notes["rsa"] == "3072 bits")
    let shown = judgement.notes["host-keys"]?.split(separator: ", ") ?? []
    #expect(shown.map { $0.prefix { $0 != ":" } } == ["ecdsa SHA256", "ed25519 SHA256", "rsa SHA256"])
    let old = try SSHHostKeys.judge(scan(named("ssh-ed25519"), rsa(2048)))
    #expect(old.outcome == .passed)
    #expect(old.notes["rsa"]?.contains("2048 bits, under") == true)
  }

  @Test func weakHostKeysFail() throws {
    #expect(
      try reason(SSHHostKeys.judge(scan(named("ssh-ed25519"), rsa(1024))))
        == "expected RSA host keys of at least 2048 bits, found 1024")
    let dss = blob(Array("ssh-dss".utf8), [0x80] + [UInt8](repeating: 0, count: 127))
    #expect(
      try reason(SSHHostKeys.judge(scan(named("ssh-ed25519"), dss)))?.contains("DSA host key, found one of 1024 bits")
        == true)
    #expect(
      try reason(SSHHostKeys.judge(scan(rsa(4096)))) == "expected an Ed25519 or ECDSA host key, found only ssh-rsa")
    #expect(throws: VerifyError.self) { try SSHHostKeys.judge(scan()) }
  }

  /// What OpenSSH 9.2 offers by itself.
  private let good: [KeyExchangeOffer.Kind: [String]] = [
    .keyExchange: ["curve25519-sha256", "diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"],
    .hostKey: ["rsa-sha2-512", "ssh-ed25519"], .cipherUp: ["aes256-ctr", "chacha20-poly1305@openssh.com"],
    .cipherDown: ["aes256-ctr"], .macUp: ["umac-64@openssh.com", "hmac-sha1"], .macDown: ["hmac-sha2-256"],
  ]

  @Test func commonAlgorithmsPass() {
    let judgement = SSHAlgorithms.judge(scan(offer: good))
    #expect(judgement.outcome == .passed)
    #expect(judgement.notes["sha-1 and short tags"] == "umac-64@openssh.com, hmac-sha1")
  }

  @Test(
    arguments: [
      (.keyExchange, "diffie-hellman-group1-sha1", "key exchange"),
      (.keyExchange, "diffie-hellman-group-exchange-sha1", "key exchange"), (.hostKey, "ssh-dss", "host key algorithm"),
      (.cipherDown, "aes128-cbc", "cipher"), (.cipherUp, "3des-ctr", "cipher"), (.cipherUp, "arcfour256", "cipher"),
      (.cipherUp, "none", "cipher"), (.macDown, "hmac-md5", "MAC"), (.macUp, "hmac-sha1-96", "MAC"),
      (.macUp, "none", "MAC"),
    ] as [(KeyExchangeOffer.Kind, String, String)])
  func brokenAlgorithmsFail(kind: KeyExchangeOffer.Kind, name: String, what: String) {
    var offer = good
    offer[kind, default: []].append(name)
    #expect(reason(SSHAlgorithms.judge(scan(offer: offer))) == "expected no broken \(what), found \(name)")
  }

  @Test func oldProtocolFails() {
    #expect(reason(SSHAlgorithms.judge(scan(banner: "SSH-1.99-OpenSSH_3", offer: good)))?.contains("SSH-1.99") == true)
  }

  @Test func methods() {
    #expect(RootByKeyOnly.judge(methods: ["publickey"]).outcome == .passed)
    #expect(
      reason(RootByKeyOnly.judge(methods: ["publickey", "password"]))
        == "expected only publickey offered to root, found password")
    #expect(
      reason(RootByKeyOnly.judge(methods: [])) == "expected a key asked of root, found root let in without anything")
  }
}
