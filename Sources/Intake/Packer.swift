import Model
import ZFSStreams

/// Raw disk → stream → gzip, if asked for → file and digest, bounded in memory.
struct Packer: ~Copyable {
  private let volume: StreamWriter.Volume
  private let packed: Bool
  private var gzip: Gzip
  private var sha1: Digest
  private var fileSize: Int64 = 0

  /// Bytes of disk read at once; a multiple of every block size.
  private static let span = 1 << 20

  /// - Parameter compression: `.gzip` or `.none`.
  init(_ volume: StreamWriter.Volume, compression: Manifest.Compression, level: Int) throws {
    self.volume = volume
    packed = compression == .gzip
    gzip = Gzip(level: level)
    sha1 = try Digest(.sha1)
  }

  /// Packs the whole of `disk`; its holes are not read.
  mutating func pack(_ disk: borrowing InputFile, into image: borrowing OutputFile, _ cancellation: Cancellation) throws
  {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.span, alignment: 4096)
    defer { buffer.deallocate() }
    var stream: [UInt8] = []
    stream.reserveCapacity(4 * Self.span)
    var writer = StreamWriter(volume, into: &stream)
    var position: Int64 = 0
    while position < disk.size, let data = try disk.data(from: position) {
      position = max(position, data.lowerBound / Int64(volume.blockSize) * Int64(volume.blockSize))
      writer.skip(to: position)
      while position < data.upperBound {
        try cancellation.check()
        let whole = Self.wholeBlocks(data.upperBound - position, volume.blockSize)
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<whole])
        let count = try disk.read(into: part, at: position)
        // The end of the last block, and of a disk that shrank under our hands.
        part[count...].initializeMemory(as: UInt8.self, repeating: 0)
        writer.add(part.bytes, into: &stream)
        position += Int64(whole)
        try flush(&stream, last: false, into: image)
      }
    }
    writer.finish(into: &stream)
    try flush(&stream, last: true, into: image)
  }

  /// SHA-1 and size of the file written.
  consuming func finish() -> (sha1: String, fileSize: Int64) { (sha1.finish(), fileSize) }

  /// Bytes to read next: `left`, rounded up to whole blocks, at most a span.
  private static func wholeBlocks(_ left: Int64, _ block: Int) -> Int {
    let left = Int(min(left, Int64(span)))
    return (left + block - 1) / block * block
  }

  private mutating func flush(
    _ stream: inout [UInt8], last: Bool, into image: borrowing OutputFile
  ) throws {
    try stream.withUnsafeBytes { bytes in
      if packed {
        try gzip.pack(bytes, last: last) { packed in
          sha1.update(packed)
          fileSize += Int64(packed.count)
          try image.write(packed)
        }
      } else {
        sha1.update(bytes)
        fileSize += Int64(bytes.count)
        try image.write(bytes)
      }
    }
    stream.removeAll(keepingCapacity: true)
  }
}
