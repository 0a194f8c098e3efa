import Model

/// A GUID partition table: a protective MBR, a header behind it, and a backup at the disk's end.
struct GPT {
  private let disk: DiskBytes
  /// 512; or 4096, when the table was made for such a disk.
  private let sectorSize: Int64
  private let primary: GPTHeader?

  private static let remedy = "rebuild the table (sgdisk --verify, sgdisk -e), and make the image anew"

  /// Nil when neither a header nor a protective MBR announces one, or a plain MBR is what guests read.
  static func find(on disk: DiskBytes, mbr: MBR?) throws -> GPT? {
    for size in [Int64(512), 4096] {
      if let bytes = try disk.read(size, Int(size)), let header = GPTHeader(bytes) {
        // Without the protective entry Linux reads the MBR alone.
        if let mbr, mbr.isSane, mbr.protective == nil { return nil }
        return GPT(disk: disk, sectorSize: size, primary: header)
      }
    }
    return mbr?.protective == nil ? nil : GPT(disk: disk, sectorSize: 512, primary: nil)
  }

  private var lastSector: Int64 { disk.size / sectorSize - 1 }

  func read(into facts: inout DiskFacts, mbr: MBR?) throws {
    judgeProtection(mbr, &facts)
    if sectorSize != 512 {
      facts.problems.append(
        "the partition table (GPT) was made for sectors of \(sectorSize) bytes; SmartOS gives guests sectors of 512, "
          + "where they do not find it: build the image on a disk with sectors of 512 bytes")
    }
    var table = try entries(&facts)
    if table.isEmpty, let backup = try header(at: lastSector), backup.fault(at: lastSector) == nil {
      table = try backup.entries(on: disk, sectorSize: sectorSize).bytes
      if !table.isEmpty { facts.notes.append("the partitions are listed from the backup at the disk's end") }
      try list(table, backup, &facts)
    } else if let primary {
      try list(table, primary, &facts)
    }
    try judgeBackup(&facts)
    judgeBooting(mbr, &facts)
  }

  private func header(at sector: Int64) throws -> GPTHeader? {
    guard sector > 1, sector <= lastSector else { return nil }
    return try disk.read(sector * sectorSize, Int(sectorSize)).flatMap { GPTHeader($0) }
  }

  private func judgeProtection(_ mbr: MBR?, _ facts: inout DiskFacts) {
    guard let protective = mbr?.protective else {
      facts.problems.append(
        "there is a GPT, but no protective MBR (an entry of type EE) before it: BIOSes and Linux do not see the GPT; "
          + Self.remedy)
      return
    }
    let used = mbr?.entries.filter(\.isUsed) ?? []
    if used.count > 1 {
      facts.notes.append("the protective MBR has \(used.count) entries (hybrid MBR); guests read the GPT")
    }
    if protective.start != 1 {
      facts.notes.append("the protective MBR begins at sector \(protective.start), not 1")
    }
    let end = protective.start + protective.count - 1
    if protective.count != 0xffff_ffff, used.count == 1, end > lastSector {
      facts.notes.append("the protective MBR ends at sector \(end), beyond the disk's last, \(lastSector)")
    }
  }

  /// The bytes of the primary table's entries; empty when they cannot be read.
  private func entries(_ facts: inout DiskFacts) throws -> [UInt8] {
    guard let primary else {
      facts.problems.append(
        "the protective MBR announces a GPT, but sector 1 has no GPT header ('EFI PART'); \(Self.remedy)")
      return []
    }
    if let fault = primary.fault(at: 1) {
      facts.problems.append("the GPT header in sector 1 \(fault); \(Self.remedy)")
    }
    let (bytes, fault) = try primary.entries(on: disk, sectorSize: sectorSize)
    if let fault { facts.problems.append("the GPT \(fault); \(Self.remedy)") }
    return bytes
  }

