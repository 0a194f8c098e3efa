/// The partition table of `disk` as it would stand on another disk of the same size: same partitions, same names, but
/// neither boot code nor any identifier that could be taken for the original's.
///
/// - Returns: pieces to write on an empty disk: byte offset → bytes. Empty when the disk has no table.
package func decoyTable(of disk: DiskBytes) throws -> [(offset: Int64, bytes: [UInt8])] {
  let sector = 512
  guard var boot = try disk.read(0, sector), boot[510] == 0x55, boot[511] == 0xaa else { return [] }
  // Boot code and disk signature; the partitions' entries stay.
  boot.replaceSubrange(0..<446, with: repeatElement(0, count: 446))
  var pieces = [(offset: Int64(0), bytes: boot)]
  guard var header = try disk.read(512, sector), header.starts(with: Array("EFI PART".utf8)) else { return pieces }
  func u32(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(header[at + $1]) << UInt32(8 * $1) } }
  func u64(_ at: Int) -> UInt64 { UInt64(u32(at)) | UInt64(u32(at + 4)) << 32 }
  func put<T: FixedWidthInteger>(_ value: T, _ at: Int, _ bytes: inout [UInt8]) {
    for index in 0..<(T.bitWidth / 8) { bytes[at + index] = UInt8(truncatingIfNeeded: value >> T(8 * index)) }
  }
  let (size, count, each) = (Int(u32(12)), Int(u32(80)), Int(u32(84)))
  let last = disk.size / Int64(sector) - 1
  guard (92...512).contains(size), (1...1024).contains(count), (128...4096).contains(each), each % 128 == 0,
    let first = Int64(exactly: u64(72)), first >= 2, first < last,
    var entries = try disk.read(first * Int64(sector), count * each)
  else { return pieces }
  for start in stride(from: 0, to: entries.count, by: each)
  where entries[start..<(start + 16)].contains(where: { $0 != 0 }) {
    for at in (start + 16)..<(start + 32) { entries[at] ^= 0x5a }
  }
  for at in 56..<72 { header[at] ^= 0x5a }
  put(crc32(of: entries), 88, &header)
  func sealed(_ header: [UInt8], at place: Int64, other: Int64, entries: Int64) -> [UInt8] {
    var header = header
    put(UInt64(place), 24, &header)
    put(UInt64(other), 32, &header)
    put(UInt64(entries), 72, &header)
    put(UInt32(0), 16, &header)
    put(crc32(of: Array(header[..<size])), 16, &header)
    return header
  }
  let sectors = Int64((entries.count + sector - 1) / sector)
  guard last - sectors > first + sectors else { return pieces }
  pieces += [
    (512, sealed(header, at: 1, other: last, entries: first)), (first * Int64(sector), entries),
    ((last - sectors) * Int64(sector), entries),
    (last * Int64(sector), sealed(header, at: last, other: 1, entries: last - sectors)),
  ]
  return pieces
}
