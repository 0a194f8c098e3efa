import Glibc
import Model
import ZFSStreams

/// Writes pieces of a disk where they belong, neighbours together, and leaves zeros as holes.
///
/// Shape: offsets only go up. Pieces are not copied but remembered until ``flush()``, so their bytes must stay where
/// they are until then. Nothing may have been written to the file before.
/// - SeeAlso: pwritev(2).
struct SparseWriter: ~Copyable {
  private let descriptor: CInt
  /// For messages.
  private let path: String
  /// Pieces that follow one another on the disk from `start` on.
  private var pieces: [iovec] = []
  private var start: Int64 = 0
  private var end: Int64 = 0

  /// Zeros are looked for in steps of this many bytes, so that a hole in a large piece is found as well.
  static let grain = 16 << 10
  /// Most pieces that pwritev(2) takes at once (UIO_MAXIOV).
  private static let mostPieces = 1024

  init(descriptor: CInt, path: String) {
    (self.descriptor, self.path) = (descriptor, path)
    pieces.reserveCapacity(Self.mostPieces)
  }

  /// Takes the bytes that belong at `offset`.
  mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
    var position = 0
    while position < bytes.count {
      // Grains keep to multiples of their size on the disk.
      let step = Self.grain - Int((offset + Int64(position)) % Int64(Self.grain))
      let next = min(bytes.count, position + step)
      let grain = UnsafeRawBufferPointer(rebasing: bytes[position..<next])
      if !grain.bytes.isZero { try add(grain, at: offset + Int64(position)) }
      position = next
    }
  }

  private mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
    guard let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress) else { return }
    if offset != end || pieces.count == Self.mostPieces { try flush() }
    if pieces.isEmpty { start = offset }
    if let last = pieces.last, last.iov_base + last.iov_len == base {
      pieces[pieces.count - 1].iov_len += bytes.count
    } else {
      pieces.append(iovec(iov_base: base, iov_len: bytes.count))
    }
    end = offset + Int64(bytes.count)
  }

  /// Writes what is remembered.
  /// - Throws: ``VerifyError`` `.system`.
  mutating func flush() throws {
    var first = 0
    while first < pieces.count {
      let sent = pieces.withUnsafeBufferPointer {
        pwritev(descriptor, $0.baseAddress! + first, CInt($0.count - first), off_t(start))
      }
      if sent < 0 {
        if errno == EINTR { continue }
        throw writeTrouble(path, errno)
      }
      start += Int64(sent)
      first = skip(sent, from: first)
    }
    pieces.removeAll(keepingCapacity: true)
  }

  /// Passes over `count` bytes that have been written.
  /// - Returns: the first piece of which something is left.
  private mutating func skip(_ count: Int, from first: Int) -> Int {
    var (index, left) = (first, count)
    while index < pieces.count, left >= pieces[index].iov_len {
      left -= pieces[index].iov_len
      index += 1
    }
    if left > 0 {
      pieces[index].iov_base += left
      pieces[index].iov_len -= left
    }
    return index
  }
}
