package import Model

/// Reads a ZFS send stream of one full volume from chunks of any size, and says where its bytes belong.
///
/// ```swift
/// var reader = StreamReader(limit: .gibibytes(10))
/// for chunk in chunks {
///   var position = 0
///   while let placement = try reader.next(in: chunk.span.bytes, at: &position) { place(placement, of: chunk) }
/// }
/// let summary = try reader.finish()  // only now are the bytes known to be good
/// ```
/// Shape: both byte orders; a package (`zfs send -p`, `-R`) of one stream is unwrapped. Plain payloads are not copied;
/// compressed and embedded ones are gathered and unpacked, one block at a time. A packed block and what comes of it
/// (up to 16 MiB each), or an nvlist (up to 16 MiB), or the property object (up to 1 MiB) is all that is ever held.
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
    /// Of the data object, plain; the place of the next byte.
    case data(offset: Int64)
    /// Held until whole: a packed block, or one of the property object (whose `place` is nil).
    case block(BlockRecord, place: Int64?)
    /// Held until whole: a BEGIN's nvlist.
    case nvlist
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

  let limit: Int64
  var state = State.header
  var stage = Stage.start
  var header = RecordHeader()
  private var headerCount = 0
  var fletcher = Fletcher4(bigEndian: false)
  /// The payload under way, when it is held until whole.
  private var held: [UInt8] = []
  /// Byte order of the package's own records; that of the stream in it may differ.
  var packageBigEndian = false
  var begin: BeginRecord?
  var rules: VolumeRules?
  var tally = StreamTally()
  private let zstd = ZstdContext()
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
  package init(limit: ByteCount) { self.limit = max(0, limit.bytes) }

  /// Reads on from `chunk[position...]` and moves `position`, up to the next placement.
  ///
  /// - Returns: nil when the chunk is used up.
  package mutating func next(in chunk: RawSpan, at position: inout Int) throws(ZFSStreamError) -> Placement? {
    if let failure { throw failure }
    do throws(Flaw) {
      while position < chunk.byteCount {
        if let placement = try step(chunk, &position) { return placement }
      }
      return nil
    } catch {
      throw fail(error)
    }
  }

  /// Ends the stream: all of it came, and every checksum was right.
  package mutating func finish() throws(ZFSStreamError) -> StreamSummary {
    if let failure { throw failure }
    guard case .done = stage, headerCount == 0, let begin, let rules, let size = rules.volumeSize else {
      throw fail(cutOff())
    }
    let (blockSize, bigEndian) = (Int64(rules.blockSize), rules.bigEndian)
    return StreamSummary(
      volumeSize: Int64(size), blockSize: blockSize, snapshot: begin.name, guid: begin.guid,
      creationTime: begin.creationTime, features: begin.features.bits, bigEndian: bigEndian, records: record - 1,
      length: length, facts: tally.facts(begin, blockSize: blockSize, bigEndian: bigEndian, length: length))
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
      let range = position..<(position + min(chunk.byteCount - position, left))
      fletcher.update(chunk.extracting(range))
      position = range.upperBound
      length += Int64(range.count)
      return try take(payload, chunk, range, left: left - range.count)
    }
  }

  private mutating func take(
    _ payload: Payload, _ chunk: RawSpan, _ range: Range<Int>, left: Int
  ) throws(Flaw) -> Placement? {
    var placement: Placement?
    var rest = payload
    switch payload {
    case .data(let offset):
      placement = .write(offset: offset, source: range)
      rest = .data(offset: offset + Int64(range.count))
    case .block, .nvlist:
      chunk.extracting(range).withUnsafeBytes { held.append(contentsOf: $0) }
    case .ignored: break
    }
    guard left == 0 else {
      state = .payload(rest, left: left)
      return placement
    }
    switch payload {
    case .block(let block, let place): placement = try take(block, place)
    case .nvlist: try takeList(held)
    case .data, .ignored: break
    }
    fletcher.endPayload()
    nextRecord()
    return placement
  }

  /// Takes a block whose whole payload is held.
  private mutating func take(_ block: BlockRecord, _ place: Int64?) throws(Flaw) -> Placement? {
    if let packing = block.packing {
      held.removeLast(held.count - packing.stored)
      if unpacked.count != block.size { unpacked = [UInt8](repeating: 0, count: block.size) }
      try packing.compression.unpack(&held, into: &unpacked, size: packing.unpacked, zstd: zstd)
      unpacked.withUnsafeMutableBufferPointer { $0[packing.unpacked...].update(repeating: 0) }
    }
    if let place { return .unpacked(offset: place) }
    try rules?.takeProperties(block.packing == nil ? held : unpacked, at: block.offset)
    return nil
  }

  private mutating func nextRecord() {
    state = .header
    held.removeAll(keepingCapacity: true)
    headerCount = 0
    record += 1
    recordOffset = length
  }

  private mutating func takeHeader(_ chunk: RawSpan, _ position: inout Int) throws(Flaw) -> Placement? {
    if case .done = stage { throw bytesAfterEnd() }
    let count = min(RecordHeader.size - headerCount, chunk.byteCount - position)
    header.fill(chunk.extracting(position..<(position + count)), at: headerCount)
    position += count
    headerCount += count
    length += Int64(count)
    guard headerCount == RecordHeader.size else { return nil }
    let (placement, payload, size) = try judge()
    guard size > 0 else {
      nextRecord()
      return placement
    }
    switch payload {
    case .block, .nvlist: held.reserveCapacity(size)
    case .data, .ignored: break
    }
    state = .payload(payload, left: size)
    return placement
  }

  func bytesAfterEnd() -> Flaw {
    .damaged("bytes follow the END record, at which receivers stop reading; an image holds one stream and nothing else")
  }
}
