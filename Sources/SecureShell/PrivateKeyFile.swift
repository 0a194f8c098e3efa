extension KeyPair {
  /// The pair as OpenSSH's own kind of private key file, not encrypted; for the `ssh` of a person.
  ///
  /// Shape: `openssh-key-v1`, NUL, cipher, derivation and its options, one public key, then the private part: a number
  /// twice, type, public and private key, comment, and 1, 2, 3 … up to a multiple of 8 bytes; in base64 of 70 columns.
  /// - Throws: ``VerifyError`` `.system` when OpenSSL fails.
  /// - SeeAlso: OpenSSH `PROTOCOL.key`.
  package func openSSHFile() throws -> String {
    let name = Array(KeyPair.algorithm.utf8)
    let publicKey = Array(publicBlob.suffix(32))
    // Both numbers are equal in a file that was decrypted with the right word; here they may be any.
    let check: [UInt8] = [0x69, 0x6D, 0x67, 0x76]
    var secret = check + check + sshString(name) + sshString(publicKey)
    secret += sshString(try privateKeyBytes() + publicKey) + sshString(Array(comment.utf8))
    var padding: UInt8 = 0
    while secret.count % 8 != 0 {
      padding += 1
      secret.append(padding)
    }
    let none = sshString(Array("none".utf8))
    let file = Array("openssh-key-v1\0".utf8) + none + none + sshString([]) + [0, 0, 0, 1] + sshString(publicBlob)
    var lines: [Substring] = ["-----BEGIN OPENSSH PRIVATE KEY-----"]
    var rest = base64(file + sshString(secret))[...]
    while !rest.isEmpty {
      lines.append(rest.prefix(70))
      rest = rest.dropFirst(70)
    }
    lines.append("-----END OPENSSH PRIVATE KEY-----\n")
    return lines.joined(separator: "\n")
  }
}
