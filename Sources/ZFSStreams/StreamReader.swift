package import Model

/// Where bytes of a volume belong; made while the stream is read, before its checksums have vouched for it.
package enum Placement: Hashable, Sendable {
  /// The bytes `source` of the chunk just given belong at `offset`. A block may come in several pieces.
  case write(offset: Int64, source: Range<Int>)
  /// A block that came packed belongs at `offset`; its bytes are the reader's ``StreamReader/unpacked``.
  case unpacked(offset: Int64)
  /// The range is zero.
  case free(offset: Int64, length: Int64)
}

/// What a whole, verified stream was.
package struct StreamSummary: Hashable, Sendable {
  package var volumeSize: Int64
  package var blockSize: Int64
  /// `pool/volume@snapshot`, printable ASCII, everything else escaped as `\xNN`; never a path.
  package var snapshot: String
  package var guid: UInt64
  /// Of the snapshot, seconds since 1970.
  package var creationTime: UInt64
  /// Feature bits of BEGIN.
  package var features: UInt64
  package var bigEndian: Bool
  package var records: Int
  /// Bytes of the stream.
  package var length: Int64
}

/// Reads a ZFS send stream of one full, plain volume from chunks of any size, and says where its bytes belong.
///
/// ```swift
/// var reader = StreamReader(limit: .gibibytes(10))
/// for chunk in chunks {
///   var position = 0
///   while let placement = try reader.next(in: chunk.span.bytes, at: &position) { place(placement, of: chunk) }
/// }
/// let summary = try reader.finish()  // only now are the bytes known to be good
/// ```
/// Shape: both byte orders; a package (`zfs send -p`, `-R`) of one stream is unwrapped. Payloads are not copied;
/// a header, an nvlist up to 1 MiB and the property block are all that is ever held.
///
/// Every checksum is verified, but a damaged payload shows only at the next record: what was placed is provisional
/// until ``finish()`` has returned. Other kinds of stream are refused by name. After an error the reader is dead and
/// throws the same error again.
package struct StreamReader: Sendable {
  enum State: Sendable {
    /// Between records, or inside a header.
    case header
    case payload(Payload, left: Int)
  }

  /// What the bytes after a header are for.
  enum Payload: Sendable {
    /// Of the data object; the place of the next byte.
    case data(offset: Int64)
    /// Held until whole: the property block, or a BEGIN's nvlist.
    case properties, nvlist
    /// Checked by the sum only.
    case ignored
  }

  /// Where the stream stands, seen from outside of its records.
  enum Stage: Sendable {
    case start
    /// Inside a package's own frame, or behind it.
    case packageHeader, packageBody, packageEnd
    case stream(inPackage: Bool)
    case done
  }

  /// Longest nvlist that a plain stream's BEGIN may carry; volumes have none.
  static let heldListLimit = 1 << 20

  private let limit: Int64
  private var state = State.header
  private var stage = Stage.start
  private var header = RecordHeader()
  private var headerCount = 0
  private var fletcher = Fletcher4(bigEndian: false)
  private var held: [UInt8] = []
  private var begin: BeginRecord?
  private var rules: VolumeRules?
  private var failure: ZFSStreamError?
  /// The block of the last ``Placement/unpacked(offset:)``, until the next call of ``next(in:at:)``.
  package private(set) var unpacked: [UInt8] = []

  /// The record under way, counted from 1.
  package private(set) var record = 1
  /// First byte of the record under way.
  package private(set) var recordOffset: Int64 = 0
  /// Bytes read so far.
  package private(set) var length: Int64 = 0

  /// - Parameter limit: the largest volume taken; offsets beyond it are errors before anybody seeks there.
  package init(limit: ByteCount) { self.limit = limit.bytes }

  /// Reads on from `chunk[position...]` and moves `position`, up to the next placement.
  ///
  /// - Returns: nil when the chunk is used up.
  package mutating func next(in chunk: RawSpan, at position: inout Int) throws(ZFSStreamError) -> Placement? {
    if let failure { throw failure }
    do throws(Flaw) {
      while position < chunk.byteCount {
        let start = position
        if let placement = try step(chunk, &position) {
          length += Int64(position - start)
          return placement
        }
        length += Int64(position - start)
      }
      return nil
    } catch {
      throw fail(error)
    }
  }

  /// Ends the stream: all of it came, and every checksum was right.
  package mutating func finish() throws(ZFSStreamError) -> StreamSummary {
    if let failure { throw failure }
    guard case .done = stage, headerCount == 0, let begin, let rules else { throw fail(cutOff()) }
    do throws(Flaw) {
      return StreamSummary(
        volumeSize: try rules.finalSize(), blockSize: Int64(rules.blockSize), snapshot: begin.name, guid: begin.guid,
        creationTime: begin.creationTime, features: begin.features.bits, bigEndian: header.bigEndian,
        records: record - 1, length: length)
    } catch {
      throw fail(error)
    }
  }

  private func cutOff() -> Flaw {
    let place: String =
      switch (state, headerCount) {
      case (.payload, _): "inside the payload of a \(header.name) record"
      case (.header, 0): length == 0 ? "before its first byte" : "between two records"
      default: "inside a record header"
      }
    return Flaw(
      kind: .truncated,
      message: "the stream ends after \(length) bytes, \(place); its END record is missing: copy or make the file anew")
  }

  private mutating func fail(_ flaw: Flaw) -> ZFSStreamError {
    let error = ZFSStreamError(kind: flaw.kind, record: record, offset: recordOffset, message: flaw.message)
    failure = error
    return error
  }

  // MARK: - One step

  private mutating func step(_ chunk: RawSpan, _ position: inout Int) throws(Flaw) -> Placement? {
    switch state {
    case .header: return try takeHeader(chunk, &position)
    case .payload(let payload, let left):
      let range = position..<min(chunk.byteCount, position + left)
      fletcher.update(chunk.extracting(range))
      position = range.upperBound
      return try take(payload, chunk, range, left - range.count)
    }
  }

  private mutating func take(
    _ payload: Payload, _ chunk: RawSpan, _ range: Range<Int>, _ left: Int
  ) throws(Flaw) -> Placement? {
    var placement: Placement?
    var rest = payload
    switch payload {
    case .data(let offset):
      placement = .write(offset: offset, source: range)
      rest = .data(offset: offset + Int64(range.count))
    case .properties, .nvlist:
      chunk.extracting(range).withUnsafeBytes { held.append(contentsOf: $0) }
    case .ignored: break
    }
    guard left == 0 else {
      state = .payload(rest, left: left)
      return placement
    }
    if case .properties = payload { try rules?.properties(held, bigEndian: header.bigEndian) }
    if case .nvlist = payload { try refuseRedacted() }
    nextRecord(length: Int64(range.upperBound - range.lowerBound))
    return placement
  }

  private mutating func nextRecord(length last: Int64) {
    state = .header
    held.removeAll(keepingCapacity: true)
    headerCount = 0
    record += 1
    recordOffset = length + last
  }

  private mutating func takeHeader(_ chunk: RawSpan, _ position: inout Int) throws(Flaw) -> Placement? {
    if case .done = stage { throw bytesAfterEnd() }
    let count = min(RecordHeader.size - headerCount, chunk.byteCount - position)
    chunk.extracting(position..<(position + count)).withUnsafeBytes { raw in
      header.bytes.withUnsafeMutableBytes { $0[headerCount..<(headerCount + count)].copyBytes(from: raw) }
    }
    position += count
    headerCount += count
    guard headerCount == RecordHeader.size else { return nil }
    let (placement, payload, size) = try judge()
    if size > 0 {
      state = .payload(payload, left: size)
    } else {
      nextRecord(length: Int64(count))
    }
    return placement
  }

  private func bytesAfterEnd() -> Flaw {
    .damaged("bytes follow the END record, at which receivers stop reading; an image holds one stream and nothing else")
  }
}

