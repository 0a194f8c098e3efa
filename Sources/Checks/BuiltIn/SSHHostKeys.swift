package import Guests
import Model
import SecureShell

/// The SSH server proves itself with strong keys only.
package struct SSHHostKeys: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.host-keys", title: "The SSH server shows strong host keys only", level: .should, clauses: [24],
    kind: .host,
    remedy: "Make an Ed25519 host key and no DSA key, and RSA keys of 3072 bits ('ssh-keygen -A' does).",
    description: """
      Begins a key exchange for each host key algorithm that the server offers, and looks at the key that it shows: no \
      DSA, no RSA under 2048 bits, and at least one Ed25519 or ECDSA key. RSA under 3072 bits is noted. The fingerprints \
      are noted as well, so that those of two instances can be compared.
      """)

  /// RSA below this is refused by current clients; NIST SP 800-131A disallows it since 2014.
  private static let leastBits = 2048
  /// What 'ssh-keygen' makes, and NIST SP 800-57 wants beyond 2030.
  private static let wishedBits = 3072

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let why = awakening.noSSHServer { return .skipped(why) }
    return try judge(try await guest.sshScan())
  }

  /// - Throws: ``VerifyError`` `.protocolViolation` when no key was shown: then nothing can be said.
  static func judge(_ scan: ServerScan) throws -> Judgement {
    guard !scan.hostKeys.isEmpty else {
      let why = scan.withoutKey.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      throw VerifyError(.protocolViolation, "the SSH server shows no host key (\(why.joined(separator: "; ")))")
    }
    var problems: [String] = []
    var notes: [String: String] = [:]
    for (algorithm, blob) in scan.hostKeys.map({ ($0.blob.algorithm, $0.blob) }) {
      switch (algorithm, blob.bits) {
      case ("ssh-dss", let bits): problems.append("expected no DSA host key, found one of \(bits ?? 0) bits")
      case ("ssh-rsa", let bits?) where bits < leastBits:
        problems.append("expected RSA host keys of at least \(leastBits) bits, found \(bits)")
      case ("ssh-rsa", let bits?):
        notes["rsa"] = "\(bits) bits" + (bits < wishedBits ? ", under the \(wishedBits) that last beyond 2030" : "")
      default: continue
      }
    }
    let kinds = scan.hostKeys.map(\.blob.algorithm)
    if !kinds.contains(where: { $0.contains("ed25519") || $0.contains("ecdsa-") }) {
      problems.append("expected an Ed25519 or ECDSA host key, found only \(kinds.joined(separator: ", "))")
    }
    notes["host-keys"] = scan.hostKeys.map { key in
      let kind = key.blob.algorithm.split(separator: "-").dropFirst(key.blob.algorithm.hasPrefix("ssh-") ? 1 : 0)
      return "\(kind.first ?? "?") \(key.blob.fingerprint)"
    }.sorted().joined(separator: ", ")
    return .judged(problems, evidence: "host keys", notes: notes)
  }
}
