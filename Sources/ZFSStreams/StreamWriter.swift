package import Model

/// Writes a volume as the plain full stream that `zfs send` makes of it: no feature bit, so that illumos and OpenZFS
/// both receive it.
///
/// ```swift
/// var out: [UInt8] = []
/// var writer = StreamWriter(volume, into: &out)
/// writer.skip(to: firstData)
/// writer.add(blocks.span.bytes, into: &out)
/// writer.finish(into: &out)
/// ```
/// Shape: blocks in rising order; blocks of zeros become holes, like what is skipped. The bytes appended to `out` are
/// to be sent on in order; the caller empties it when it likes.
package struct StreamWriter: Sendable {
  /// What the stream says of its volume.
  package struct Volume: Hashable, Sendable {
    /// `pool/volume@snapshot`, at most 255 bytes, with an `@`.
    package var snapshot: String
    /// Not 0.
    package var guid: UInt64
    /// Of the snapshot, seconds since 1970.
    package var creationTime: UInt64
    /// A multiple of `blockSize`, above 0.
    package var size: ByteCount
    /// A power of two, 512...131072.
    package var blockSize: Int

    package init(snapshot: String, guid: UInt64, creationTime: UInt64, size: ByteCount, blockSize: Int) {
      precondition(
        snapshot.contains("@") && snapshot.utf8.count < 256 && !snapshot.utf8.contains(0), "no snapshot name")
      precondition(guid != 0, "a snapshot has a guid")
      precondition(blockSize.nonzeroBitCount == 1 && (512...131072).contains(blockSize), "no volume block size")
      precondition(size.bytes > 0 && size.bytes % Int64(blockSize) == 0, "a volume has whole blocks")
      self.snapshot = snapshot
      self.guid = guid
      self.creationTime = creationTime
      self.size = size
      self.blockSize = blockSize
    }
  }

  private let volume: Volume
  private let bigEndian: Bool
  private var fletcher: Fletcher4
  /// Where the next block belongs.
  private var position: Int64 = 0
  /// Where the hole before `position` begins.
  private var holeStart: Int64 = 0

  /// Begins the stream. Big-endian ones are what SPARC machines send.
  package init(_ volume: Volume, bigEndian: Bool = false, into out: inout [UInt8]) {
    self.volume = volume
    self.bigEndian = bigEndian
    fletcher = Fletcher4(bigEndian: bigEndian)
    begin(into: &out)
    object(1, type: 23, blockSize: UInt32(volume.blockSize), into: &out)
    free(1, UInt64(volume.size.bytes), RecordHeader.toObjectEnd, into: &out)
  }

  /// Leaves everything up to `offset` zero.
  ///
  /// - Precondition: `offset` is a multiple of the block size, not before the last block, not beyond the volume.
  package mutating func skip(to offset: Int64) {
    precondition(offset >= position && offset <= volume.size.bytes && offset % Int64(volume.blockSize) == 0)
    position = offset
  }

  /// Adds whole blocks.
  ///
  /// - Precondition: a multiple of the block size, inside the volume.
  package mutating func add(_ blocks: RawSpan, into out: inout [UInt8]) {
    precondition(blocks.byteCount % volume.blockSize == 0)
    precondition(Int64(blocks.byteCount) <= volume.size.bytes - position)
    for start in stride(from: 0, to: blocks.byteCount, by: volume.blockSize) {
      let block = blocks.extracting(start..<(start + volume.blockSize))
      let offset = position
      position += Int64(volume.blockSize)
      if block.isZero { continue }
      closeHole(at: offset, into: &out)
      write(1, type: 23, offset: UInt64(offset), block, into: &out)
      holeStart = position
    }
  }

  /// Ends the stream; what was not added is zero.
  package consuming func finish(into out: inout [UInt8]) {
    closeHole(at: volume.size.bytes, into: &out)
    let size = VolumeProperties.blockSize
    object(2, type: 24, blockSize: UInt32(size), into: &out)
    free(2, UInt64(size), RecordHeader.toObjectEnd, into: &out)
    let block = VolumeProperties.block(size: UInt64(volume.size.bytes), salt: volume.guid | 1, bigEndian: bigEndian)
    write(2, type: 24, offset: 0, block.span.bytes, into: &out)
    // To the end of the object's indirect block, and of the block of objects: real senders say so.
    free(2, UInt64(size), UInt64(2 * size), into: &out)
    freeObjects(3, 29, into: &out)
    end(into: &out)
  }

  private mutating func closeHole(at offset: Int64, into out: inout [UInt8]) {
    if offset > holeStart { free(1, UInt64(holeStart), UInt64(offset - holeStart), into: &out) }
  }
}

