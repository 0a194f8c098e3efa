import CLZMA
import Model

/// Undoes xz: several streams with their padding, every checksum verified, memory bounded.
///
/// - SeeAlso: liblzma `lzma_stream_decoder`.
package struct Unxz: Unpacker, ~Copyable {
  /// What a file may make us allocate. `xz -9`, the largest preset, needs 65 MiB.
  static let memoryLimit: UInt64 = 80 << 20

  private let stream: UnsafeMutablePointer<lzma_stream>
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Whether a stream is under way; not in the padding between two.
  private var running = false
  /// Where in the file the stream or padding under way began.
  private var start: Int64 = 0
  package private(set) var consumed: Int64 = 0
  private var streams = 0
  /// Whether the decoder may hold bytes for which the last output had no room.
  private var holdsMore = false

  package init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: lzma_stream())
  }

  deinit {
    lzma_end(stream)
    stream.deallocate()
  }

  package mutating func begin(_ chunk: UnsafeRawBufferPointer) { input = chunk }

  package mutating func unpack(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int {
    var filled = 0
    while filled < output.count, !input.isEmpty || holdsMore {
      if running {
        filled += try decode(into: UnsafeMutableRawBufferPointer(rebasing: output[filled...]))
      } else if streams > 0, input.first == 0 {
        advance(1)
      } else {
        try beginStream()
      }
    }
    return filled
  }

  package mutating func finish() throws(ContainerDamage) {
    if running || streams == 0 {
      if streams > 0, consumed - start < 6 { throw .trailing(.xz, at: start) }
      throw .truncated(.xz, at: consumed)
    }
    try checkPadding()
  }

  private mutating func beginStream() throws(ContainerDamage) {
    try checkPadding()
    let result = lzma_stream_decoder(stream, Unxz.memoryLimit, 0)
    guard result == LZMA_OK else { throw damage(result) }
    (running, start) = (true, consumed)
  }

  /// Padding comes in words.
  private func checkPadding() throws(ContainerDamage) {
    guard !running, (consumed - start) % 4 == 0 else { throw .trailing(.xz, at: start) }
  }

  /// Runs the decoder once.
  /// - Returns: bytes that it made.
  private mutating func decode(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int {
    stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = input.count
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = output.count
    let result = lzma_code(stream, LZMA_RUN)
    advance(input.count - stream.pointee.avail_in)
    switch result {
    case LZMA_OK: holdsMore = stream.pointee.avail_out == 0
    // No input, and nothing left to give out.
    case LZMA_BUF_ERROR: holdsMore = false
    case LZMA_STREAM_END:
      (running, holdsMore) = (false, false)
      streams += 1
      start = consumed
    default: throw damage(result)
    }
    return output.count - stream.pointee.avail_out
  }

  private mutating func advance(_ count: Int) {
    input = UnsafeRawBufferPointer(rebasing: input[count...])
    consumed += Int64(count)
  }

  private func damage(_ result: lzma_ret) -> ContainerDamage {
    let what: String
    switch result {
    case LZMA_FORMAT_ERROR where streams > 0: return .trailing(.xz, at: start)
    case LZMA_MEMLIMIT_ERROR:
      what =
        "unpacking it takes \(lzma_memusage(stream) >> 20) MiB of memory where \(Unxz.memoryLimit >> 20) MiB are "
        + "allowed; pack it with xz -9 or less, without a larger dictionary"
    case LZMA_MEM_ERROR: what = "no memory to unpack xz data"
    case LZMA_OPTIONS_ERROR: what = "it uses options of xz that liblzma does not know; pack it with plain xz"
    case LZMA_FORMAT_ERROR: what = "the xz header is damaged; copy or make the file anew"
    default: what = "the compressed data is damaged, or its checksum does not match; copy or make the file anew"
    }
    return ContainerDamage(container: .xz, offset: consumed, message: what)
  }
}
