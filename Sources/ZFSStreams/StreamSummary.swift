package import Model

/// Where bytes of a volume belong; made while the stream is read, before its checksums have vouched for it.
package enum Placement: Hashable, Sendable {
  /// The bytes `source` of the chunk just given belong at `offset`. A block may come in several pieces.
  case write(offset: Int64, source: Range<Int>)
  /// A block that came packed belongs at `offset`; its bytes are the reader's ``StreamReader/unpacked``, until the
  /// next call of ``StreamReader/next(in:at:)``.
  case unpacked(offset: Int64)
  /// The range is zero; it lies below the limit, but may go beyond the volume's end.
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
  /// All records, those of a package around the stream included.
  package var records: Int
  /// Bytes of the stream.
  package var length: Int64
  /// The same and more for reports; records are those of the volume's own stream only.
  package var facts: StreamFacts
}
