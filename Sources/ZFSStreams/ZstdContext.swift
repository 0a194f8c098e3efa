import CZstd
import Synchronization

/// A zstd decompressor that is used for block after block.
///
/// It is made when the first block comes. One for each block would cost as much again as a block of 16 KiB does (17 µs
/// instead of 8). The lock is never waited for: it makes the reader `Sendable` though it can be copied.
/// - SeeAlso: `ZSTD_decompressDCtx` in zstd.h.
final class ZstdContext: Sendable {
  /// Has one owner, and zstd does not mind which thread uses it: so it may be sent.
  private struct Handle: ~Copyable, @unchecked Sendable {
    let context: OpaquePointer?
    init() { context = ZSTD_createDCtx() }
    deinit { ZSTD_freeDCtx(context) }
  }

  private let handle = Mutex<Handle?>(nil)

  /// Unpacks a frame, whole, with its magic number.
  ///
  /// Nothing is allocated for a window, however large the frame says that it is: the target is the window.
  /// - Returns: the bytes it gave, or what is wrong, in zstd's words.
  func unpack(_ frame: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Result<Int, Problem> {
    handle.withLock { handle in
      if handle == nil { handle = Handle() }
      guard let context = handle?.context else { return .failure(Problem(text: "no memory for zstd")) }
      let count = ZSTD_decompressDCtx(context, target.baseAddress, target.count, frame.baseAddress, frame.count)
      guard ZSTD_isError(count) == 0 else {
        return .failure(Problem(text: String(cString: ZSTD_getErrorName(count))))
      }
      return .success(count)
    }
  }

  struct Problem: Error { var text: String }
}
