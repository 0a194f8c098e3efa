import Model

/// A member of a ZFS pool: four labels of 256 KiB, of which the first is read.
///
/// Shape of a label: 16 KiB of boot code and blank, then an nvlist of 112 KiB, then 128 KiB of uberblocks, one for each
/// kilobyte or more. blkid asks for four of them.
func zfs(_ region: Region, _ head: [UInt8]) throws -> FileSystemFacts? {
  guard let ring = try region.read(128 << 10, 128 << 10) else { return nil }
  let magics: [[UInt8]] = [[0x0c, 0xb1, 0xba, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0xba, 0xb1, 0x0c]]
  let found = stride(from: 0, to: ring.count, by: 1024).count { at in magics.contains { ring.has($0, at: at) } }
  guard found >= 4 else { return nil }
  let (name, guid) = pool(head.part(16 << 10, 16 << 10))
  return FileSystemFacts(kind: "zfs_member", label: name, uuid: guid.map(String.init))
}

/// The values `name` and `pool_guid` of an nvlist in XDR (big-endian): each pair has its size, the same unpacked, its
/// name, type, number of values, and value.
private func pool(_ list: [UInt8]) -> (name: String?, guid: UInt64?) {
  var (name, guid): (String?, UInt64?) = (nil, nil)
  // Encoding, byte order, version and flags.
  var at = 12
  while at < list.count - 16 {
    let (size, length) = (Int(list.big32(at)), Int(list.big32(at + 8)))
    guard size >= 16, size <= list.count - at, length <= size - 16 else { break }
    let key = String(decoding: list.part(at + 12, length), as: UTF8.self)
    let value = at + 12 + (length + 3) / 4 * 4 + 8
    switch (key, list.big32(value - 8)) {
    case ("name", 9): name = label(list.part(value + 4, min(256, Int(list.big32(value)))))
    case ("pool_guid", 8): guid = list.big64(value)
    default: break
    }
    at += size
  }
  return (name, guid)
}
