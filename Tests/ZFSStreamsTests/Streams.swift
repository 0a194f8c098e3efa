import Foundation
import Model
import ZFSStreams

/// A file of `fixtures/zfs`.
func fixture(_ name: String) throws -> [UInt8] {
  let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return [UInt8](try Data(contentsOf: root.appending(path: "fixtures/zfs/\(name)")))
}

/// What came of a stream: the volume's data, and the summary.
struct Rebuilt {
  var summary: StreamSummary
  var disk: Pages
}

/// A disk as the 512-byte pages that hold something; quick to compare, however large.
struct Pages: Equatable {
  private(set) var pages: [Int: [UInt8]] = [:]
  private static let empty = [UInt8](repeating: 0, count: 512)

  init() {}
  init(_ disk: [UInt8]) { write(disk[...], at: 0) }

  mutating func write(_ bytes: ArraySlice<UInt8>, at offset: Int) {
    var (rest, at) = (bytes, offset)
    while !rest.isEmpty {
      let piece = rest.prefix(512 - at % 512)
      pages[at / 512, default: Pages.empty].replaceSubrange(at % 512..<at % 512 + piece.count, with: piece)
      if pages[at / 512] == Pages.empty { pages[at / 512] = nil }
      at += piece.count
      rest = rest.dropFirst(piece.count)
    }
  }

  subscript(range: Range<Int>) -> [UInt8] {
    stride(from: range.lowerBound, to: range.upperBound, by: 512).flatMap { pages[$0 / 512] ?? Pages.empty }
  }
}

/// Reads `stream` in chunks of `size` bytes into memory, never beyond `limit`.
func rebuild(
  _ stream: [UInt8], chunk size: Int = 1 << 20, limit: ByteCount = .mebibytes(64)
) throws(ZFSStreamError) -> Rebuilt {
  var reader = StreamReader(limit: limit)
  var disk = Pages()
  for start in stride(from: 0, to: stream.count, by: size) {
    let chunk = Array(stream[start..<min(start + size, stream.count)])
    var position = 0
    while let placement = try reader.next(in: chunk.span.bytes, at: &position) {
      guard case .write(let offset, let source) = placement else { continue }
      precondition(Int(offset) + source.count <= Int(limit.bytes), "the reader let data through beyond its limit")
      disk.write(chunk[source], at: Int(offset))
    }
  }
  return Rebuilt(summary: try reader.finish(), disk: disk)
}

/// A stream taken apart into records, to be changed and put together again with or without right checksums.
struct TakenApart {
  struct Record {
    var bytes: [UInt8]
    var type: UInt8 { bytes[0] }
    var offset: Int
  }
  var records: [Record] = []

  /// - Precondition: a sound little-endian stream without compressed blocks.
  init(_ stream: [UInt8]) {
    var start = 0
    while start < stream.count {
      var length = 312
      if stream[start] == 3 { length += Int(Self.u64(stream, start + 32)) }
      if stream[start] == 0 { length += Int(Self.u64(stream, start) >> 32) }
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

  /// The same stream as a big-endian machine would have sent it.
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

  static func u64(_ bytes: [UInt8], _ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
  static func put(_ bytes: inout [UInt8], _ offset: Int, _ value: UInt64) {
    for index in 0..<8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
  }
}

/// A small seeded generator, so that every damage can be made again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A volume of `blocks` blocks of 4 KiB of which about half are holes, and its stream.
func sample(blocks: Int, seed: UInt64, bigEndian: Bool = false) -> (disk: [UInt8], stream: [UInt8]) {
  var random = SplitMix(state: seed)
  var disk: [UInt8] = []
  for _ in 0..<blocks {
    let data = Bool.random(using: &random)
    disk +=
      data
      ? (0..<512).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) } : [UInt8](repeating: 0, count: 4096)
  }
  var stream: [UInt8] = []
  var writer = StreamWriter(
    .init(
      snapshot: "zones/test@final", guid: 0x1234_5678_9abc_def1, creationTime: 1_700_000_000,
      size: ByteCount(bytes: Int64(disk.count)), blockSize: 4096), bigEndian: bigEndian, into: &stream)
  writer.add(disk.span.bytes, into: &stream)
  writer.finish(into: &stream)
  return (disk, stream)
}
