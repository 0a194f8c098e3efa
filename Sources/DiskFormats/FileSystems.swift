import Model

/// The file system, or other known content, of `region`; nil when there is none that we know.
///
/// Containers (RAID, LVM, LUKS) come first: what they hold may show through.
func fileSystem(in region: Region) throws -> FileSystemFacts? {
  let head = try region.head(68 << 10)
  for probe in [raid, lvm, luks, ext, xfs, btrfs, swap, squashfs, ntfsHead, exfatHead] {
    guard let facts = probe(head) else { continue }
    switch facts.kind {
    case "ntfs": return try ntfs(region, head, facts)
    case "exfat": return try exfat(region, head, facts)
    default: return facts
    }
  }
  if let facts = fat(head) { return facts }
  if let facts = try raidAtEnd(region) { return facts }
  if let facts = try ufs(region) { return facts }
  return try zfs(region, head) ?? iso(head)
}

private func ext(_ head: [UInt8]) -> FileSystemFacts? {
  let at = 1024
  guard head.has([0x53, 0xef], at: at + 0x38) else { return nil }
  let (compatible, incompatible, readOnly) = (
    head.little32(at + 0x5c), head.little32(at + 0x60), head.little32(at + 0x64)
  )
  let hasJournal = compatible & 0x4 != 0
  let kind =
    if incompatible & 0x8 != 0 {
      "jbd"
    } else if readOnly & ~0x7 != 0 || incompatible & ~(hasJournal ? 0x16 : 0x12) != 0 {
      // More than file types, journal recovery and meta block groups; or than sparse superblocks, large files, B-trees.
      "ext4"
    } else {
      hasJournal ? "ext3" : "ext2"
    }
  return FileSystemFacts(kind: kind, label: label(head.part(at + 0x78, 16)), uuid: uuidText(head.part(at + 0x68, 16)))
}

private func xfs(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has("XFSB", at: 0), (512...65536).contains(head.big32(4)) else { return nil }
  return FileSystemFacts(kind: "xfs", label: label(head.part(108, 12)), uuid: uuidText(head.part(32, 16)))
}

private func btrfs(_ head: [UInt8]) -> FileSystemFacts? {
  let at = 64 << 10
  guard head.has("_BHRfS_M", at: at + 64) else { return nil }
  return FileSystemFacts(kind: "btrfs", label: label(head.part(at + 299, 256)), uuid: uuidText(head.part(at + 32, 16)))
}

/// The signature ends the first page, whatever that is on the machine that made it.
private func swap(_ head: [UInt8]) -> FileSystemFacts? {
  for page in [4096, 8192, 16384, 65536] {
    if head.has("SWAPSPACE2", at: page - 10) {
      return FileSystemFacts(kind: "swap", label: label(head.part(1052, 16)), uuid: uuidText(head.part(1036, 16)))
    }
    if head.has("SWAP-SPACE", at: page - 10) { return FileSystemFacts(kind: "swap") }
  }
  return nil
}

private func squashfs(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has("hsqs", at: 0) && head.little16(28) == 4 else { return nil }
  return FileSystemFacts(kind: "squashfs")
}

/// UFS1 and UFS2 of the BSDs, in either byte order; the superblock stands in one of four places.
private func ufs(_ region: Region) throws -> FileSystemFacts? {
  for place in [8, 64, 256, 0] as [Int64] {
    guard let block = try region.read(place << 10, 1376) else { continue }
    let little = [0x0001_1954, 0x1954_0119].contains(block.little32(1372))
    guard little || [0x0001_1954, 0x1954_0119].contains(block.big32(1372)) else { continue }
    let identity = [144, 148].map { little ? block.little32($0) : block.big32($0) }
    let isUFS2 = [block.little32(1372), block.big32(1372)].contains(0x1954_0119)
    return FileSystemFacts(
      kind: "ufs", label: isUFS2 ? label(block.part(680, 32)) : nil,
      uuid: identity == [0, 0] ? nil : identity.map { hexadecimal($0, digits: 8).lowercased() }.joined())
  }
  return nil
}

private func iso(_ head: [UInt8]) -> FileSystemFacts? {
  let at = 32 << 10
  guard head.has([1, 0x43, 0x44, 0x30, 0x30, 0x31], at: at) else { return nil }
  return FileSystemFacts(
    kind: "iso9660", label: label(head.part(at + 40, 32)),
    uuid: isoDate(head.part(at + 830, 16)) ?? isoDate(head.part(at + 813, 16)))
}

/// `2024-05-06-07-08-09-00`, which blkid takes for a UUID.
private func isoDate(_ digits: [UInt8]) -> String? {
  guard digits.count == 16, digits.allSatisfy({ (0x30...0x39).contains($0) }), digits.contains(where: { $0 != 0x30 })
  else { return nil }
  let text = Array(String(decoding: digits, as: UTF8.self))
  return [0..<4, 4..<6, 6..<8, 8..<10, 10..<12, 12..<14, 14..<16].map { String(text[$0]) }.joined(separator: "-")
}
