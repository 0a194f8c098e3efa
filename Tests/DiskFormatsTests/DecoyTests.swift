import DiskFormats
import Model
import Testing

@Suite struct DecoyTests {
  private func decoy(of disk: SparseDisk) throws -> SparseDisk {
    let decoy = SparseDisk(size: disk.size)
    for piece in try decoyTable(of: disk.bytes) { decoy.put(piece.offset, piece.bytes) }
    return decoy
  }

  @Test func aGPTIsTheSameTableOnAnotherDisk() throws {
    let disk = try SparseDisk(named: "gpt")
    let decoy = try decoy(of: disk)
    let (wanted, facts) = (try readDiskFacts(disk.bytes), try readDiskFacts(decoy.bytes))
    #expect(facts.table == .gpt)
    #expect(!facts.bootCode)
    // Header, entries and backup are sound, checksums included.
    #expect(facts.problems == [])
    #expect(facts.partitions.map(\.start) == wanted.partitions.map(\.start))
    #expect(facts.partitions.map(\.type) == wanted.partitions.map(\.type))
    #expect(facts.partitions.map(\.name) == wanted.partitions.map(\.name))
    #expect(facts.partitions.allSatisfy { $0.fileSystem == nil })
    // The disk's own GUID, and that of its first partition.
    for start in [512 + 56, 1024 + 16] as [Int64] {
      #expect((start..<(start + 16)).map(decoy.byte) != (start..<(start + 16)).map(disk.byte))
    }
  }

  @Test func anMBRLosesCodeAndSignature() throws {
    let disk = SparseDisk(size: 64 << 20)
    disk.put(0, [UInt8](repeating: 0x90, count: 446))
    disk.put(446, [0x80, 0, 0, 0, 0x83, 0, 0, 0] + little(UInt32(2048), 4) + little(UInt32(4096), 4))
    disk.put(510, [0x55, 0xaa])
    let decoy = try decoy(of: disk)
    let facts = try readDiskFacts(decoy.bytes)
    #expect(facts.table == .mbr)
    #expect(!facts.bootCode)
    #expect(facts.partitions.map(\.start) == [1 << 20])
    #expect((440..<444).map { decoy.byte(Int64($0)) } == [0, 0, 0, 0])
  }

  @Test func withoutATableThereIsNothing() throws {
    #expect(try decoyTable(of: SparseDisk(size: 1 << 20).bytes).isEmpty)
  }
}
