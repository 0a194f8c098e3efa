import Glibc

/// An Ethernet address.
package struct MACAddress: Hashable, Sendable, CustomStringConvertible, Comparable {
  /// The lower 48 bits.
  package var bits: UInt64

  package init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

  /// `aa:bb:cc:dd:ee:ff`; nil for anything else.
  package init?(_ text: String) {
    let bytes = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt8($0, radix: 16) }
    guard bytes.count == 6, bytes.allSatisfy({ $0 != nil }) else { return nil }
    self.init(bytes.compactMap { $0 }[...])
  }

  init(_ bytes: ArraySlice<UInt8>) { bits = bytes.prefix(6).reduce(0) { $0 << 8 | UInt64($1) } }

  package var description: String {
    stride(from: 40, through: 0, by: -8).map {
      let byte = String(bits >> UInt64($0) & 0xFF, radix: 16)
      return byte.count == 1 ? "0" + byte : byte
    }.joined(separator: ":")
  }

  package static func < (a: MACAddress, b: MACAddress) -> Bool { a.bits < b.bits }
}

/// An address of IPv4 or IPv6.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible, Comparable {
  /// 4 or 16.
  package let bytes: [UInt8]

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

  /// `10.1.2.3`, `fd00::1`; nil for anything else.
  package init?(_ text: String) {
    let family = text.contains(":") ? AF_INET6 : AF_INET
    var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
    guard inet_pton(family, text, &bytes) == 1 else { return nil }
    self.bytes = bytes
  }

  package var isIPv6: Bool { bytes.count == 16 }

  /// In the form of RFC 5952.
  package var description: String {
    var text = [CChar](repeating: 0, count: 64)
    guard inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, 64) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Nothing but zeros: no address yet.
  package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }
  /// Multicast, or the broadcast to everybody on the wire.
  package var isMulticast: Bool {
    isIPv6 ? bytes[0] == 0xFF : (0xE0...0xEF).contains(bytes[0]) || bytes.allSatisfy { $0 == 0xFF }
  }
  /// Made up by the host itself, for its own wire.
  package var isLinkLocal: Bool {
    isIPv6 ? bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 : bytes[0] == 169 && bytes[1] == 254
  }

  /// Whether the first `length` bits are those of `network`.
  package func isIn(_ network: IPAddress, length: Int) -> Bool {
    guard bytes.count == network.bytes.count, (0...bytes.count * 8).contains(length) else { return false }
    let whole = length / 8
    guard bytes[..<whole] == network.bytes[..<whole] else { return false }
    let mask = ~(UInt8.max >> UInt8(length % 8))
    return length % 8 == 0 || (bytes[whole] ^ network.bytes[whole]) & mask == 0
  }

  /// Whether all bits behind the first `length` are set: IPv4's broadcast on such a network.
  package func isBroadcast(length: Int) -> Bool {
    guard !isIPv6, (0..<31).contains(length) else { return false }
    let value = bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return value | ~(UInt32.max >> UInt32(length)) == UInt32.max
  }

  package static func < (a: IPAddress, b: IPAddress) -> Bool {
    (a.bytes.count, 0) == (b.bytes.count, 0)
      ? a.bytes.lexicographicallyPrecedes(b.bytes) : a.bytes.count < b.bytes.count
  }
}
