import Model
import ZFSStreams

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
      if piece.count == 512, pages[at / 512] == nil {
        if !piece.elementsEqual(Pages.empty) { pages[at / 512] = Array(piece) }
        at += 512
        rest = rest.dropFirst(512)
        continue
      }
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
      let (offset, bytes): (Int64, ArraySlice<UInt8>)
      switch placement {
      case .write(let place, let source): (offset, bytes) = (place, chunk[source])
      case .unpacked(let place): (offset, bytes) = (place, reader.unpacked[...])
      case .free(let start, let length):
        precondition(start >= 0 && length > 0 && start <= limit.bytes - length, "a hole beyond the limit")
        continue
      }
      precondition(Int(offset) + bytes.count <= Int(limit.bytes), "the reader let data through beyond its limit")
      disk.write(bytes, at: Int(offset))
    }
  }
  return Rebuilt(summary: try reader.finish(), disk: disk)
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
