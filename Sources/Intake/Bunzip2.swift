import CBzip2
import Model

/// Undoes bzip2: several streams one after the other, every checksum verified.
///
/// - SeeAlso: libbz2 `BZ2_bzDecompress`.
package struct Bunzip2: Unpacker, ~Copyable {
  // On the heap: libbz2 remembers where it lies.
  private let stream: UnsafeMutablePointer<bz_stream>
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Whether a decompressor stands ready in `stream`; not between two streams.
  private var running = false
  /// Where in the file the stream under way began.
  private var start: Int64 = 0
  package private(set) var consumed: Int64 = 0
  private var streams = 0

  package init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
  }

  deinit {
    if running { BZ2_bzDecompressEnd(stream) }
    stream.deallocate()
  }

  package mutating func begin(_ chunk: UnsafeRawBufferPointer) { input = chunk }

  package mutating func unpack(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int {
    var filled = 0
    while filled < output.count {
      if !running {
        guard !input.isEmpty else { return filled }
        try beginStream()
      }
      let (made, more) = try decompress(into: UnsafeMutableRawBufferPointer(rebasing: output[filled...]))
      filled += made
      if !more { return filled }
    }
    return filled
  }

  package mutating func finish() throws(ContainerDamage) {
    guard running || streams == 0 else { return }
    // A lone "B" or "BZ" behind a whole stream is junk, not the start of another.
    if streams > 0, consumed - start < 4 { throw .trailing(.bzip2, at: start) }
    throw .truncated(.bzip2, at: consumed)
  }

  private mutating func beginStream() throws(ContainerDamage) {
    let result = BZ2_bzDecompressInit(stream, 0, 0)
    guard result == BZ_OK else { throw damage(result) }
    (running, start) = (true, consumed)
  }

  /// Runs the decompressor once.
  /// - Returns: bytes that it made, and whether there is anything left to do before the next chunk.
  private mutating func decompress(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> (Int, Bool) {
    let room = UInt32(clamping: output.count)
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: CChar.self)
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
    stream.pointee.avail_out = room
    let result = BZ2_bzDecompress(stream)
    let taken = input.count - Int(stream.pointee.avail_in)
    input = UnsafeRawBufferPointer(rebasing: input[taken...])
    consumed += Int64(taken)
    let made = Int(room - stream.pointee.avail_out)
    switch result {
    case BZ_OK: return (made, input.count > 0 || stream.pointee.avail_out == 0)
    case BZ_STREAM_END:
      BZ2_bzDecompressEnd(stream)
      running = false
      streams += 1
      return (made, true)
    default: throw damage(result)
    }
  }

  private func damage(_ result: CInt) -> ContainerDamage {
    if result == BZ_DATA_ERROR_MAGIC, streams > 0 { return .trailing(.bzip2, at: start) }
    let what =
      switch result {
      case BZ_DATA_ERROR_MAGIC: "the bzip2 header is damaged; copy or make the file anew"
      case BZ_MEM_ERROR: "no memory to unpack bzip2 data"
      default: "the compressed data is damaged, or its checksum does not match; copy or make the file anew"
      }
    return ContainerDamage(container: .bzip2, offset: consumed, message: what)
  }
}
