import CZstd
import Model

/// Undoes zstd: several frames one after the other, skippable ones too, checksums verified, memory bounded.
///
/// - SeeAlso: libzstd `ZSTD_decompressStream`.
package struct Unzstd: Unpacker, ~Copyable {
  /// Largest window that is taken, as a power of two: 128 MiB, what `zstd --long` makes.
  static let windowLog: CInt = 27

  private let context: OpaquePointer?
  private var input = UnsafeRawBufferPointer(start: nil, count: 0)
  package private(set) var consumed: Int64 = 0
  /// Where in the file the frame under way began.
  private var start: Int64 = 0
  private var frames = 0
  /// Whether the decoder holds bytes for which the last output had no room.
  private var holdsMore = false

  package init() {
    context = ZSTD_createDCtx()
    if let context { ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Unzstd.windowLog) }
  }

  deinit { ZSTD_freeDCtx(context) }

  package mutating func begin(_ chunk: UnsafeRawBufferPointer) { input = chunk }

  package mutating func unpack(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int {
    guard let context else { throw noMemory() }
    var to = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    while to.pos < to.size, !input.isEmpty || holdsMore {
      var from = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
      let left = ZSTD_decompressStream(context, &to, &from)
      input = UnsafeRawBufferPointer(rebasing: input[from.pos...])
      consumed += Int64(from.pos)
      if ZSTD_isError(left) != 0 { throw damage(left) }
      holdsMore = to.pos == to.size && left != 0
      if left == 0 {
        frames += 1
        start = consumed
      }
    }
    return to.pos
  }

  package mutating func finish() throws(ContainerDamage) {
    guard consumed == start, frames > 0 else {
      // Too little even for a frame's magic number.
      if frames > 0, consumed - start < 4 { throw .trailing(.zstd, at: start) }
      throw .truncated(.zstd, at: consumed)
    }
  }

  private func damage(_ result: Int) -> ContainerDamage {
    let code = ZSTD_getErrorCode(result)
    let what: String
    switch code {
    case ZSTD_error_prefix_unknown where frames > 0: return .trailing(.zstd, at: start)
    case ZSTD_error_frameParameter_windowTooLarge:
      what = "its window is larger than the \(1 << (Unzstd.windowLog - 20)) MiB allowed; pack it with --long=27 or less"
    case ZSTD_error_checksum_wrong: what = "the zstd checksum does not match the data; copy or make the file anew"
    case ZSTD_error_memory_allocation: return noMemory()
    default:
      what =
        "the compressed data is damaged (\(String(cString: ZSTD_getErrorName(result)))); copy or make the file anew"
    }
    return ContainerDamage(container: .zstd, offset: consumed, message: what)
  }

  private func noMemory() -> ContainerDamage {
    ContainerDamage(container: .zstd, offset: consumed, message: "no memory to unpack zstd data")
  }
}
