import Model

// The file systems of DOS and Windows. All begin with a jump, a name, and numbers that say how to read on.

/// FAT12, FAT16 and FAT32.
func fat(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has([0x55, 0xaa], at: 510), [0xeb, 0xe9].contains(head.byte(0)) else { return nil }
  let sane =
    [512, 1024, 2048, 4096].contains(head.little16(11)) && head.byte(13).nonzeroBitCount == 1
    && head.little16(14) > 0 && (1...2).contains(head.byte(16)) && (head.byte(21) == 0xf0 || head.byte(21) >= 0xf8)
  guard sane else { return nil }
  // FAT32 has no fixed root folder, and a longer header.
  let isFAT32 = head.little16(17) == 0 && head.little16(22) == 0
  guard isFAT32 ? head.little32(36) > 0 : head.little16(22) > 0 else { return nil }
  let extended = isFAT32 ? 0x42 : 0x26
  guard [0x28, 0x29].contains(head.byte(extended)) else { return FileSystemFacts(kind: "vfat") }
  let name = label(head.part(extended + 5, 11))
  return FileSystemFacts(
    kind: "vfat", label: head.byte(extended) == 0x29 && name != "NO NAME" ? name : nil,
    uuid: serial(head.little32(extended + 1)))
}

/// `1234-ABCD`; nil for zero.
private func serial(_ number: UInt32) -> String? {
  guard number != 0 else { return nil }
  return hexadecimal(number >> 16, digits: 4) + "-" + hexadecimal(number & 0xffff, digits: 4)
}

func exfatHead(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has("EXFAT   ", at: 3), head.has([0x55, 0xaa], at: 510) else { return nil }
  return FileSystemFacts(kind: "exfat", uuid: serial(head.little32(100)))
}

/// Adds the label, which is an entry (83) of the root folder; its first 4 KiB are looked at.
func exfat(_ region: Region, _ head: [UInt8], _ found: FileSystemFacts) throws -> FileSystemFacts {
  var facts = found
  let (sectorShift, clusterShift) = (head.byte(108), head.byte(109))
  guard (9...12).contains(sectorShift), clusterShift <= 25 - sectorShift, head.little32(96) >= 2 else { return facts }
  let heap = Int64(head.little32(88)) << sectorShift
  let place = heap + (Int64(head.little32(96)) - 2) << (sectorShift + clusterShift)
  guard let folder = try region.read(place, 4096) else { return facts }
  for at in stride(from: 0, to: folder.count, by: 32) where folder.byte(at) == 0x83 {
    facts.label = label(utf16: folder.part(at + 2, 2 * min(11, Int(folder.byte(at + 1)))))
  }
  return facts
}

func ntfsHead(_ head: [UInt8]) -> FileSystemFacts? {
  guard head.has("NTFS    ", at: 3), head.has([0x55, 0xaa], at: 510) else { return nil }
  return FileSystemFacts(kind: "ntfs", uuid: hexadecimal(head.little64(0x48), digits: 16))
}

/// Adds the label, which is attribute 60 of the file `$Volume`, record 3 of the master file table.
func ntfs(_ region: Region, _ head: [UInt8], _ found: FileSystemFacts) throws -> FileSystemFacts {
  var facts = found
  let sector = Int64(head.little16(11))
  // Above 128 the cluster is 2 to the power of what is missing to 256.
  let code = head.byte(13)
  let cluster = code <= 128 ? sector * Int64(code) : code >= 240 ? sector << (256 - Int64(code)) : 0
  let recordCode = Int8(bitPattern: head.byte(0x40))
  let record = recordCode >= 0 ? cluster * Int64(recordCode) : 1 << min(62, -Int64(recordCode))
  guard (256...4096).contains(sector), (256...(4 << 20)).contains(cluster), (512...65536).contains(record),
    let table = Int64(exactly: head.little64(0x30)), table <= (region.size - 4 * record) / cluster,
    let bytes = try region.read(table * cluster + 3 * record, Int(record)), bytes.has("FILE", at: 0)
  else { return facts }
  var at = Int(bytes.little16(20))
  while at < bytes.count - 24 {
    let (type, length) = (bytes.little32(at), Int(bytes.little32(at + 4)))
    guard type != 0xffff_ffff, length >= 24, length <= bytes.count - at else { break }
    if type == 0x60, bytes.byte(at + 8) == 0 {
      let (size, offset) = (Int(bytes.little32(at + 16)), Int(bytes.little16(at + 20)))
      facts.label = label(utf16: bytes.part(at + offset, min(256, size)))
      break
    }
    at += length
  }
  return facts
}
