/// Takes a pcap file apart while it comes in, in pieces of any size.
///
/// Shape: the classic format, little-endian with microseconds, Ethernet: as QEMU's filter-dump writes it. A record that
/// claims more than ``maximumRecord`` bytes ends the reading; nothing larger is ever held.
package struct PcapReader: Sendable {
  package struct Record: Hashable, Sendable {
    /// Seconds since 1970.
    package var time: Double
    /// Bytes on the wire.
    package var length: Int
    /// The record as it stands in the file, header and all.
    package var raw: [UInt8]
    /// The frame, perhaps cut.
    package var bytes: ArraySlice<UInt8> { raw.dropFirst(16) }
  }

  package static let headerSize = 24
  package static let maximumRecord = 1 << 17

  /// The file's own header, as soon as it is there.
  package private(set) var header: [UInt8]?
  /// Why nothing more is read; nil: all is well.
  package private(set) var trouble: String?
  private var pending: [UInt8] = []

  package init() {}

  /// - Returns: the records that are now whole.
  package mutating func receive(_ bytes: [UInt8]) -> [Record] {
    guard trouble == nil else { return [] }
    pending += bytes
    var start = 0
    if header == nil {
      guard pending.count >= Self.headerSize else { return [] }
      let made = Array(pending.prefix(Self.headerSize))
      guard number(made, 0) == 0xA1B2_C3D4, number(made, 20) & 0x0FFF_FFFF == 1 else {
        fail("it does not begin as a pcap file of Ethernet frames does")
        return []
      }
      header = made
      start = Self.headerSize
    }
    var records: [Record] = []
    while pending.count - start >= 16 {
      let kept = Int(number(pending, start + 8))
      guard kept <= Self.maximumRecord else {
        fail("a record claims \(kept) bytes")
        return records
      }
      guard pending.count - start - 16 >= kept else { break }
      records.append(
        Record(
          time: Double(number(pending, start)) + Double(number(pending, start + 4)) / 1e6,
          length: Int(number(pending, start + 12)), raw: Array(pending[start..<start + 16 + kept])))
      start += 16 + kept
    }
    pending.removeFirst(start)
    return records
  }

  private mutating func fail(_ text: String) {
    trouble = text
    pending = []
  }

  private func number(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
  }
}
