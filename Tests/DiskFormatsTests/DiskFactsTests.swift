import DiskFormats
import Model
import Testing

@Suite struct DiskFactsTests {
  /// What real tools wrote is read as sfdisk and blkid read it.
  @Test(arguments: Row.all) func aRealDisk(_ row: Row) throws {
    let disk = try SparseDisk(named: row.name)
    let facts = try readDiskFacts(disk.bytes)
    #expect(facts.table == row.table)
    #expect(facts.bootCode == row.bootCode)
    #expect(facts.partitions.map(Row.Partition.init) == row.partitions)
    #expect(facts.fileSystem == row.fileSystem)
    for (texts, expected) in [(facts.problems, row.problems), (facts.notes, row.notes)] {
      #expect(texts.count == expected.count, "\(texts)")
      for (text, words) in zip(texts, expected) { #expect(text.contains(words)) }
    }
  }

  @Test func theFixturesCoverEveryKind() {
    let kinds = Row.all.flatMap { [$0.fileSystem?.kind] + $0.partitions.map(\.fileSystem?.kind) }.compactMap { $0 }
    #expect(
      Set(kinds) == [
        "ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "exfat", "ntfs", "swap", "LVM2_member", "linux_raid_member",
        "crypto_LUKS", "squashfs", "iso9660", "ufs", "zfs_member",
      ])
  }

  @Test func anEmptyDiskHasNothing() throws {
    for size in [0, 1, 511, 512, 1 << 20] {
      let facts = try readDiskFacts(DiskBytes([UInt8](repeating: 0, count: size)))
      #expect(facts.table == .none && !facts.bootCode && facts.partitions.isEmpty && facts.problems.isEmpty)
      #expect(facts.notes == ["the disk holds no partition table, and no file system that we know"])
    }
  }

