import CZlib

/// The CRC-32 of zlib, which GPT and gzip share.
func crc32(of bytes: [UInt8]) -> UInt32 {
  UInt32(truncatingIfNeeded: bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32(clamping: $0.count)) })
}

/// A header of a GUID partition table, primary or backup, as it stands on the disk.
///
/// - SeeAlso: UEFI specification, 5.3.2.
struct GPTHeader {
  static let magic = "EFI PART"

  private let bytes: [UInt8]

  /// Nil when the magic number is missing.
  init?(_ bytes: [UInt8]) {
    guard bytes.has(Self.magic, at: 0) else { return nil }
    self.bytes = bytes
  }

  var revision: UInt32 { bytes.little32(8) }
  var headerSize: UInt32 { bytes.little32(12) }
  private var checksum: UInt32 { bytes.little32(16) }
  var ownSector: UInt64 { bytes.little64(24) }
  var otherSector: UInt64 { bytes.little64(32) }
  var firstUsable: UInt64 { bytes.little64(40) }
  var lastUsable: UInt64 { bytes.little64(48) }
  var entriesSector: UInt64 { bytes.little64(72) }
  var entryCount: UInt32 { bytes.little32(80) }
  var entrySize: UInt32 { bytes.little32(84) }
  var entriesChecksum: UInt32 { bytes.little32(88) }

  /// What is wrong with it, standing at `sector`; nil when nothing is.
  func fault(at sector: Int64) -> String? {
    guard revision == 0x0001_0000 else { return "has the revision \(hexadecimal(revision, digits: 8)), not 00010000" }
    guard (92...UInt32(bytes.count)).contains(headerSize) else {
      return "says that it is \(headerSize) bytes long; 92 to \(bytes.count) can be"
    }
    var covered = Array(bytes.prefix(Int(headerSize)))
    covered.replaceSubrange(16..<20, with: [0, 0, 0, 0])
    guard crc32(of: covered) == checksum else { return "does not match its checksum (CRC-32)" }
    guard ownSector == UInt64(sector) else { return "says that it stands at sector \(ownSector)" }
    return nil
  }

  /// The bytes of its entries, or what keeps them from being read.
  ///
  /// Shape: 1...1024 entries of 128...4096 bytes, a power of two; so at most 4 MiB.
  func entries(on disk: DiskBytes, sectorSize: Int64) throws -> (bytes: [UInt8], fault: String?) {
    guard (1...1024).contains(entryCount) else { return ([], "has \(entryCount) entries; 1 to 1024 can be") }
    guard (128...4096).contains(entrySize), entrySize.nonzeroBitCount == 1 else {
      return ([], "has entries of \(entrySize) bytes; 128, 256, … 4096 can be")
    }
    let count = Int(entryCount) * Int(entrySize)
    let sectors = UInt64(disk.size / sectorSize)
    guard entriesSector > 1, entriesSector < sectors,
      let bytes = try disk.read(Int64(entriesSector) * sectorSize, count)
    else { return ([], "puts its entries at sector \(entriesSector), where they do not fit on the disk") }
    guard crc32(of: bytes) == entriesChecksum else { return (bytes, "has entries that do not match their checksum") }
    return (bytes, nil)
  }
}
