import CISAL
import Model

/// Packs bytes as one gzip member with a clean header: no name, no time.
///
/// - SeeAlso: isa-l `isal_deflate`.
struct Gzip: ~Copyable {
  private let deflater: UnsafeMutablePointer<isal_zstream>
  private let levelBuffer: UnsafeMutablePointer<UInt8>
  private let output: UnsafeMutableRawBufferPointer

  /// Levels of isa-l: 0 is quickest, 3 packs best.
  static let levels = 0...3
  /// Large enough for the working memory of every level (`ISAL_DEF_LVL3_DEFAULT` and the like).
  private static let levelBufferSize = 1 << 20

  init(level: Int) {
    precondition(Gzip.levels.contains(level))
    deflater = .allocate(capacity: 1)
    levelBuffer = .allocate(capacity: Gzip.levelBufferSize)
    output = .allocate(byteCount: 1 << 20, alignment: 64)
    isal_deflate_init(deflater)
    deflater.pointee.level = UInt32(level)
    deflater.pointee.level_buf = levelBuffer
    deflater.pointee.level_buf_size = UInt32(Gzip.levelBufferSize)
    deflater.pointee.gzip_flag = UInt16(IGZIP_GZIP)
  }

  deinit {
    deflater.deallocate()
    levelBuffer.deallocate()
    output.deallocate()
  }

  /// Packs `bytes`, and hands what comes of it to `write`.
  ///
  /// - Parameter last: whether these are the last bytes.
  mutating func pack(
    _ bytes: UnsafeRawBufferPointer, last: Bool, _ write: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let state = deflater
    state.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(bytes.count)
    state.pointee.end_of_stream = last ? 1 : 0
    repeat {
      state.pointee.next_out = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
      state.pointee.avail_out = UInt32(output.count)
      let result = isal_deflate(state)
      guard result == COMP_OK else { throw VerifyError(.system, "isa-l cannot compress (its code \(result))") }
      try write(UnsafeRawBufferPointer(rebasing: output[..<(output.count - Int(state.pointee.avail_out))]))
    } while state.pointee.avail_out == 0 || state.pointee.avail_in > 0
  }
}
