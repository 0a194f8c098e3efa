/// An Ethernet frame, as far as somebody who judges a host's conduct on the wire cares.
///
/// Every byte may be forged or cut off: what cannot be read is ``Content/unreadable``, and nothing is trusted for its
/// length before it was compared with what is there.
package struct Frame: Hashable, Sendable {
  package enum Content: Hashable, Sendable {
    case arp(ARP)
    case ip(IPPacket)
    /// Some other protocol, by its EtherType; below 1536 it is the length of an IEEE 802.3 frame.
    case other(UInt16)
    case unreadable
  }

  package struct ARP: Hashable, Sendable {
    /// 1: who has it? 2: an answer.
    package var operation: UInt16
    package var senderMAC: MACAddress
    package var sender: IPAddress
    package var target: IPAddress
  }

  package var source: MACAddress
  package var destination: MACAddress
  /// Bytes on the wire, with the header and without checksum and preamble.
  package var length: Int
  /// Whether it has a VLAN tag.
  package var isTagged = false
  package var content: Content

  /// - Parameters:
  ///   - bytes: the frame from its destination address on, perhaps only its beginning.
  ///   - length: how long it was on the wire.
  /// - Returns: nil for less than an Ethernet header.
  package init?(_ bytes: ArraySlice<UInt8>, length: Int) {
    var reader = ByteReader(bytes)
    guard let destination = reader.take(6), let source = reader.take(6), var type = reader.word() else { return nil }
    (self.source, self.destination, self.length) = (MACAddress(source), MACAddress(destination), length)
    var tags = 0
    while type == 0x8100 || type == 0x88A8, tags < 4 {
      tags += 1
      guard reader.skip(2), let next = reader.word() else {
        type = 0
        break
      }
      type = next
    }
    isTagged = tags > 0
    content =
      switch type {
      case 0: .unreadable
      case 0x0806: ARP(&reader).map(Content.arp) ?? .unreadable
      case 0x0800: IPPacket(version4: &reader).map(Content.ip) ?? .unreadable
      case 0x86DD: IPPacket(version6: &reader).map(Content.ip) ?? .unreadable
      default: .other(type)
      }
  }
}

extension Frame.ARP {
  /// - Returns: nil for what is not of IPv4 over Ethernet.
  init?(_ reader: inout ByteReader) {
    guard reader.word() == 1, reader.word() == 0x0800, reader.byte() == 6, reader.byte() == 4,
      let operation = reader.word(), let senderMAC = reader.take(6), let sender = reader.take(4), reader.skip(6),
      let target = reader.take(4)
    else { return nil }
    self.init(
      operation: operation, senderMAC: MACAddress(senderMAC), sender: IPAddress(sender), target: IPAddress(target))
  }

  /// Says to all where an address is, without being asked.
  package var isAnnouncement: Bool { sender == target && !sender.isUnspecified }
}
