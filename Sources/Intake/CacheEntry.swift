import CISAL
import Foundation
import Glibc
import Model
import ZFSStreams

/// What the cache knows of a disk; it stands as JSON beside it.
struct CacheEntry: Codable, Hashable {
  /// The version that made it: another one may see other facts in the same file.
  var imgverify = imgverifyVersion
  var fileSize: Int64
  var diskSize: Int64
  /// ``diskSum(_:_:)`` of the disk.
  var diskSum: String
  var facts: IntakeFacts
}

/// A sum over what stands on a disk and where; equal for equal disks, wherever their holes are.
///
/// Shape: CRC-64 (ECMA) over offset and bytes of every block of 64 KiB that is not all zeros. It is meant for disks
/// that decay, not for people who change them: those could as well change the entry. It runs at the speed of memory,
/// where SHA-256 would cost half of what unpacking costs.
func diskSum(_ disk: borrowing InputFile, _ cancellation: Cancellation) throws -> String {
  let (block, span) = (Int64(64 << 10), 1 << 20)
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: span, alignment: 4096)
  defer { buffer.deallocate() }
  var (sum, position) = (UInt64(0), Int64(0))
  func add(_ bytes: UnsafeRawBufferPointer) {
    sum = crc64_ecma_refl(sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }
  while position < disk.size, let data = try disk.data(from: position) {
    position = max(position, data.lowerBound / block * block)
    while position < data.upperBound {
      try cancellation.check()
      let count = try disk.read(into: buffer, at: position)
      if count == 0 { break }
      for start in stride(from: 0, to: count, by: Int(block)) {
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[start..<min(count, start + Int(block))])
        guard !bytes.bytes.isZero else { continue }
        withUnsafeBytes(of: (position + Int64(start)).littleEndian) { add($0) }
        add(bytes)
      }
      position += Int64(span)
    }
  }
  return String(sum, radix: 16)
}
