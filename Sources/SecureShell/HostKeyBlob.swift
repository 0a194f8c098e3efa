/// A public host key as SSH sends it (RFC 4253, 6.6): a name, then what the kind wants.
package struct HostKeyBlob: Sendable, Equatable {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The name in front: `ssh-ed25519`, `ssh-rsa` …; printable, at most 64 characters; empty when there is none.
  package var algorithm: String { SSHReader(bytes).first.map { printable($0, limit: 64) } ?? "" }

  /// `SHA256:…` as `ssh-keygen -l` shows it.
  package var fingerprint: String { sha256Fingerprint(of: bytes) }

  /// The length of an RSA modulus or a DSS prime in bits; nil for the kinds whose name says it all.
  package var bits: Int? {
    var reader = SSHReader(bytes)
    guard let name = reader.string() else { return nil }
    switch String(decoding: name, as: UTF8.self) {
    case "ssh-rsa":
      guard reader.string() != nil, let modulus = reader.string() else { return nil }
      return SSHReader.bits(modulus)
    case "ssh-dss": return reader.string().map(SSHReader.bits)
    default: return nil
    }
  }
}

/// Reads the fields of SSH's packets (RFC 4251, 5), each after its range check.
struct SSHReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Sequence<UInt8>) { rest = Array(bytes)[...] }

  /// The first field as a string, which leaves the reader as it is.
  var first: ArraySlice<UInt8>? {
    var copy = self
    return copy.string()
  }

  mutating func word() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() -> ArraySlice<UInt8>? {
    var copy = self
    guard let count = copy.word(), Int(count) <= copy.rest.count else { return nil }
    defer { rest = copy.rest.dropFirst(Int(count)) }
    return copy.rest.prefix(Int(count))
  }

  /// The length of a positive multiple-precision integer in bits.
  static func bits(_ integer: ArraySlice<UInt8>) -> Int {
    let digits = integer.drop { $0 == 0 }
    return digits.first.map { digits.count * 8 - $0.leadingZeroBitCount } ?? 0
  }
}