// MARK: - Records

extension StreamReader {
  private typealias Judged = (Placement?, Payload, Int)

  /// Judges a whole header and all that it announces, before any byte of its payload is looked at.
  private mutating func judge() throws(Flaw) -> Judged {
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
      guard header.type == .end, header.bytes.dropFirst(8).allSatisfy({ $0 == 0 }) else {
        throw .damaged("a \(header.name) record where the package ends")
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
    fletcher = Fletcher4(bigEndian: header.bigEndian)
    fletcher.update(header, 0..<RecordHeader.size)
    if begin.shape == .package {
      guard !inPackage else { throw .damaged("a package inside a package") }
      stage = .packageHeader
      return (nil, .ignored, begin.payloadLength)
    }
    guard begin.payloadLength <= Self.heldListLimit else {
      throw .damaged("BEGIN carries an nvlist of \(begin.payloadLength) bytes; a volume's stream has none")
    }
    self.begin = begin
    rules = VolumeRules(features: begin.features, limit: limit)
    stage = .stream(inPackage: inPackage)
    return (nil, .nvlist, begin.payloadLength)
  }

  private func refuseRedacted() throws(Flaw) {
    let key = Array("redact_snaps".utf8)
    let found = held.indices.dropLast(key.count - 1).contains { held[$0...].starts(with: key) }
    if found {
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
    switch type {
    case .object: return (nil, .ignored, try rules!.object(header))
    case .write:
      let (size, offset) = try rules!.write(header)
      return (nil, offset.map { .data(offset: $0) } ?? .properties, size)
    case .free:
      let hole = try rules!.free(header)
      return (hole.map { .free(offset: $0.offset, length: $0.length) }, .ignored, 0)
    case .freeObjects:
      try rules!.freeObjects(header)
      return (nil, .ignored, 0)
    case .end:
      _ = try rules!.finalSize()
      stage = inPackage ? .packageEnd : .done
      return (nil, .ignored, 0)
    case .writeEmbedded:
      throw .refused(.embedded, "the stream has embedded blocks; send without -e and -w, so that ZFS writes them out")
    case .writeByReference:
      throw .refused(.deduplicated, "the stream refers to earlier blocks (zfs send -D); send without -D")
    case .redact:
      throw .refused(.redacted, "a range was left out on purpose (redacted send); send the snapshot without --redact")
    case .objectRange:
      throw .refused(.encrypted, "an OBJECT_RANGE record of an encrypted stream (zfs send -w); send without -w")
    case .begin: throw .damaged("a second BEGIN inside the stream")
    case .spill: throw .damaged("a SPILL record, which only file systems have")
    }
  }
}
