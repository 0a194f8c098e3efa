import CZlib
import Testing

/// A block that packs well: some bytes of text, then zeros; and what each algorithm makes of it, written by hand.
struct PackedBlock: Sendable, CustomTestStringConvertible {
  var name: String
  /// Number of the algorithm in a record.
  var number: UInt8
  /// Feature bits beside 22 (compressed) or 16 (embedded).
  var features: UInt64 = 0
  var payload: @Sendable (_ size: Int) -> [UInt8]
  var testDescription: String { name }

  static let text = Array("a hybrid image".utf8)

  /// The block itself.
  static func plain(_ size: Int) -> [UInt8] { text + [UInt8](repeating: 0, count: size - text.count) }

  static let all = [
    PackedBlock(name: "lz4", number: 15, features: 1 << 17, payload: lz4),
    PackedBlock(name: "zstd", number: 16, features: 1 << 25, payload: zstd),
    PackedBlock(name: "gzip-1", number: 5, payload: { gzip($0, level: 1) }),
    PackedBlock(name: "gzip-6", number: 10, payload: { gzip($0, level: 6) }),
    PackedBlock(name: "gzip-9", number: 13, payload: { gzip($0, level: 9) }),
    PackedBlock(name: "zle", number: 14, payload: { zle(plain($0)) }),
    PackedBlock(name: "lzjb", number: 3, payload: lzjb),
  ]

  static func bigEndian(_ count: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } }

  /// Literals and one zero, a match of zeros, and five literals, with which every LZ4 block ends.
  private static func lz4(_ size: Int) -> [UInt8] {
    func extended(_ count: Int) -> [UInt8] { [UInt8](repeating: 255, count: count / 255) + [UInt8(count % 255)] }
    let match = size - text.count - 1 - 5
    let block =
      [0xff] + extended(text.count + 1 - 15) + text + [0, 1, 0] + extended(match - 4 - 15) + [0x50, 0, 0, 0, 0, 0]
    return bigEndian(block.count) + block
  }

  /// A raw block and one that repeats a byte, behind a frame header with a window of 16 MiB.
  private static func zstd(_ size: Int) -> [UInt8] {
    func header(_ type: Int, _ count: Int, last: Bool) -> [UInt8] {
      let value = count << 3 | type << 1 | (last ? 1 : 0)
      return (0..<3).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let frame =
      [0, 0x70] + header(0, text.count, last: false) + text + header(1, size - text.count, last: true) + [0]
    return bigEndian(frame.count) + [3, 1, 5, 1] + frame
  }

  private static func gzip(_ size: Int, level: CInt) -> [UInt8] {
    let block = plain(size)
    var packed = [UInt8](repeating: 0, count: Int(compressBound(UInt(size))))
    var count = uLong(packed.count)
    #expect(compress2(&packed, &count, block, uLong(size), level) == Z_OK)
    return Array(packed[..<Int(count)])
  }

  /// `bytes` in ZLE: runs of zeros, and runs of anything else.
  static func zle(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = []
    var rest = bytes[...]
    while let first = rest.first {
      let run = rest.prefix { ($0 == 0) == (first == 0) }.prefix(first == 0 ? 192 : 64)
      packed += first == 0 ? [UInt8(run.count + 63)] : [UInt8(run.count - 1)] + run
      rest = rest.dropFirst(run.count)
    }
    return packed
  }

  private static func lzjb(_ size: Int) -> [UInt8] {
    // A match of 66 bytes, one byte back; the last one goes beyond the end.
    let matches = (size - text.count - 1 + 65) / 66
    let items = (text + [0]).map { [$0] } + [[UInt8]](repeating: [0xfc, 1], count: matches)
    var packed: [UInt8] = []
    for (index, item) in items.enumerated() {
      if index % 8 == 0 {
        let next = items[index..<min(index + 8, items.count)]
        packed.append(next.reversed().reduce(0) { $0 << 1 | ($1.count == 2 ? 1 : 0) })
      }
      packed += item
    }
    return packed
  }
}

extension TakenApart {
  /// `a19` with `bits` set among the features of BEGIN.
  static func a19(features bits: UInt64) throws -> TakenApart {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    put(&apart.records[0].bytes, 16, 1 | bits << 2)
    return apart
  }

  /// Makes record `index`, a WRITE, one with a compressed payload.
  mutating func compress(_ index: Int, _ number: UInt8, _ payload: [UInt8]) {
    records[index].bytes.replaceSubrange(312..., with: payload)
    records[index].bytes[50] = number
    Self.put(&records[index].bytes, 96, UInt64(payload.count))
  }

  /// Makes record `index`, a WRITE, a WRITE_EMBEDDED of `unpacked` bytes.
  mutating func embed(_ index: Int, _ number: UInt8, _ payload: [UInt8], unpacked: Int) {
    let (object, offset) = (records[index].bytes[8], Self.u64(records[index].bytes, 24))
    let size = Self.u64(records[index].bytes, 32)
    var header = [UInt8](repeating: 0, count: 312)
    (header[0], header[8], header[40]) = (8, object, number)
    Self.put(&header, 16, offset)
    Self.put(&header, 24, size)
    Self.put(&header, 48, UInt64(unpacked) | UInt64(payload.count) << 32)
    records[index].bytes = header + payload + [UInt8](repeating: 0, count: (8 - payload.count % 8) % 8)
  }
}