// MARK: - Records

extension StreamWriter {
  private func header(_ type: RecordType) -> RecordHeader {
    var header = RecordHeader()
    header.bigEndian = bigEndian
    header.set(0, type.rawValue)
    return header
  }

  /// Appends a record that is not BEGIN, with its checksum.
  private mutating func emit(_ header: RecordHeader, into out: inout [UInt8]) {
    var header = header
    fletcher.update(header, 0..<RecordHeader.checksumOffset)
    header.set(RecordHeader.checksumOffset, fletcher.sum)
    fletcher.update(header, RecordHeader.checksumOffset..<RecordHeader.size)
    header.bytes.span.withUnsafeBytes { out.append(contentsOf: $0) }
  }

  private mutating func begin(into out: inout [UInt8]) {
    var h = header(.begin)
    h.set(8, RecordHeader.magic)
    h.set(16, UInt64(1))  // a stream, no features
    h.set(24, volume.creationTime)
    h.set(32, UInt32(3))  // a volume
    h.set(36, UInt32(0xc))  // FREERECORDS, SPILL_BLOCK: as every full send has them
    h.set(40, volume.guid)
    for (index, byte) in volume.snapshot.utf8.enumerated() { h.set(56 + index, byte) }
    fletcher.update(h, 0..<RecordHeader.size)
    h.bytes.span.withUnsafeBytes { out.append(contentsOf: $0) }
  }

  private mutating func object(_ number: UInt64, type: UInt32, blockSize: UInt32, into out: inout [UInt8]) {
    var h = header(.object)
    h.set(8, number)
    h.set(16, type)
    h.set(24, blockSize)
    h.set(34, UInt8(1))  // dnode slots
    h.set(40, volume.guid)
    emit(h, into: &out)
  }

  private mutating func write(
    _ object: UInt64, type: UInt32, offset: UInt64, _ block: RawSpan, into out: inout [UInt8]
  ) {
    var h = header(.write)
    h.set(8, object)
    h.set(16, type)
    h.set(24, offset)
    h.set(32, UInt64(block.byteCount))
    h.set(40, volume.guid)
    h.set(48, UInt8(2))  // no checksum of the block on the sender's disk, as for split and decrypted blocks
    emit(h, into: &out)
    fletcher.update(block)
    block.withUnsafeBytes { out.append(contentsOf: $0) }
  }

  private mutating func free(_ object: UInt64, _ offset: UInt64, _ length: UInt64, into out: inout [UInt8]) {
    var h = header(.free)
    h.set(8, object)
    h.set(16, offset)
    h.set(24, length)
    h.set(32, volume.guid)
    emit(h, into: &out)
  }

  private mutating func freeObjects(_ first: UInt64, _ count: UInt64, into out: inout [UInt8]) {
    var h = header(.freeObjects)
    h.set(8, first)
    h.set(16, count)
    h.set(24, volume.guid)
    emit(h, into: &out)
  }

  private mutating func end(into out: inout [UInt8]) {
    var h = header(.end)
    h.set(8, fletcher.sum)
    h.set(40, volume.guid)
    emit(h, into: &out)
  }
}
