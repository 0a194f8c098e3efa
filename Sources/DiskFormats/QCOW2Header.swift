/// The header of a qcow2 file, when nothing in it leads beyond that file.
///
/// Read before qemu-img opens the file: qemu follows names of backing and data files that a header gives, with our
/// rights.
/// - SeeAlso: QEMU `docs/interop/qcow2.txt`.
package struct QCOW2Header: Hashable, Sendable {
  /// 2 or 3.
  package let version: Int
  /// Bytes of a cluster, 512 to 2 MiB.
  package let clusterSize: Int64
  /// Bytes of the disk, not 0.
  package let virtualSize: Int64
  /// Snapshots inside the file, which nobody will look at.
  package let snapshots: Int
  /// It was not closed after its last use; counts of references may be wrong, but not the disk's data.
  package let dirty: Bool

  package static let magic: [UInt8] = [0x51, 0x46, 0x49, 0xfb]

  /// Largest disk that qemu can describe with tables of the size that it takes: 2 EiB.
  private static let largestDisk: UInt64 = 1 << 61

  /// - Parameters:
  ///   - bytes: the start of the file: its first MiB, or all of a shorter one.
  ///   - fileSize: bytes of the file, to hold the tables' places against; nil when it is not known.
  package init(_ bytes: [UInt8], fileSize: Int64? = nil) throws(QCOW2Refusal) {
    guard bytes.has(Self.magic, at: 0) else {
      throw QCOW2Refusal(.notQCOW2, "no qcow2: it does not begin with 'QFI' and FB")
    }
    guard bytes.count >= 72 else { throw Self.cutOff(bytes.count) }
    let version = bytes.big32(4)
    guard version == 2 || version == 3 else {
      throw QCOW2Refusal(
        .unknownVersion, "the qcow2 is of version \(version), not 2 or 3; write it anew with qemu-img convert -O qcow2")
    }
    guard version == 2 || bytes.count >= 104 else { throw Self.cutOff(bytes.count) }
    (self.version, snapshots) = (Int(version), Int(bytes.big32(60)))
    let features = QCOW2Features(bits: version == 3 ? bytes.big64(72) : 0)
    dirty = features.isDirty
    // What leads beyond the file comes first: its numbers may be sound.
    if bytes.big64(8) != 0 { throw Self.backingFile(bytes) }
    try features.check()
    let encryption = bytes.big32(32)
    guard encryption == 0 else {
      throw QCOW2Refusal(
        .encrypted,
        "the qcow2 is encrypted (\(encryption == 1 ? "AES" : encryption == 2 ? "LUKS" : "method \(encryption)")); "
          + "decrypt it with qemu-img convert before it is published")
    }
    let clusterBits = bytes.big32(20)
    guard (9...21).contains(clusterBits) else {
      throw Self.nonsense("clusters of 2^\(clusterBits) bytes; 2^9 to 2^21 can be")
    }
    clusterSize = 1 << Int64(clusterBits)
    let size = bytes.big64(24)
    guard size > 0, size <= Self.largestDisk, size % 512 == 0 else { throw Self.nonsense("a disk of \(size) bytes") }
    virtualSize = Int64(size)
    let headerLength = version == 2 ? 72 : Int(bytes.big32(100))
    guard version == 2 || (headerLength >= 104 && headerLength % 8 == 0 && headerLength <= clusterSize) else {
      throw Self.nonsense("a header of \(headerLength) bytes; 104 to \(clusterSize) in steps of 8 can be")
    }
    try Self.checkTables(
      bytes, clusterSize: UInt64(clusterSize), size: size, wide: features.hasExtendedL2, fileSize: fileSize)
    guard version == 2 || bytes.big32(96) <= 6 else {
      throw Self.nonsense("reference counts of 2^\(bytes.big32(96)) bits; up to 2^6 can be")
    }
    if headerLength > 104, bytes.byte(104) > 1 {
      throw QCOW2Refusal(
        .unknownFeature,
        "the qcow2 is compressed by method \(bytes.byte(104)), which is neither zlib (0) nor zstd (1); write it anew with "
          + "qemu-img convert")
    }
    try QCOW2Features.walkExtensions(bytes, from: headerLength, to: Int(clusterSize))
  }

  /// Places and sizes of the tables that qemu loads when it opens the file.
  private static func checkTables(
    _ bytes: [UInt8], clusterSize: UInt64, size: UInt64, wide: Bool, fileSize: Int64?
  ) throws(QCOW2Refusal) {
    let entries = UInt64(bytes.big32(36))
    // An L1 entry leads to a cluster of L2 entries (8 bytes, or 16), each of which is one cluster of data.
    let covered = clusterSize * (clusterSize / (wide ? 16 : 8))
    let needed = (size - 1) / covered + 1
    // Room to grow is left in the table; more than that only makes qemu read the same clusters again and again.
    guard entries >= needed, entries <= min(4 << 20, 2 * needed + 1024) else {
      throw nonsense("an L1 table of \(entries) entries, where a disk of \(size) bytes needs \(needed)")
    }
    let counts = UInt64(bytes.big32(56))
    guard counts >= 1, counts * clusterSize <= 8 << 20 else {
      throw nonsense("a table of reference counts of \(counts) clusters; 1 cluster to 8 MiB can be")
    }
    let snapshots = bytes.big32(60)
    guard snapshots <= 65536 else { throw nonsense("\(snapshots) snapshots; 65536 can be") }
    let places = [
      ("L1 table", bytes.big64(40), entries * 8), ("table of reference counts", bytes.big64(48), counts * clusterSize),
      // A snapshot takes 40 bytes at least.
      ("list of snapshots", snapshots == 0 ? clusterSize : bytes.big64(64), UInt64(snapshots) * 40),
    ]
    for (name, offset, length) in places {
      guard offset >= clusterSize, offset % clusterSize == 0, offset < 1 << 56 else {
        throw nonsense("its \(name) at byte \(offset); whole clusters behind the first can be")
      }
      if let fileSize, length > 0, Int64(offset + length) > fileSize {
        throw QCOW2Refusal(
          .nonsense,
          "the qcow2 is cut off: its \(name) stands at bytes \(offset) to \(offset + length), beyond the file's "
            + "\(fileSize); copy or make the file anew")
      }
    }
  }

  private static func backingFile(_ bytes: [UInt8]) -> QCOW2Refusal {
    let length = Int(min(bytes.big32(16), 1023))
    let name = Int(exactly: bytes.big64(8)).flatMap { label(bytes.part($0, length)) }
    return QCOW2Refusal(
      .backingFile,
      "the qcow2 has a backing file\(name.map { " '\($0)'" } ?? ""), so it is only a difference: give it all of its data "
        + "with 'qemu-img convert -O qcow2 IN OUT' or 'qemu-img rebase -b \"\" IN'")
  }

  static func nonsense(_ what: String) -> QCOW2Refusal {
    QCOW2Refusal(.nonsense, "the qcow2 header has \(what): it is damaged; copy or make the file anew")
  }

  private static func cutOff(_ count: Int) -> QCOW2Refusal {
    QCOW2Refusal(.notQCOW2, "the qcow2 ends after \(count) bytes, inside its header; copy or make the file anew")
  }
}
