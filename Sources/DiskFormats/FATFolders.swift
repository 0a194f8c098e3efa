/// Whether a FAT file system holds a file: its 8.3 names alone are looked at, which every long name has beside it.
///
/// - Parameters:
///   - path: names as they stand in a folder, 11 bytes each: `EFI        `, `BOOTX64 EFI`.
///   - start: of the file system on `disk`, bytes.
/// - Returns: nil when there is no FAT there that can be read.
/// - Throws: only what reading `disk` throws.
package func fatHolds(_ path: [String], on disk: DiskBytes, start: Int64, size: Int64) throws -> Bool? {
  guard let region = Region(disk, start: start, size: size), let volume = FATVolume(try region.head(512)) else {
    return nil
  }
  var folder: UInt32?
  for (index, name) in path.enumerated() {
    guard let bytes = try volume.folder(folder, in: region) else { return nil }
    let wanted = Array(name.utf8)
    let isLast = index == path.count - 1
    let found = stride(from: 0, to: bytes.count - 31, by: 32).prefix { bytes[$0] != 0 }.first { at in
      // Neither a volume's label nor a part of a long name; a folder on the way, a file at the end.
      bytes.part(at, 11) == wanted && bytes.byte(at + 11) & 0x08 == 0 && (bytes.byte(at + 11) & 0x10 != 0) != isLast
    }
    guard let at = found else { return false }
    folder = UInt32(bytes.little16(at + 26)) | (volume.bits == 32 ? UInt32(bytes.little16(at + 20)) << 16 : 0)
  }
  return true
}

/// Where things are in a FAT file system; all in bytes of it. Every number fits 48 bits.
private struct FATVolume {
  var bits: Int
  var cluster: Int64
  var table: Int64
  var tableSize: Int64
  var rootFolder: Int64
  var rootSize: Int64
  var rootCluster: UInt32
  var data: Int64

  init?(_ head: [UInt8]) {
    guard fat(head) != nil else { return nil }
    let sector = Int64(head.little16(11))
    cluster = sector * Int64(head.byte(13))
    table = sector * Int64(head.little16(14))
    let isFAT32 = head.little16(22) == 0
    tableSize = sector * Int64(isFAT32 ? head.little32(36) : UInt32(head.little16(22)))
    rootFolder = table + Int64(head.byte(16)) * tableSize
    rootSize = (Int64(head.little16(17)) * 32 + sector - 1) / sector * sector
    data = rootFolder + rootSize
    rootCluster = isFAT32 ? head.little32(44) : 0
    let total = sector * Int64(head.little16(19) == 0 ? head.little32(32) : UInt32(head.little16(19)))
    guard total > data else { return nil }
    let clusters = (total - data) / cluster
    bits = isFAT32 ? 32 : clusters < 4085 ? 12 : 16
  }

  /// Bytes read of one folder at most.
  private static let maximumFolder = 1 << 20

  /// The entries of the folder that begins at this cluster; nil: the root. Nil when they do not lie in the region.
  func folder(_ start: UInt32?, in region: Region) throws -> [UInt8]? {
    // A folder that is said to begin at cluster 0 is the root.
    var next = start.flatMap { $0 == 0 ? nil : $0 } ?? rootCluster
    guard next != 0 else { return try region.read(rootFolder, Int(min(rootSize, Int64(Self.maximumFolder)))) }
    var bytes: [UInt8] = []
    // A ring of clusters ends at the limit, too.
    while bytes.count < Self.maximumFolder {
      guard next >= 2, next < end, let more = try region.read(data + (Int64(next) - 2) * cluster, Int(cluster)) else {
        return nil
      }
      bytes += more
      guard let link = try link(of: next, in: region) else { return nil }
      guard link < end else { break }
      next = link
    }
    return bytes
  }

  /// Links from this on end a chain.
  private var end: UInt32 { bits == 32 ? 0x0FFF_FFF7 : bits == 16 ? 0xFFF7 : 0xFF7 }

  private func link(of cluster: UInt32, in region: Region) throws -> UInt32? {
    let at = Int64(cluster) * Int64(bits) / 8
    guard at + 2 <= tableSize, let bytes = try region.read(table + at, bits == 32 ? 4 : 2) else { return nil }
    switch bits {
    case 32: return bytes.little32(0) & 0x0FFF_FFFF
    case 16: return UInt32(bytes.little16(0))
    default: return UInt32(cluster % 2 == 0 ? bytes.little16(0) & 0xFFF : bytes.little16(0) >> 4)
    }
  }
}
