package import Model

/// What stands on `disk`: partition table, boot code, file systems, and what is wrong with the table.
///
/// Shape: sectors of 512 bytes; at most 1024 GPT entries or 260 MBR partitions, and about 330 KiB read for each. Nothing
/// on the disk is believed: every number is checked before it is used, and every name is made printable.
/// - Throws: only what reading `disk` throws.
package func readDiskFacts(_ disk: DiskBytes) throws -> DiskFacts {
  let sector = try disk.read(0, MBR.sectorSize)
  let mbr = sector.flatMap { MBR($0) }
  var facts = DiskFacts(table: .none, bootCode: mbr?.hasCode ?? false)
  if let gpt = try GPT.find(on: disk, mbr: mbr) {
    facts.table = .gpt
    try gpt.read(into: &facts, mbr: mbr)
  } else {
    let bare = try Region(disk, start: 0, size: disk.size).flatMap { try fileSystem(in: $0) }
    // The boot sector of a bare FAT or NTFS ends with the same signature; what stands where a table would is code.
    if let mbr, mbr.isSane || bare == nil {
      facts.table = .mbr
      try mbr.read(into: &facts, disk: disk)
    } else {
      facts.fileSystem = bare
      if bare == nil { facts.notes.append("the disk holds no partition table, and no file system that we know") }
    }
  }
  facts.problems = bounded(facts.problems)
  facts.notes = bounded(facts.notes)
  return facts
}

/// At most 32 of `texts`; a table of nonsense makes thousands.
private func bounded(_ texts: [String]) -> [String] {
  texts.count <= 32 ? texts : texts.prefix(31) + ["and \(texts.count - 31) more of this kind"]
}

/// A range of sectors and whose it is; for finding those that overlap.
struct Extent {
  var number: Int
  /// Never empty.
  var sectors: ClosedRange<Int64>

  /// A sentence for each extent that begins inside one before it.
  static func overlaps(_ extents: [Extent]) -> [String] {
    let sorted = extents.sorted { ($0.sectors.lowerBound, $0.number) < ($1.sectors.lowerBound, $1.number) }
    var widest: Extent?
    var texts: [String] = []
    for extent in sorted {
      if let before = widest, extent.sectors.lowerBound <= before.sectors.upperBound {
        texts.append(
          "partitions \(before.number) and \(extent.number) overlap: sector \(extent.sectors.lowerBound) belongs to both"
            + "; partition the disk anew")
      }
      if extent.sectors.upperBound > widest?.sectors.upperBound ?? -1 { widest = extent }
    }
    return texts
  }
}
