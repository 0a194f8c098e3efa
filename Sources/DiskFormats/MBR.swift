import Model

/// The first sector of a disk with a partition table as DOS made it.
struct MBR {
  static let sectorSize = 512
  /// The boot code; behind it stand the disk's id, the table and the signature.
  private static let codeSize = 440

  private let sector: [UInt8]
  let entries: [Entry]

  struct Entry {
    var flag: UInt8
    var type: UInt8
    /// Sectors; of a logical partition counted from its EBR.
    var start: Int64
    var count: Int64

    init(_ sector: [UInt8], slot: Int) {
      let at = 446 + 16 * slot
      (flag, type) = (sector.byte(at), sector.byte(at + 4))
      (start, count) = (Int64(sector.little32(at + 8)), Int64(sector.little32(at + 12)))
    }

    var isUsed: Bool { type != 0 && count > 0 }
    var isExtended: Bool { [0x05, 0x0f, 0x85].contains(type) }
  }

  /// Nil when the signature 55 AA is missing.
  init?(_ sector: [UInt8]) {
    guard sector.count == Self.sectorSize, sector.has([0x55, 0xaa], at: 510) else { return nil }
    self.sector = sector
    entries = (0..<4).map { Entry(sector, slot: $0) }
  }

  var hasCode: Bool { !sector.part(0, Self.codeSize).isZero }

  /// GRUB's boot.img says its name when it fails.
  var isGRUB: Bool { (0..<Self.codeSize).contains { sector.has("GRUB", at: $0) } }

  /// Whether the table can be one: some entry used, every flag 00 or 80. Linux asks no more.
  var isSane: Bool { entries.contains { $0.isUsed } && entries.allSatisfy { $0.flag & 0x7f == 0 } }

  var protective: Entry? { entries.first { $0.type == 0xee } }

  func read(into facts: inout DiskFacts, disk: DiskBytes) throws {
    for (slot, entry) in entries.enumerated() where entry.flag & 0x7f != 0 {
      facts.problems.append(
        "entry \(slot + 1) of the partition table has the flag \(hexadecimal(entry.flag, digits: 2)), which is neither "
          + "00 nor 80 (active): the table is damaged; partition the disk anew")
    }
    var walk = Walk(disk: disk)
    for (slot, entry) in entries.enumerated() where entry.isUsed {
      try walk.add(entry, number: slot + 1, start: entry.start)
    }
    for (slot, entry) in entries.enumerated() where entry.isUsed && entry.isExtended {
      try walk.logicals(of: entry, number: slot + 1)
    }
    let active = walk.partitions.filter(\.active).map(\.number)
    if walk.partitions.isEmpty {
      walk.problems.append("the partition table (MBR) has no partition; was the disk cleared after it was partitioned?")
    } else if active.count > 1 {
      walk.problems.append(
        "partitions \(active.map(String.init).joined(separator: ", ")) are all active (80); boot code expects one: "
          + "clear the others (sfdisk --activate)")
    } else if active.isEmpty, hasCode, !isGRUB {
      facts.notes.append("no partition is active; boot code other than GRUB's looks for one")
    }
    facts.partitions = walk.partitions
    facts.problems += walk.problems + Extent.overlaps(walk.primaries) + Extent.overlaps(walk.logicals)
  }

  /// Collects the partitions of a table and its chain of extended ones.
  private struct Walk {
    let disk: DiskBytes
    var partitions: [PartitionFacts] = []
    var problems: [String] = []
    var primaries: [Extent] = []
    var logicals: [Extent] = []
    /// EBRs read, of all extended partitions; no more are followed, so that a chain cannot keep us.
    private var visited: Set<Int64> = []
    private static let chainLimit = 128

    init(disk: DiskBytes) { self.disk = disk }

    private var sectors: Int64 { disk.size / Int64(MBR.sectorSize) }

    /// - Parameter start: sectors from the start of the disk.
    mutating func add(_ entry: Entry, number: Int, start: Int64) throws {
      let (size, unit) = (Int64(MBR.sectorSize), entry.count)
      var facts = PartitionFacts(
        number: number, start: start * size, size: unit * size, type: hexadecimal(entry.type, digits: 2).lowercased(),
        typeName: PartitionTypes.name(entry.type), active: entry.flag == 0x80)
      if start == 0 {
        problems.append(
          "partition \(number) begins at sector 0, on the partition table itself; partition the disk anew")
      }
      let end = start + unit
      if end > sectors {
        problems.append(
          "partition \(number) ends at sector \(end - 1), beyond the disk's \(sectors) sectors: the disk was cut off, "
            + "or the table is not its own; make the image anew from the whole disk")
      }
      if !entry.isExtended, let region = Region(disk, start: facts.start, size: facts.size) {
        facts.fileSystem = try fileSystem(in: region)
      }
      partitions.append(facts)
      let extent = Extent(number: number, sectors: start...(end - 1))
      if number < 5 { primaries.append(extent) } else { logicals.append(extent) }
    }

    /// Follows the EBRs of an extended partition: each has a logical partition and a link to the next.
    mutating func logicals(of extended: Entry, number: Int) throws {
      let range = extended.start...(extended.start + extended.count - 1)
      var next: Int64? = extended.start
      while let place = next {
        next = nil
        let found = "the chain of logical partitions in partition \(number)"
        guard visited.count < Self.chainLimit else {
          return problems.append("\(found) has more than \(Self.chainLimit) links; partition the disk anew")
        }
        guard visited.insert(place).inserted else {
          return problems.append("\(found) comes back to sector \(place): a loop; partition the disk anew")
        }
        guard let sector = try disk.read(place * Int64(MBR.sectorSize), MBR.sectorSize), let ebr = MBR(sector) else {
          return problems.append(
            "\(found) breaks off: sector \(place) holds no table (no 55 AA, or beyond the disk's end); partition the "
              + "disk anew")
        }
        for entry in ebr.entries.prefix(2) where entry.isUsed && !entry.isExtended {
          let (start, number) = (place + entry.start, 5 + logicals.count)
          try add(entry, number: number, start: start)
          if !range.contains(start) || !range.contains(start + entry.count - 1) {
            problems.append("partition \(number) reaches out of its extended partition; partition the disk anew")
          }
        }
        next = ebr.entries.prefix(2).first { $0.isUsed && $0.isExtended }.map { extended.start + $0.start }
      }
    }
  }
}
