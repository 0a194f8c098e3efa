import DiskFormats
import Testing

/// Folders of small FAT file systems, laid out by hand: one sector a cluster, one sector of table.
struct FATFoldersTests {
  private static let loader = ["EFI        ", "BOOT       ", "BOOTX64 EFI"]

  /// Sectors: head, table, root (FAT12 and FAT16), clusters from 2 on: EFI, BOOT, and for FAT32 the root in 4 and 5.
  private func disk(_ bits: Int, _ edit: (inout [UInt8]) -> Void = { _ in }) -> DiskBytes {
    let sectors = bits == 12 ? 100 : bits == 16 ? 6000 : 70_000
    let table = bits == 12 ? 1 : bits == 16 ? 24 : 560
    var bytes = [UInt8](repeating: 0, count: (sectors) * 512)
    func put(_ at: Int, _ data: [UInt8]) { bytes.replaceSubrange(at..<(at + data.count), with: data) }
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    put(0, [0xEB, 0x3C, 0x90])
    put(
      11,
      little(512, 2) + [1] + little(1, 2) + [1] + little(bits == 32 ? 0 : 16, 2) + little(bits == 32 ? 0 : sectors, 2)
        + [0xF8])
    put(22, little(bits == 32 ? 0 : table, 2))
    put(32, little(bits == 32 ? sectors : 0, 4))
    if bits == 32 { put(36, little(table, 4) + little(0, 4) + little(4, 4)) }
    put(510, [0x55, 0xAA])
    func link(_ cluster: Int, _ value: Int) {
      switch bits {
      case 32: put(512 + cluster * 4, little(value, 4))
      case 16: put(512 + cluster * 2, little(value, 2))
      default:
        let at = 512 + cluster * 3 / 2
        let old = Int(bytes[at]) | Int(bytes[at + 1]) << 8
        put(at, little(cluster % 2 == 0 ? old & 0xF000 | value : old & 0xF | value << 4, 2))
      }
    }
    let end = bits == 32 ? 0x0FFF_FFFF : bits == 16 ? 0xFFFF : 0xFFF
    link(2, end)
    link(3, end)
    link(4, 5)
    link(5, end)
    func entry(_ name: String, _ kind: UInt8, _ cluster: Int) -> [UInt8] {
      Array(name.utf8) + [kind] + [UInt8](repeating: 0, count: 14) + little(cluster, 2) + little(0, 4)
    }
    let data = (1 + table + (bits == 32 ? 0 : 1)) * 512
    let label = entry("EFI        ", 8, 0)
    // In FAT32 the entry stands in the root's second cluster, behind one full of labels.
    let root = bits == 32 ? data + 2 * 512 : (1 + table) * 512
    if bits == 32 { put(root, (0..<16).flatMap { _ in label }) }
    put(bits == 32 ? data + 3 * 512 : root, label + entry("EFI        ", 0x10, 2))
    put(data, entry(".          ", 0x10, 2) + entry("..         ", 0x10, 0) + entry("BOOT       ", 0x10, 3))
    put(data + 512, entry("BOOTX64 EFI", 0x20, 6))
    edit(&bytes)
    return DiskBytes(bytes)
  }

  @Test(arguments: [12, 16, 32]) func theFileIsFound(_ bits: Int) throws {
    let disk = disk(bits)
    #expect(try fatHolds(Self.loader, on: disk, start: 0, size: disk.size) == true)
    #expect(try fatHolds(["EFI        ", "DEBIAN     "], on: disk, start: 0, size: disk.size) == false)
    #expect(try fatHolds(["EFI        "], on: disk, start: 0, size: disk.size) == false, "a folder is no file")
  }

  @Test func whatIsNoFATCannotBeTold() throws {
    let disk = disk(12) { $0[510] = 0 }
    #expect(try fatHolds(Self.loader, on: disk, start: 0, size: disk.size) == nil)
    #expect(try fatHolds(Self.loader, on: DiskBytes([1, 2]), start: 0, size: 2) == nil)
    #expect(try fatHolds(Self.loader, on: DiskBytes([1, 2]), start: 5, size: 2) == nil)
  }

  @Test func aRingOfClustersEnds() throws {
    let disk = disk(16) {
      $0[512 + 4] = 2; $0[512 + 5] = 0
    }
    #expect(try fatHolds(["EFI        ", "NONE       "], on: disk, start: 0, size: disk.size) == false)
  }

  @Test func aFolderBeyondTheDiskCannotBeTold() throws {
    let disk = disk(12) { $0[1024 + 32 + 26] = 0xF0 }
    #expect(try fatHolds(Self.loader, on: disk, start: 0, size: disk.size) == nil)
  }

  @Test(arguments: 11..<60) func noNumberOfTheHeadStopsUs(_ place: Int) throws {
    for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
      for bits in [12, 16] {
        let disk = disk(bits) { $0[place] = value }
        _ = try fatHolds(Self.loader, on: disk, start: 0, size: disk.size)
      }
    }
  }
}