  private func list(_ table: [UInt8], _ header: GPTHeader, _ facts: inout DiskFacts) throws {
    var extents: [Extent] = []
    let size = Int(header.entrySize)
    for slot in 0..<(size > 0 ? table.count / size : 0) {
      let entry = table.part(slot * size, 128)
      guard !entry.part(0, 16).isZero else { continue }
      let (number, first, last) = (slot + 1, entry.little64(32), entry.little64(40))
      guard first <= last, last <= UInt64(Int64.max / sectorSize) - 1 else {
        facts.problems.append(
          "partition \(number) goes from sector \(first) to \(last), which cannot be; \(Self.remedy)")
        continue
      }
      if first < header.firstUsable || last > header.lastUsable || last > UInt64(max(0, lastSector)) {
        facts.problems.append(
          "partition \(number) (sectors \(first) to \(last)) reaches out of the disk's usable sectors "
            + "(\(header.firstUsable) to \(min(header.lastUsable, UInt64(max(0, lastSector))))); \(Self.remedy)")
      }
      let sectors = Int64(first)...Int64(last)
      facts.partitions.append(try partition(number, entry, sectors))
      extents.append(Extent(number: number, sectors: sectors))
    }
    facts.problems += Extent.overlaps(extents)
  }

  private func partition(_ number: Int, _ entry: [UInt8], _ sectors: ClosedRange<Int64>) throws -> PartitionFacts {
    let type = GPT.guid(entry.part(0, 16))
    var facts = PartitionFacts(
      number: number, start: sectors.lowerBound * sectorSize,
      size: (sectors.upperBound - sectors.lowerBound + 1) * sectorSize, type: type,
      typeName: PartitionTypes.name(type), active: entry.little64(48) & 4 != 0, name: label(utf16: entry.part(56, 72)))
    if let region = Region(disk, start: facts.start, size: facts.size) {
      facts.fileSystem = try fileSystem(in: region)
    }
    return facts
  }

  /// A GUID as it is written: the first three numbers stand with their bytes turned.
  static func guid(_ bytes: [UInt8]) -> String {
    let first = hexadecimal(bytes.little32(0), digits: 8) + "-" + hexadecimal(bytes.little16(4), digits: 4)
    let middle = hexadecimal(bytes.little16(6), digits: 4) + "-" + hexadecimal(bytes.big16(8), digits: 4)
    return "\(first)-\(middle)-" + hexadecimal(bytes.part(10, 6)).uppercased()
  }

  private func judgeBackup(_ facts: inout DiskFacts) throws {
    guard let primary, primary.fault(at: 1) == nil else { return }
    guard let sector = Int64(exactly: primary.otherSector), sector <= lastSector else {
      facts.problems.append(
        "the GPT puts its backup at sector \(primary.otherSector), but the disk ends at sector \(lastSector): the disk "
          + "was cut off; make the image anew from the whole disk")
      return
    }
    guard let backup = try header(at: sector) else {
      facts.problems.append("the backup of the GPT is missing at sector \(sector); \(Self.remedy)")
      return
    }
    if let fault = backup.fault(at: sector) {
      facts.problems.append("the backup header of the GPT, at sector \(sector), \(fault); \(Self.remedy)")
      return
    }
    if let fault = try backup.entries(on: disk, sectorSize: sectorSize).fault {
      facts.problems.append("the backup of the GPT \(fault); \(Self.remedy)")
    } else if backup.entriesChecksum != primary.entriesChecksum {
      facts.problems.append("the GPT and its backup do not list the same partitions; \(Self.remedy)")
    } else if sector < lastSector {
      facts.notes.append(
        "the backup of the GPT is at sector \(sector), not at the disk's last, \(lastSector): the disk was grown; "
          + "'sgdisk -e' moves it")
    }
  }

  /// A BIOS starts a GPT disk by the code in its first sector; GRUB's reads on in a partition of its own.
  private func judgeBooting(_ mbr: MBR?, _ facts: inout DiskFacts) {
    let types = facts.partitions.map(\.type)
    guard let mbr, mbr.hasCode, !types.contains(PartitionTypes.biosBoot) else { return }
    if mbr.isGRUB {
      facts.problems.append(
        "no BIOS boot partition (bios_grub): GRUB's boot code is in the first sector, but there is no partition of type "
          + "\(PartitionTypes.biosBoot) for the rest of it; make one of 1 MiB, and run grub-install --target=i386-pc")
    } else if !types.contains(PartitionTypes.freeBSDBoot), !facts.partitions.contains(where: \.active) {
      facts.notes.append("no BIOS boot partition (bios_grub), and none marked legacy-BIOS-bootable")
    }
  }
}
