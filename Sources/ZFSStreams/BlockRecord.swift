/// What a WRITE or WRITE_EMBEDDED record says of its block; all but its place is checked when it is made.
struct BlockRecord: Sendable {
  /// A payload that is not the block as it is.
  struct Packing: Sendable {
    var compression: Compression
    /// Bytes of the payload that count, its padding left out.
    var stored: Int
    /// Bytes that come of it; the rest of an embedded block is zero.
    var unpacked: Int
    var embedded: Bool
  }

  var record: RecordType
  var object: UInt64
  /// Of the object, where the record says it.
  var objectType: UInt32?
  var offset: UInt64
  /// Bytes of the block, at most ``VolumeRules/largestBlock``.
  var size: Int
  /// Nil: the payload is the block.
  var packing: Packing?
  /// Bytes of payload on the wire.
  var wire: Int

  /// Most bytes that fit into a block pointer.
  static let embeddedLimit: UInt32 = 112

  /// Reads a WRITE.
  init(write h: borrowing RecordHeader, _ features: Features) throws(Flaw) {
    record = .write
    (object, objectType, offset) = (h.u64(8), h.u32(16), h.u64(24))
    size = try Self.size(h.u64(32), "WRITE", features)
    wire = size
    guard h.u8(49) & 2 == 0 else { throw .damaged("a WRITE with a raw-send flag in a stream that is not raw") }
    guard h.u8(50) != 0 else { return }
    let compression = try Compression(h.u8(50), "WRITE")
    try features.require(.compressed, "the WRITE has a compressed payload (\(compression.name))")
    if let feature = compression.feature { try features.require(feature, "the WRITE's payload is \(compression.name)") }
    let stored = h.u64(96)
    guard stored > 0, stored <= UInt64(size) else {
      throw .damaged("a WRITE whose \(size) bytes are compressed to \(stored); it must be at least 1 and not more")
    }
    wire = Int(stored)
    packing = Packing(compression: compression, stored: wire, unpacked: size, embedded: false)
  }

  /// Reads a WRITE_EMBEDDED.
  init(embedded h: borrowing RecordHeader, _ features: Features) throws(Flaw) {
    record = .writeEmbedded
    (object, objectType, offset) = (h.u64(8), nil, h.u64(16))
    size = try Self.size(h.u64(24), "WRITE_EMBEDDED", features)
    try features.require(.embedData, "the stream has embedded blocks")
    guard h.u8(41) == 0 else {
      throw .damaged("a WRITE_EMBEDDED of type \(h.u8(41)), which holds no data; known is 0")
    }
    let off = h.u8(40) == Compression.off.number
    let compression = off ? .off : try Compression(h.u8(40), "WRITE_EMBEDDED")
    if let feature = compression.feature { try features.require(feature, "the embedded block is \(compression.name)") }
    let (unpacked, stored) = (h.u32(48), h.u32(52))
    guard stored > 0, stored <= Self.embeddedLimit else {
      throw .damaged("a WRITE_EMBEDDED with a payload of \(stored) bytes; it must be 1 to \(Self.embeddedLimit)")
    }
    guard unpacked > 0, Int(unpacked) <= size, !off || unpacked == stored else {
      throw .damaged("a WRITE_EMBEDDED of \(unpacked) bytes, stored in \(stored), in a block of \(size)")
    }
    wire = (Int(stored) + 7) & ~7
    packing = Packing(compression: compression, stored: Int(stored), unpacked: Int(unpacked), embedded: true)
  }

  private static func size(_ size: UInt64, _ what: String, _ features: Features) throws(Flaw) -> Int {
    guard size >= 512, size <= UInt64(VolumeRules.largestBlock) else {
      throw .damaged("a \(what) of \(size) bytes; a block has 512 to \(VolumeRules.largestBlock)")
    }
    if size > 128 << 10 { try features.require(.largeBlocks, "a \(what) of \(size) bytes") }
    return Int(size)
  }
}
