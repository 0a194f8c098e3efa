import Model

/// Counts what a stream brings, and notes what SmartOS would not take of it; one array slot a record, no more.
struct StreamTally: Sendable {
  /// By type; only of the volume's own stream, not of a package around it.
  private var records = InlineArray<11, Int>(repeating: 0)
  /// Blocks of data by compression, embedded ones behind the others.
  private var blocks = InlineArray<34, Int>(repeating: 0)
  private var zstdBlocks = 0
  /// Feature bits of the package's own BEGIN.
  private var packageFeatures: UInt64?
  /// Properties of objects and of the package that SmartOS does not know, in words.
  private var objectCompression: [String] = []
  private var objectChecksum: [String] = []
  private var properties: [String] = []

  /// Most properties that are told by name.
  private static let propertyLimit = 5

  mutating func record(_ type: RecordType) { records[Int(type.rawValue)] += 1 }

  mutating func object(_ h: borrowing RecordHeader) {
    let (number, checksum, compression) = (h.u64(8), h.u8(32), h.u8(33))
    if compression >= 16 { objectCompression.append("object \(number) asks for compression \(compression)") }
    if checksum >= 14 { objectChecksum.append("object \(number) asks for checksum \(checksum)") }
  }

  mutating func block(_ block: BlockRecord) {
    if block.packing?.compression == .zstd { zstdBlocks += 1 }
    guard block.object == 1 else { return }
    let number = Int(block.packing?.compression.number ?? 0)
    blocks[block.packing?.embedded == true ? Compression.count + number : number] += 1
  }

  /// A package's BEGIN.
  mutating func package(_ features: Features) { packageFeatures = features.bits }

  /// A pair of a package's nvlist: `fss`, a data set's guid, `props`, a property.
  mutating func package(_ pair: NVList.Pair) {
    guard pair.path.count == 4, pair.path[0] == "fss", pair.path[2] == "props" else { return }
    let (name, number) = (pair.path[3], pair.number ?? 0)
    let unknown =
      switch name {
      // The number holds a level, above seven bits.
      case "compression": number & 127 >= 16
      case "checksum", "dedup": number & 255 >= 14
      default: Self.unknownToSmartOS.contains(name)
      }
    guard unknown, properties.count <= Self.propertyLimit else { return }
    properties.append(pair.number.map { "\(name) = \($0)" } ?? name)
  }

  func facts(_ begin: BeginRecord, blockSize: Int64, bigEndian: Bool, length: Int64) -> StreamFacts {
    var recordCounts: [String: Int] = [:]
    for type in RecordType.allCases where records[Int(type.rawValue)] > 0 {
      recordCounts[type.name] = records[Int(type.rawValue)]
    }
    var blockCounts: [String: Int] = [:]
    for index in blocks.indices where blocks[index] > 0 {
      let name = Compression.name(UInt8(index % Compression.count))
      blockCounts[index < Compression.count ? name : "embedded \(name)"] = blocks[index]
    }
    return StreamFacts(
      guid: String(begin.guid), creationTime: begin.creationTime, features: begin.features.names, bigEndian: bigEndian,
      package: packageFeatures != nil, records: recordCounts, blocks: blockCounts, length: length,
      smartOS: smartOS(begin.features, blockSize: blockSize))
  }
}

// MARK: - Rules of SmartOS

/// S2 (record types), S6 (kinds of stream), S8 and S9 (bytes behind the end) never get here: they are errors.
extension StreamTally {
  /// The features that illumos knows (2024).
  private static let illumosFeatures: UInt64 = [0, 1, 2, 16, 17, 19, 20, 22, 23, 24, 26].reduce(0) { $0 | 1 << $1 }

  /// Properties of volumes that OpenZFS has and illumos lacks.
  private static let unknownToSmartOS: Set<String> = [
    "context", "defcontext", "direct", "fscontext", "prefetch", "rootcontext", "snapdev", "volmode", "volthreading",
  ]

  private func smartOS(_ features: Features, blockSize: Int64) -> [SmartOSRefusal] {
    var found: [SmartOSRefusal] = []
    let plainly = "send the snapshot plainly (zfs send SNAPSHOT, without -L, -c, -e, -w)"
    let unknown = Features(bits: (features.bits | (packageFeatures ?? 0)) & ~Self.illumosFeatures).names
    if !unknown.isEmpty {
      found.append(
        SmartOSRefusal(
          "S1",
          "the stream announces \(unknown.joined(separator: ", ")), which SmartOS answers with "
            + "\"stream has unsupported feature\"; \(plainly)"))
    }
    let zstd = (zstdBlocks > 0 ? ["\(zstdBlocks) blocks are compressed with zstd"] : []) + objectCompression
    if !zstd.isEmpty {
      found.append(
        SmartOSRefusal("S3", "\(zstd.joined(separator: ", ")), which SmartOS does not know (16, zstd); \(plainly)"))
    }
    if !objectChecksum.isEmpty {
      found.append(
        SmartOSRefusal(
          "S4",
          "\(objectChecksum.joined(separator: ", ")), which SmartOS does not know (14, blake3); "
            + "set the volume's checksum to sha256, rewrite it, and send it again"))
    }
    if !properties.isEmpty {
      let more = properties.count > Self.propertyLimit ? ", …" : ""
      let names = properties.prefix(Self.propertyLimit).map { BeginRecord.escaped($0.utf8) }.joined(separator: ", ")
      found.append(
        SmartOSRefusal(
          "S5",
          "the package sets properties that SmartOS does not know (\(names)\(more)): it \"cannot receive\" them; "
            + "send without -p, -R, -b"))
    }
    if let old = oldPools(features, blockSize: blockSize) { found.append(old) }
    return found
  }

  private func oldPools(_ features: Features, blockSize: Int64) -> SmartOSRefusal? {
    var needs: [String] = []
    if features.contains(.largeBlocks) || blockSize > 128 << 10 { needs.append("large_blocks") }
    if features.contains(.embedData) { needs.append("embedded_data") }
    if features.contains(.lz4) { needs.append("lz4_compress") }
    guard !needs.isEmpty else { return nil }
    return SmartOSRefusal(
      "S7",
      "the stream needs the pool features \(needs.joined(separator: ", ")); a SmartOS pool without them answers "
        + "\"pool must be upgraded\"", oldPoolsOnly: true)
  }
}
