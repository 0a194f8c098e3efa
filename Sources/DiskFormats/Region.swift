/// A part of a disk: a partition, or all of it.
struct Region {
  let disk: DiskBytes
  /// Bytes from the start of the disk.
  let start: Int64
  let size: Int64

  /// The part of `disk` that lies on it; nil when none does.
  init?(_ disk: DiskBytes, start: Int64, size: Int64) {
    guard start >= 0, start < disk.size, size > 0 else { return nil }
    (self.disk, self.start, self.size) = (disk, start, min(size, disk.size - start))
  }

  /// `count` bytes at `offset` of the region; nil when they do not all lie in it.
  func read(_ offset: Int64, _ count: Int) throws -> [UInt8]? {
    guard offset >= 0, count >= 0, offset <= size, Int64(count) <= size - offset else { return nil }
    return try disk.read(start + offset, count)
  }

  /// The first `count` bytes, or as many as there are.
  func head(_ count: Int) throws -> [UInt8] { try read(0, Int(min(Int64(count), size))) ?? [] }
}
