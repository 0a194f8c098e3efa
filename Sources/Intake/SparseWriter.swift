import Glibc
import Model
import ZFSStreams

/// Writes pieces of a disk where they belong, neighbours together, and leaves zeros as holes.
///
/// Shape: offsets only go up. Pieces are gathered in a buffer of a MiB; what stands in it reaches the file with
/// ``flush()`` at the latest.
///
/// Large aligned runs go past the page cache (O_DIRECT) where the file system lets them, since filling the cache takes
/// more processor time than anything else that intake does; the disk works while the other stages do. When it is the
/// disk that is behind (``hurried``, and the disk was slow), the page cache takes the run after all.
/// - SeeAlso: open(2), O_DIRECT.
struct SparseWriter: ~Copyable {
  private let descriptor: CInt
  /// The same file past the page cache; -1 where that cannot be.
  private var direct: CInt
  /// For messages.
  private let path: String
  private let run: UnsafeMutableRawBufferPointer
  /// Where the gathered run begins on the disk, and how long it is.
  private var start: Int64 = 0
  private var count = 0
  /// Whether others wait for this writer.
  var hurried = false
  /// Whether the disk took the last run that went past the page cache slowly.
  private var isSlow = false

  /// Zeros are looked for in steps of this many bytes, so that a hole in a large piece is found as well.
  static let grain = 16 << 10
  private static let longestRun = 1 << 20
  /// Shorter runs are not worth a wait for the disk.
  private static let shortestDirect = 256 << 10
  /// A disk that needs longer for a MiB is slower than unpacking can be.
  private static let slowest = Duration.milliseconds(3)
  /// What O_DIRECT asks of addresses, offsets and lengths on any disk.
  private static let alignment = 4096
  /// O_DIRECT on x86-64 and arm64 differ; Glibc's module has neither.
  #if arch(x86_64)
    private static let directFlag: CInt = 0o40000
  #else
    private static let directFlag: CInt = 0o200000
  #endif

  /// - Parameters:
  ///   - descriptor: the file, open for writing; stays the caller's.
  ///   - path: of the same file.
  init(descriptor: CInt, path: String) {
    (self.descriptor, self.path) = (descriptor, path)
    // Through the descriptor, so that it is the same file whatever has become of its name.
    direct = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_CLOEXEC | Self.directFlag)
    run = .allocate(byteCount: Self.longestRun, alignment: Self.alignment)
  }

  deinit {
    if direct >= 0 { close(direct) }
    run.deallocate()
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

  /// Takes a piece of at most a grain.
  private mutating func add(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
    if offset != start + Int64(count) || count + bytes.count > Self.longestRun { try flush() }
    if count == 0 { start = offset }
    UnsafeMutableRawBufferPointer(rebasing: run[count...]).copyMemory(from: bytes)
    count += bytes.count
  }

  /// Writes what has been gathered.
  /// - Throws: ``VerifyError`` `.system`.
  mutating func flush() throws {
    var sent = 0
    while sent < count {
      let past = goesPast(sent)
      let began = ContinuousClock.now
      let written = pwrite(
        past ? direct : descriptor, run.baseAddress! + sent, count - sent, off_t(start) + off_t(sent))
      if written < 0 {
        if errno == EINTR { continue }
        guard past, errno == EINVAL else { throw writeTrouble(path, errno) }
        // A file system that opens files so, and then does not write them.
        close(direct)
        direct = -1
        continue
      }
      if past { isSlow = (ContinuousClock.now - began) * (Double(Self.longestRun) / Double(written)) > Self.slowest }
      sent += written
    }
    count = 0
  }

  private func goesPast(_ sent: Int) -> Bool {
    direct >= 0 && !(hurried && isSlow) && count - sent >= Self.shortestDirect && (count - sent) % Self.alignment == 0
      && (start + Int64(sent)) % Int64(Self.alignment) == 0 && sent % Self.alignment == 0
  }
}