  @Test func typesHaveNames() throws {
    #expect(
      try readDiskFacts(SparseDisk(named: "mbr-logical").bytes).partitions.map(\.typeName) == [
        "Linux", "extended", "Linux", "Linux swap", "Linux LVM",
      ])
    #expect(
      try readDiskFacts(SparseDisk(named: "gpt").bytes).partitions.map(\.typeName) == [
        "BIOS boot", "EFI system", "Linux",
      ])
  }

  /// A fault that a byte or two makes in a good disk.
  struct Fault: Sendable, CustomTestStringConvertible {
    var disk: String
    var offset: Int64
    var bytes: [UInt8]
    /// What one of the problems must say.
    var problem: String
    var testDescription: String { "\(disk) \(offset): \(problem)" }
    init(_ disk: String, _ offset: Int64, _ bytes: [UInt8], _ problem: String) {
      (self.disk, self.offset, self.bytes, self.problem) = (disk, offset, bytes, problem)
    }
  }

  static let ones = [UInt8](repeating: 0xff, count: 8)
  static let faults = [
    Fault("mbr", 446, [0x12], "entry 1 of the partition table has the flag 12"),
    Fault("mbr", 454, [0, 0, 0, 0], "partition 1 begins at sector 0"),
    Fault("mbr", 454, [0xff, 0xff, 0xff, 0xff], "beyond the disk's"),
    Fault("mbr", 458, [0xff, 0xff, 0xff, 0xff], "beyond the disk's"),
    // The first EBR stands at sector 10240; its link is the second entry, counted from there.
    Fault("mbr-logical", 10240 * 512 + 470, little(0, 4), "comes back to sector 10240: a loop"),
    Fault("mbr-logical", 10240 * 512 + 470, little(UInt32.max, 4), "breaks off"),
    Fault("mbr-logical", 10240 * 512 + 454, little(UInt32.max, 4), "reaches out of its extended partition"),
    Fault("mbr-logical", 10240 * 512 + 454, little(10240, 4), "overlap"),
    Fault("mbr-logical", 10240 * 512 + 510, [0], "sector 10240 holds no table"),
    Fault("gpt", 512, [0], "sector 1 has no GPT header"),
    Fault("gpt", 512 + 8, ones, "has the revision FFFFFFFF"),
    Fault("gpt", 512 + 12, little(91, 4), "says that it is 91 bytes long"),
    Fault("gpt", 512 + 12, little(513, 4), "says that it is 513 bytes long"),
    Fault("gpt", 512 + 12, little(UInt32.max, 4), "says that it is 4294967295 bytes long"),
    Fault("gpt", 512 + 16, [0], "does not match its checksum"),
    Fault("gpt", 512 + 72, ones, "puts its entries at sector 18446744073709551615"),
    Fault("gpt", 512 + 72, little(0, 8), "puts its entries at sector 0"),
    Fault("gpt", 512 + 72, little(131071, 8), "where they do not fit"),
    Fault("gpt", 512 + 80, little(0, 4), "has 0 entries"),
    Fault("gpt", 512 + 80, little(1025, 4), "has 1025 entries"),
    Fault("gpt", 512 + 80, ones, "has 4294967295 entries"),
    Fault("gpt", 512 + 84, little(64, 4), "has entries of 64 bytes"),
    Fault("gpt", 512 + 84, little(192, 4), "has entries of 192 bytes"),
    Fault("gpt", 512 + 84, little(8192, 4), "has entries of 8192 bytes"),
    Fault("gpt", 512 + 88, [0, 0], "entries that do not match their checksum"),
    Fault("gpt", 1024 + 32, ones, "partition 1 goes from sector 18446744073709551615 to 4095, which cannot be"),
    Fault("gpt", 1024 + 40, ones, "goes from sector 2048 to 18446744073709551615, which cannot be"),
    Fault("gpt", 1024 + 40, little(UInt64(1) << 54 - 2, 8), "reaches out of the disk's usable sectors"),
    Fault("gpt", 1024 + 40, little(4096, 8), "partitions 1 and 2 overlap: sector 4096"),
    Fault("gpt", 1024 + 32, little(33, 8), "reaches out of the disk's usable sectors (34 to"),
    Fault("gpt", 131071 * 512 + 16, [0, 0], "the backup header of the GPT, at sector 131071, does not match"),
    Fault("gpt", 131071 * 512 + 88, [0, 0], "the backup header of the GPT"),
    Fault("gpt", (131071 - 32) * 512 + 60, [7], "the backup of the GPT has entries that do not match"),
  ]

  @Test(arguments: faults) func aFaultIsNamed(_ fault: Fault) throws {
    let disk = try SparseDisk(named: fault.disk)
    disk.put(fault.offset, fault.bytes)
    let problems = try readDiskFacts(disk.bytes).problems
    #expect(problems.contains { $0.contains(fault.problem) }, "\(problems)")
  }

  @Test func withoutTheProtectiveEntryThePlainTableRules() throws {
    let disk = try SparseDisk(named: "gpt")
    disk.put(450, [0x83])
    let facts = try readDiskFacts(disk.bytes)
    #expect(facts.table == .mbr)
    #expect(facts.partitions.map(\.type) == ["83"])
  }

  @Test func aLongChainOfLogicalPartitionsIsNotFollowedForEver() throws {
    let disk = SparseDisk(size: 1 << 30)
    func entry(_ type: UInt8, _ start: Int, _ count: Int) -> [UInt8] {
      [0, 0, 0, 0, type, 0, 0, 0] + little(start, 4) + little(count, 4)
    }
    disk.put(446, entry(5, 64, 1 << 20))
    disk.put(510, [0x55, 0xaa])
    for link in 0..<1000 {
      let at = Int64(64 + 4 * link) * 512
      disk.put(at + 446, entry(0x83, 1, 2) + entry(5, 4 * link + 4, 4))
      disk.put(at + 510, [0x55, 0xaa])
    }
    let facts = try readDiskFacts(disk.bytes)
    #expect(facts.partitions.count == 129)
    #expect(facts.problems.contains { $0.contains("has more than 128 links") })
  }

  @Test func labelsAreMadePrintable() throws {
    let disk = try SparseDisk(named: "ext4")
    let hostile = "\u{1b}[2J\u{202e}a\u{7}b \u{85}\n"
    disk.put(1024 + 0x78, Array(hostile.utf8) + [0])
    #expect(try readDiskFacts(disk.bytes).fileSystem?.label == "[2Jab")
    disk.put(1024 + 0x78, [0xff, 0xfe, 0x41] + [UInt8](repeating: 0x20, count: 13))
    #expect(try readDiskFacts(disk.bytes).fileSystem?.label == "\u{fffd}\u{fffd}A")
    disk.put(1024 + 0x78, [UInt8](repeating: 0x20, count: 16))
    #expect(try readDiskFacts(disk.bytes).fileSystem?.label == nil)
    let gpt = try SparseDisk(named: "gpt")
    // Half of a surrogate pair, an escape, a letter.
    gpt.put(1024 + 56, [0x00, 0xd8, 0x1b, 0x00, 0x41, 0x00])
    #expect(try readDiskFacts(gpt.bytes).partitions.first?.name == "\u{fffd}A")
  }

  @Test func whatCannotBeReadIsTheCallersTrouble() {
    struct Trouble: Error {}
    #expect(throws: Trouble.self) { try readDiskFacts(DiskBytes(size: 1 << 20) { _, _ in throw Trouble() }) }
  }

  /// Bytes of the fixtures' headers at random: nothing may crash, and no more may be read than a disk is worth.
  @Test func chanceFindsNoCrash() throws {
    var random = Chance(seed: 20261121)
    let disks = try Row.all.map { try SparseDisk(named: $0.name) }
    // Where the structures are: in the sectors that hold something.
    let places = disks.map { $0.sectors.keys.sorted().prefix(40) }
    let edges: [UInt64] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, .max >> 1, 1 << 63, .max]
    var problems = 0
    for _ in 0..<20_000 {
      let chosen = Int(random.next() % UInt64(disks.count))
      let disk = disks[chosen]
      let (sectors, size) = (disk.sectors, disk.size)
      let before = disk.bytesRead
      for _ in 0...(random.next() % 4) {
        let sector = places[chosen][Int(random.next() % UInt64(places[chosen].count))]
        let value = random.next() % 2 == 0 ? edges[Int(random.next() % UInt64(edges.count))] : random.next()
        disk.put(sector * 512 + Int64(random.next() % 505), little(value, 1 << Int(random.next() % 4)))
      }
      if random.next() % 8 == 0 { disk.size = Int64(random.next() % UInt64(size + 4096)) }
      if random.next() % 64 == 0 { disk.size = .max }
      let facts = try readDiskFacts(disk.bytes)
      problems += facts.problems.count
      #expect(facts.problems.count <= 32 && facts.partitions.count <= 1024)
      #expect(disk.bytesRead - before <= 16 << 20)
      (disk.sectors, disk.size) = (sectors, size)
    }
    // It did reach the tables.
    #expect(problems > 1000)
  }
}

/// SplitMix64: the same numbers from the same seed.
struct Chance {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}
