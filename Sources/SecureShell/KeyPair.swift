internal import CCrypto
internal import Model

/// An Ed25519 key pair that lives in memory only, made once a run.
///
/// The private half stays in OpenSSL, unless ``openSSHFile()`` hands it out for a person's `ssh`.
package struct KeyPair: Sendable {
  /// The name of the key's algorithm in SSH.
  package static let algorithm = "ssh-ed25519"

  /// The public key as SSH sends it: string `ssh-ed25519`, string of 32 bytes (RFC 8709, 4); 51 bytes.
  package let publicBlob: [UInt8]
  /// The comment that ends ``authorizedKey``; says whose key it is.
  package let comment: String
  private let privateKey: PrivateKey

  /// A new pair.
  ///
  /// - Parameter comment: one line of printable ASCII, as it goes into `authorized_keys`.
  /// - Throws: ``VerifyError`` `.usage` for a comment that would break the line; `.system` when OpenSSL fails.
  package static func generate(comment: String) throws -> KeyPair {
    guard comment.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw VerifyError(.usage, "the comment of a key is one line of ASCII, not \(comment.debugDescription)")
    }
    let privateKey = try PrivateKey()
    let blob = sshString(Array(algorithm.utf8)) + sshString(try privateKey.publicKey())
    return KeyPair(publicBlob: blob, comment: comment, privateKey: privateKey)
  }

  /// The line for `authorized_keys`, without a line end: `ssh-ed25519 AAAA… comment`.
  package var authorizedKey: String {
    let line = "\(KeyPair.algorithm) \(base64(publicBlob))"
    return comment.isEmpty ? line : "\(line) \(comment)"
  }

  /// `SHA256:` and the unpadded base64 of the blob's digest, as `ssh-keygen -l` shows it.
  package var fingerprint: String { sha256Fingerprint(of: publicBlob) }

  /// The bare signature of `data`: 64 bytes (RFC 8032).
  ///
  /// - Throws: ``VerifyError`` `.system` when OpenSSL fails.
  package func sign(_ data: [UInt8]) throws -> [UInt8] { try privateKey.sign(data) }

  /// The 32 bytes that the private key is made from (RFC 8032, 5.1.5).
  func privateKeyBytes() throws -> [UInt8] { try privateKey.seed() }
}

/// The handle of an OpenSSL private key.
///
/// It is only read after `init`, and each signature has a context of its own, so any task may use it.
private final class PrivateKey: Sendable {
  private nonisolated(unsafe) let key: OpaquePointer

  init() throws {
    guard let context = EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { throw cryptoFailure("EVP_PKEY_CTX_new_id") }
    defer { EVP_PKEY_CTX_free(context) }
    var made: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_keygen(context, &made) == 1, let made else {
      throw cryptoFailure("EVP_PKEY_keygen")
    }
    key = made
  }

  deinit { EVP_PKEY_free(key) }

  /// The 32 bytes of the public half.
  func publicKey() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var count = bytes.count
    guard EVP_PKEY_get_raw_public_key(key, &bytes, &count) == 1, count == bytes.count else {
      throw cryptoFailure("EVP_PKEY_get_raw_public_key")
    }
    return bytes
  }

  /// The 32 bytes of the private half.
  func seed() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    var count = bytes.count
    guard EVP_PKEY_get_raw_private_key(key, &bytes, &count) == 1, count == bytes.count else {
      throw cryptoFailure("EVP_PKEY_get_raw_private_key")
    }
    return bytes
  }

  func sign(_ data: [UInt8]) throws -> [UInt8] {
    guard let context = EVP_MD_CTX_new() else { throw cryptoFailure("EVP_MD_CTX_new") }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: 64)
    var count = signature.count
    // Ed25519 hashes by itself: no digest is named, and only the one-shot call works.
    guard EVP_DigestSignInit(context, nil, nil, nil, key) == 1,
      EVP_DigestSign(context, &signature, &count, data, data.count) == 1, count == signature.count
    else { throw cryptoFailure("EVP_DigestSign") }
    return signature
  }
}

/// `bytes` with their length in front (RFC 4251, 5).
func sshString(_ bytes: [UInt8]) -> [UInt8] {
  withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) } + bytes
}

/// Base64 with padding, on one line.
func base64(_ bytes: [UInt8]) -> String {
  // EVP_EncodeBlock writes four characters for each three bytes begun, and a NUL.
  var encoded = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
  let count = EVP_EncodeBlock(&encoded, bytes, CInt(bytes.count))
  return String(decoding: encoded[..<Int(count)], as: UTF8.self)
}

/// The fingerprint of a public key blob, as OpenSSH shows it.
func sha256Fingerprint(of blob: [UInt8]) -> String {
  var digest = [UInt8](repeating: 0, count: 32)
  var count: UInt32 = 0
  precondition(EVP_Digest(blob, blob.count, &digest, &count, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
  return "SHA256:" + base64(digest).prefix { $0 != "=" }
}

private func cryptoFailure(_ call: String) -> VerifyError {
  var text = [CChar](repeating: 0, count: 256)
  ERR_error_string_n(ERR_get_error(), &text, text.count)
  let reason = text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  return VerifyError(.system, "\(call): \(reason)")
}
