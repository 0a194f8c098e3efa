import Model

// What holds file systems rather than being one: RAID, LVM, LUKS.

private let raidMagic: [UInt8] = [0xfc, 0x4e, 0x2b, 0xa9]

/// Metadata 1.1 and 1.2 of Linux RAID.
func raid(_ head: [UInt8]) -> FileSystemFacts? { raid1(head.part(0, 512)) ?? raid1(head.part(4096, 512)) }

private func raid1(_ block: [UInt8]) -> FileSystemFacts? {
  guard block.has(raidMagic, at: 0), block.little32(4) == 1 else { return nil }
  return FileSystemFacts(
    kind: "linux_raid_member", label: label(block.part(32, 32)), uuid: uuidText(block.part(16, 16)))
}

/// Metadata 1.0 and 0.90, near the end.
func raidAtEnd(_ region: Region) throws -> FileSystemFacts? {
  let sectors = region.size / 512
  if sectors >= 24, let block = try region.read((sectors - 16) / 8 * 8 * 512, 512), let facts = raid1(block) {
    return facts
  }
  let old = region.size / 65536 * 65536 - 65536
  guard let block = try region.read(old, 512), block.has(raidMagic, at: 0), block.little32(4) == 0 else { return nil }
  // Four numbers, written as such.
  let numbers = [20, 52, 56, 60].flatMap { block.part($0, 4).reversed() }
  return FileSystemFacts(kind: "linux_raid_member", uuid: uuidText(numbers))
}

/// A physical volume of LVM; its label stands in one of the first four sectors.
func lvm(_ head: [UInt8]) -> FileSystemFacts? {
  for sector in 0..<4 {
    let block = head.part(512 * sector, 512)
    guard block.has("LABELONE", at: 0), block.has("LVM2 001", at: 24), block.little64(8) == UInt64(sector) else {
      continue
    }
    var text = label(block.part(min(512, Int(block.little32(20))), 32))
    if let digits = text.map(Array.init), digits.count == 32 {
      let parts = [0..<6, 6..<10, 10..<14, 14..<18, 18..<22, 22..<26, 26..<32]
      text = parts.map { String(digits[$0]) }.joined(separator: "-")
    }
    return FileSystemFacts(kind: "LVM2_member", uuid: text)
  }
  return nil
}

/// LUKS, version 1 or 2.
func luks(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has([0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe], at: 0), (1...2).contains(head.big16(6)) else { return nil }
  return FileSystemFacts(
    kind: "crypto_LUKS", label: head.big16(6) == 2 ? label(head.part(24, 48)) : nil, uuid: label(head.part(168, 40)))
}
