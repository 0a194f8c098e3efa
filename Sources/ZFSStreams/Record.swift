/// The kinds of record, by their number on the wire.
enum RecordType: UInt32, CaseIterable, Sendable {
  case begin, object, freeObjects, write, free, end, writeByReference, spill, writeEmbedded, objectRange, redact

  /// The name that `zstream dump` prints.
  var name: String {
    switch self {
    case .begin: "BEGIN"
    case .object: "OBJECT"
    case .freeObjects: "FREEOBJECTS"
    case .write: "WRITE"
    case .free: "FREE"
    case .end: "END"
    case .writeByReference: "WRITE_BYREF"
    case .spill: "SPILL"
    case .writeEmbedded: "WRITE_EMBEDDED"
    case .objectRange: "OBJECT_RANGE"
    case .redact: "REDACT"
    }
  }
}

/// One 312-byte record header, read and written in the stream's byte order.
///
/// - SeeAlso: OpenZFS `dmu_replay_record_t`.
struct RecordHeader: Sendable {
  /// Bytes of every header.
  static let size = 312
  /// Where the record's own checksum stands, in every record but BEGIN.
  static let checksumOffset = 280
  static let magic: UInt64 = 0x2_F5BA_CBAC
  /// A FREE of this length goes to the end of the object.
  static let toObjectEnd = UInt64.max

  /// Inline, so that a record costs no allocation.
  var bytes = InlineArray<312, UInt8>(repeating: 0)
  var bigEndian = false

  /// Takes `piece` as the bytes from `offset` on.
  mutating func fill(_ piece: RawSpan, at offset: Int) {
    var target = bytes.mutableSpan
    target.withUnsafeMutableBytes { target in
      piece.withUnsafeBytes { target[offset..<(offset + $0.count)].copyBytes(from: $0) }
    }
  }

  func u8(_ offset: Int) -> UInt8 { bytes[offset] }

  func u32(_ offset: Int) -> UInt32 {
    let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return bigEndian ? UInt32(bigEndian: value) : UInt32(littleEndian: value)
  }

  func u64(_ offset: Int) -> UInt64 {
    let value = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
    return bigEndian ? UInt64(bigEndian: value) : UInt64(littleEndian: value)
  }

  /// Whether every byte from `offset` on is zero.
  func isZero(from offset: Int) -> Bool { bytes.span.bytes.extracting(offset..<Self.size).isZero }

  func sum(_ offset: Int) -> Fletcher4.Sum {
    .init(a: u64(offset), b: u64(offset + 8), c: u64(offset + 16), d: u64(offset + 24))
  }

  mutating func set(_ offset: Int, _ value: UInt8) { bytes[offset] = value }
  mutating func set(_ offset: Int, _ value: UInt32) { store(offset, bigEndian ? value.bigEndian : value.littleEndian) }
  mutating func set(_ offset: Int, _ value: UInt64) { store(offset, bigEndian ? value.bigEndian : value.littleEndian) }

  mutating func set(_ offset: Int, _ sum: Fletcher4.Sum) {
    set(offset, sum.a)
    set(offset + 8, sum.b)
    set(offset + 16, sum.c)
    set(offset + 24, sum.d)
  }

  private mutating func store<T: FixedWidthInteger>(_ offset: Int, _ value: T) {
    withUnsafeBytes(of: value) { raw in
      for (index, byte) in raw.enumerated() { bytes[offset + index] = byte }
    }
  }

  var type: RecordType? { RecordType(rawValue: u32(0)) }

  /// The record's name for people, also when it has none.
  var name: String { type?.name ?? "of unknown type \(u32(0))" }
}
