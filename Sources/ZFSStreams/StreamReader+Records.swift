/// What each record means where it comes, judged before any byte of its payload is looked at.
extension StreamReader {
  /// A placement at once, what the payload is for, and its bytes.
  typealias Judged = (Placement?, Payload, Int)

  /// Longest nvlist that is taken; that of a package of one volume has less than a KiB.
  static let listLimit = 16 << 20

  mutating func judge() throws(Flaw) -> Judged {
    switch stage {
    case .start: return try takeBegin(inPackage: false)
    case .packageHeader:
      try checkSum()
      guard header.type == .end else { throw .damaged("a \(header.name) record where the package's header ends") }
      stage = .packageBody
      return (nil, .ignored, 0)
    case .packageBody:
      guard header.type == .begin else {
        throw .damaged("a \(header.name) record where the package's stream begins; the package holds no volume")
      }
      return try takeBegin(inPackage: true)
    case .packageEnd:
      if header.type == .begin {
        throw .refused(
          .multipleDatasets,
          "the package holds more than one snapshot; SmartOS takes exactly one: send it alone, zfs send SNAPSHOT")
      }
      guard header.type == .end, header.isZero(from: 4) else {
        throw .damaged("a \(header.name) record where the package ends; its END is all zero")
      }
      stage = .done
      return (nil, .ignored, 0)
    case .stream(let inPackage):
      try checkSum()
      return try takeRecord(inPackage: inPackage)
    case .done: throw bytesAfterEnd()
    }
  }

  private mutating func takeBegin(inPackage: Bool) throws(Flaw) -> Judged {
    header.bigEndian = false
    if header.u64(8) != RecordHeader.magic {
      header.bigEndian = true
      guard header.u64(8) == RecordHeader.magic else {
        throw .damaged("no ZFS send stream: it does not begin with the magic number of a BEGIN record")
      }
    }
    guard header.type == .begin else { throw .damaged("the stream begins with a \(header.name) record, not BEGIN") }
    let begin = try BeginRecord(header)
    guard begin.payloadLength <= Self.listLimit else {
      throw .refused(
        .multipleDatasets,
        "BEGIN carries an nvlist of \(begin.payloadLength) bytes, which is that of very many data sets; "
          + "send one snapshot alone: zfs send SNAPSHOT")
    }
    fletcher = Fletcher4(bigEndian: header.bigEndian)
    fletcher.update(header, 0..<RecordHeader.size)
    if begin.shape == .package {
      guard !inPackage else { throw .damaged("a package inside a package") }
      tally.package(begin.features)
      packageBigEndian = header.bigEndian
      stage = .packageHeader
    } else {
      self.begin = begin
      tally.record(.begin)
      rules = VolumeRules(features: begin.features, limit: limit, bigEndian: header.bigEndian)
      stage = .stream(inPackage: inPackage)
    }
    return (nil, .nvlist, begin.payloadLength)
  }

  /// Takes the nvlist of a BEGIN.
  mutating func takeList(_ bytes: [UInt8]) throws(Flaw) {
    var tally = tally
    var redacted = false
    let ofPackage = if case .packageHeader = stage { true } else { false }
    try NVList.walk(bytes) { pair in
      if ofPackage {
        tally.package(pair)
      } else if pair.path == ["redact_snaps"] {
        redacted = true
      }
    }
    self.tally = tally
    if redacted {
      throw .refused(.redacted, "blocks were left out on purpose (redacted data set); send an unredacted snapshot")
    }
  }

  /// Compares the sum so far with the header's own, and feeds the header. Four zeros stand for no checksum.
  private mutating func checkSum() throws(Flaw) {
    if header.type == .end, header.sum(8) != fletcher.sum {
      throw .damaged(
        "the END checksum does not match: this record or the one before it is damaged; "
          + "copy or make the file anew")
    }
    fletcher.update(header, 0..<RecordHeader.checksumOffset)
    let stored = header.sum(RecordHeader.checksumOffset)
    guard stored.isZero || stored == fletcher.sum else {
      throw .damaged(
        "checksum mismatch: the header of this record or the payload of the one before it is damaged; "
          + "copy or make the file anew"
      )
    }
    fletcher.update(header, RecordHeader.checksumOffset..<RecordHeader.size)
  }

  private mutating func takeRecord(inPackage: Bool) throws(Flaw) -> Judged {
    guard let type = header.type else { throw .damaged("a record \(header.name); known are 0 to 10") }
    guard let features = rules?.features else { throw .damaged("a \(header.name) record before BEGIN") }
    tally.record(type)
    switch type {
    case .object:
      tally.object(header)
      return (nil, .ignored, try rules?.object(header) ?? 0)
    case .write: return try takeBlock(BlockRecord(write: header, features))
    case .writeEmbedded: return try takeBlock(BlockRecord(embedded: header, features))
    case .free:
      let hole = try rules?.free(header)
      return (hole.map { .free(offset: $0.offset, length: $0.length) }, .ignored, 0)
    case .freeObjects:
      try rules?.freeObjects(header)
      return (nil, .ignored, 0)
    case .end:
      try rules?.end()
      stage = inPackage ? .packageEnd : .done
      if inPackage { header.bigEndian = packageBigEndian }
      return (nil, .ignored, 0)
    case .writeByReference:
      throw .refused(
        .deduplicated,
        "the stream refers to earlier blocks (zfs send -D); send without -D, or pass it through zstream redup")
    case .redact:
      throw .refused(.redacted, "a range was left out on purpose (redacted send); send the snapshot without --redact")
    case .objectRange:
      throw .refused(.encrypted, "an OBJECT_RANGE record of an encrypted stream (zfs send -w); send without -w")
    case .begin: throw .damaged("a second BEGIN inside the stream")
    case .spill: throw .damaged("a SPILL record, which only file systems have; send a snapshot of a zvol")
    }
  }

  private mutating func takeBlock(_ block: BlockRecord) throws(Flaw) -> Judged {
    let place = try rules?.place(block)
    tally.block(block)
    if block.packing == nil, let place { return (nil, .data(offset: place), block.wire) }
    return (nil, .block(block, place: place), block.wire)
  }
}
