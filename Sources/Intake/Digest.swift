import CCrypto
import Model

/// A running message digest (OpenSSL EVP).
///
/// - SeeAlso: EVP_DigestInit_ex(3).
package struct Digest: ~Copyable {
  package enum Algorithm: Sendable { case sha1, sha256 }

  private let context: OpaquePointer

  package init(_ algorithm: Algorithm) throws {
    guard let context = EVP_MD_CTX_new() else { throw VerifyError(.system, "no memory for a digest") }
    let type = algorithm == .sha1 ? EVP_sha1() : EVP_sha256()
    guard EVP_DigestInit_ex(context, type, nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw VerifyError(
        .system, "OpenSSL does not offer \(algorithm): is it forbidden by this machine's crypto policy?")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let done = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    precondition(done == 1, "EVP_DigestUpdate failed")
  }

  /// The digest as lower-case hexadecimal digits.
  package consuming func finish() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let done = EVP_DigestFinal_ex(context, &bytes, &count)
    precondition(done == 1, "EVP_DigestFinal_ex failed")
    return bytes.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
