/// A stream taken apart into records, to be changed and put together again with or without right checksums.
struct TakenApart {
  struct Record {
    var bytes: [UInt8]
    var type: UInt8 { bytes[0] }
    var offset: Int
  }
  var records: [Record] = []

  /// - Precondition: a sound little-endian stream.
  init(_ stream: [UInt8]) {
    var start = 0
    while start < stream.count {
      var length = 312
      switch stream[start] {
      case 0: length += Int(Self.u64(stream, start) >> 32)
      case 3: length += Int(Self.u64(stream, start + (stream[start + 50] == 0 ? 32 : 96)))
      case 8: length += (Int(Self.u64(stream, start + 48) >> 32) + 7) & ~7
      default: break
      }
      records.append(Record(bytes: Array(stream[start..<start + length]), offset: start))
      start += length
    }
  }

  var joined: [UInt8] { records.flatMap(\.bytes) }

  /// The records with every checksum made right, so that only rules can find the damage.
  func resummed(bigEndian: Bool = false) -> [UInt8] {
    var (a, b, c, d): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    func feed(_ bytes: ArraySlice<UInt8>) {
      var at = bytes.startIndex
      while at + 4 <= bytes.endIndex {
        var word: UInt32 = 0
        for index in 0..<4 { word |= UInt32(bytes[at + index]) << UInt32(8 * (bigEndian ? 3 - index : index)) }
        a &+= UInt64(word)
        b &+= a
        c &+= b
        d &+= c
        at += 4
      }
    }
    func put(_ record: inout [UInt8], _ offset: Int) {
      for (index, value) in [a, b, c, d].enumerated() {
        Self.put(&record, offset + 8 * index, bigEndian ? value.byteSwapped : value)
      }
    }
    var out: [UInt8] = []
    for record in records {
      var bytes = record.bytes
      let type = bigEndian ? bytes[3] : bytes[0]
      if type == 0 {
        (a, b, c, d) = (0, 0, 0, 0)
        feed(bytes[...])
      } else {
        if type == 5 { put(&bytes, 8) }
        feed(bytes[..<280])
        put(&bytes, 280)
        feed(bytes[280...])
      }
      out += bytes
    }
    return out
  }

  /// The same stream as a big-endian machine would have sent it; the property block must be plain.
  func swapped() -> [UInt8] {
    var copy = self
    for index in copy.records.indices {
      let record = copy.records[index].bytes
      func flip(_ offset: Int, _ width: Int) {
        copy.records[index].bytes.replaceSubrange(
          offset..<offset + width, with: record[offset..<offset + width].reversed())
      }
      flip(0, 4)
      flip(4, 4)
      switch record[0] {
      case 0:
        for offset in [8, 16, 24, 40, 48] { flip(offset, 8) }
        for offset in [32, 36] { flip(offset, 4) }
      case 1:
        for offset in [8, 40] { flip(offset, 8) }
        for offset in [16, 20, 24, 28, 36] { flip(offset, 4) }
      case 8:
        for offset in [8, 16, 24, 32] { flip(offset, 8) }
        for offset in [48, 52] { flip(offset, 4) }
      case 3:
        for offset in [8, 24, 32, 40, 56, 64, 72, 80, 88, 96] { flip(offset, 8) }
        flip(16, 4)
        if record[8] == 2 { for offset in stride(from: 312, to: 824, by: 64) { flip(offset, 8) } }
        if record[8] == 2 { for offset in [320, 328] { flip(offset, 8) } }
      default:
        for offset in [8, 16, 24, 32, 40] { flip(offset, 8) }
      }
    }
    return copy.resummed(bigEndian: true)
  }

  /// Puts a plain WRITE in place of an embedded property block, so that it can be swapped.
  mutating func unpackProperties(size: Int64) {
    for index in records.indices where records[index].type == 8 && records[index].bytes[8] == 2 {
      var write = [UInt8](repeating: 0, count: 312 + 512)
      write[0] = 3
      write[16] = 24
      Self.put(&write, 8, 2)
      Self.put(&write, 32, 512)
      Self.put(&write, 312, 0x8000_0000_0000_0003)
      Self.put(&write, 312 + 64, UInt64(size))
      write.replaceSubrange(312 + 78..<312 + 82, with: "size".utf8)
      records[index].bytes = write
    }
  }

  static func u64(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
  static func put(_ bytes: inout [UInt8], _ offset: Int, _ value: UInt64) {
    for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }
}
