/// A disk to look at: how large it is, and how to read it.
package struct DiskBytes {
  /// Bytes.
  package let size: Int64
  private let fetch: (_ offset: Int64, _ count: Int) throws -> [UInt8]

  /// - Parameter fetch: gives `count` bytes at `offset`, fewer only at the disk's end.
  package init(size: Int64, fetch: @escaping (_ offset: Int64, _ count: Int) throws -> [UInt8]) {
    (self.size, self.fetch) = (size, fetch)
  }

  /// A disk in memory.
  package init(_ bytes: [UInt8]) {
    self.init(size: Int64(bytes.count)) { offset, count in Array(bytes[Int(offset)..<(Int(offset) + count)]) }
  }

  /// `count` bytes at `offset`; nil when they do not lie on the disk.
  package func read(_ offset: Int64, _ count: Int) throws -> [UInt8]? {
    guard offset >= 0, count >= 0, count <= size, offset <= size - Int64(count) else { return nil }
    let bytes = try fetch(offset, count)
    return bytes.count == count ? bytes : nil
  }
}
