/// A packet of IPv4 or IPv6, and what of its payload matters here.
package struct IPPacket: Hashable, Sendable {
  package enum Payload: Hashable, Sendable {
    /// A DHCPv4 client's message, by its type: 1 DISCOVER, 3 REQUEST, 7 RELEASE, 8 INFORM; 0 when it has none.
    case dhcp(UInt8)
    case dhcp6
    /// A question to a name server; the name has nothing but printable ASCII.
    case question(String)
    case routerSolicitation, routerAdvertisement
    case neighborSolicitation, neighborAdvertisement
    /// Multicast group membership, of IPv4 or IPv6.
    case membership
    case other
  }

  package var source: IPAddress
  package var destination: IPAddress
  /// 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6, …
  package var proto: UInt8
  /// Of TCP and UDP, in the first fragment.
  package var port: UInt16?
  package var payload = Payload.other
  /// Whether it goes on with a TCP connection, or answers one: anything but the first packet of who opens it.
  package var continuesConnection = false

  /// - Parameter reader: stands behind the Ethernet header.
  init?(version4 reader: inout ByteReader) {
    guard let first = reader.byte(), first >> 4 == 4, reader.skip(5), let fragment = reader.word(), reader.skip(1),
      let proto = reader.byte(), reader.skip(2), let source = reader.take(4), let destination = reader.take(4),
      first & 15 >= 5, reader.skip(Int(first & 15) * 4 - 20)
    else { return nil }
    (self.source, self.destination, self.proto) = (IPAddress(source), IPAddress(destination), proto)
    if fragment & 0x1FFF == 0 { read(&reader) }
  }

  /// - Parameter reader: stands behind the Ethernet header.
  init?(version6 reader: inout ByteReader) {
    guard let first = reader.byte(), first >> 4 == 6, reader.skip(5), var next = reader.byte(), reader.skip(1),
      let source = reader.take(16), let destination = reader.take(16)
    else { return nil }
    (self.source, self.destination, proto) = (IPAddress(source), IPAddress(destination), next)
    for _ in 0..<8 {
      guard [0, 43, 44, 60].contains(next) else { break }
      guard let after = reader.byte(), let size = reader.byte() else { return }
      if next == 44 {
        guard let fragment = reader.word(), reader.skip(4) else { return }
        guard fragment >> 3 == 0 else {
          proto = after
          return
        }
      } else if !reader.skip(6 + Int(size) * 8) {
        return
      }
      next = after
    }
    proto = next
    read(&reader)
  }

  private mutating func read(_ reader: inout ByteReader) {
    switch proto {
    case 2: payload = .membership
    case 6, 17:
      guard reader.skip(2), let port = reader.word() else { return }
      self.port = port
      if proto == 6, reader.skip(9), let flags = reader.byte() { continuesConnection = flags & 0x12 != 0x02 }
      guard proto == 17, reader.skip(4) else { return }
      switch port {
      case 67 where !source.isIPv6: payload = .dhcp(dhcpType(&reader))
      case 547 where source.isIPv6: payload = .dhcp6
      case 53: payload = .question(questionName(&reader))
      default: break
      }
    case 58:
      switch reader.byte() {
      case 133: payload = .routerSolicitation
      case 134: payload = .routerAdvertisement
      case 135: payload = .neighborSolicitation
      case 136: payload = .neighborAdvertisement
      case 130, 131, 132, 143: payload = .membership
      default: break
      }
    default: break
    }
  }
}

/// The first type option of a DHCP message; 0 when it has none.
private func dhcpType(_ reader: inout ByteReader) -> UInt8 {
  guard reader.skip(236), reader.take(4).map({ Array($0) }) == [0x63, 0x82, 0x53, 0x63] else { return 0 }
  while let option = reader.byte(), option != 255 {
    if option == 0 { continue }
    guard let size = reader.byte(), let value = reader.take(Int(size)) else { return 0 }
    if option == 53 { return value.first ?? 0 }
  }
  return 0
}

/// The name that a DNS message asks for first, `?` for bytes that are no letters, digits, `-` and `_`.
private func questionName(_ reader: inout ByteReader) -> String {
  guard reader.skip(12) else { return "?" }
  var labels: [String] = []
  var size = 0
  while let count = reader.byte(), count != 0 {
    size += Int(count) + 1
    guard count < 64, size <= 255, let label = reader.take(Int(count)) else {
      return labels.joined(separator: ".") + "?"
    }
    let plain = label.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: byte
      default: UInt8(ascii: "?")
      }
    }
    labels.append(String(decoding: plain, as: UTF8.self).lowercased())
  }
  return labels.isEmpty ? "." : labels.joined(separator: ".")
}
