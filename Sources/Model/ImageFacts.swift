/// What intake learnt of an image; all optional, since a bad image stops it half-way.
package struct IntakeFacts: Codable, Hashable, Sendable {
  /// From the manifest.
  package var name: String?
  package var version: String?
  package var uuid: String?
  /// Of the image file as it is.
  package var sha1: String?
  /// Bytes of the image file.
  package var fileSize: Int64?
  /// What the image file is packed with, by its magic bytes.
  package var container: Container?
  /// What is in it.
  package var format: ImageFormat?
  /// Bytes of the volume, or of the disk in a raw or qcow2 image.
  package var volumeSize: Int64?
  /// Of the volume, bytes.
  package var blockSize: Int64?
  /// `pool/volume@snapshot` as the stream says; never used as a path.
  package var snapshot: String?
  /// More of the stream, when all of it was sound.
  package var stream: StreamFacts?
  /// What stands on the disk, when it was rebuilt.
  package var disk: DiskFacts?
  package var seconds: Double?
  package init() {}
}

/// What an image file is packed with.
package enum Container: String, Codable, CaseIterable, Sendable {
  case none, gzip, bzip2, xz, zstd
}

/// What form a disk comes in.
package enum ImageFormat: String, Codable, CaseIterable, Sendable {
  case zfs, raw, qcow2
}

/// What a whole, verified ZFS stream was.
package struct StreamFacts: Codable, Hashable, Sendable {
  /// Of the snapshot, decimal: JSON numbers do not hold 64 bits.
  package var guid: String
  /// Of the snapshot, seconds since 1970.
  package var creationTime: UInt64
  /// Names of the feature bits, as `zstream dump` has them; unknown ones as `bit N`.
  package var features: [String]
  package var bigEndian: Bool
  /// It came in a package (`zfs send -p`, `-R`).
  package var package: Bool
  /// How many records of each type, by the names of `zstream dump`.
  package var records: [String: Int]
  /// How many blocks of data were packed with what: `lz4`, `zstd`, `gzip-6`, `embedded lz4`, …; plain ones are `plain`.
  package var blocks: [String: Int]
  /// Bytes of the stream.
  package var length: Int64
  /// Rules S1 to S9 of SmartOS that it breaks: it is whole, but would not install there.
  package var smartOS: [SmartOSRefusal]

  package init(
    guid: String, creationTime: UInt64, features: [String] = [], bigEndian: Bool = false, package: Bool = false,
    records: [String: Int] = [:], blocks: [String: Int] = [:], length: Int64, smartOS: [SmartOSRefusal] = []
  ) {
    (self.guid, self.creationTime, self.features, self.bigEndian) = (guid, creationTime, features, bigEndian)
    (self.package, self.records, self.blocks, self.length) = (package, records, blocks, length)
    self.smartOS = smartOS
  }
}

/// A rule that keeps a sound stream from being installed on SmartOS.
package struct SmartOSRefusal: Codable, Hashable, Sendable {
  /// `S1` … `S9`.
  package var rule: String
  /// What was found, and what SmartOS makes of it.
  package var message: String
  /// Only old pools refuse it (S7).
  package var oldPoolsOnly: Bool

  package init(_ rule: String, _ message: String, oldPoolsOnly: Bool = false) {
    (self.rule, self.message, self.oldPoolsOnly) = (rule, message, oldPoolsOnly)
  }
}

/// What stands on a disk, read without booting it.
package struct DiskFacts: Codable, Hashable, Sendable {
  package enum Table: String, Codable, Sendable { case none, mbr, gpt }
  package var table: Table
  /// The first sector has the signature 55 AA and code that is not all zero.
  package var bootCode: Bool
  package var partitions: [PartitionFacts]
  /// A file system on the bare disk, where there is no table.
  package var fileSystem: FileSystemFacts?
  /// What is wrong with the table: what, where, and what to do.
  package var problems: [String]
  /// What is odd, yet keeps no guest from starting.
  package var notes: [String]

  package init(
    table: Table, bootCode: Bool, partitions: [PartitionFacts] = [], fileSystem: FileSystemFacts? = nil,
    problems: [String] = [], notes: [String] = []
  ) {
    (self.table, self.bootCode, self.partitions) = (table, bootCode, partitions)
    (self.fileSystem, self.problems, self.notes) = (fileSystem, problems, notes)
  }
}

package struct PartitionFacts: Codable, Hashable, Sendable {
  /// As Linux numbers it: 1 … 4, logical ones from 5.
  package var number: Int
  /// Bytes from the start of the disk.
  package var start: Int64
  package var size: Int64
  /// `83`, or the GUID of a GPT's type.
  package var type: String
  /// What that type is, if it is a usual one: `Linux`, `BIOS boot`, `EFI system`, …
  package var typeName: String?
  /// The active flag of an MBR, or the legacy-BIOS-bootable attribute of a GPT.
  package var active: Bool
  /// Of a GPT entry.
  package var name: String?
  package var fileSystem: FileSystemFacts?

  package init(
    number: Int, start: Int64, size: Int64, type: String, typeName: String? = nil, active: Bool = false,
    name: String? = nil, fileSystem: FileSystemFacts? = nil
  ) {
    (self.number, self.start, self.size, self.type) = (number, start, size, type)
    (self.typeName, self.active, self.name, self.fileSystem) = (typeName, active, name, fileSystem)
  }
}

package struct FileSystemFacts: Codable, Hashable, Sendable {
  /// As blkid(8) names it: `ext4`, `xfs`, `vfat`, `btrfs`, `swap`, `LVM2_member`, …
  package var kind: String
  package var label: String?
  package var uuid: String?

  package init(kind: String, label: String? = nil, uuid: String? = nil) {
    (self.kind, self.label, self.uuid) = (kind, label, uuid)
  }
}
