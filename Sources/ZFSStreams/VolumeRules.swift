/// The order and range rules that hold inside the stream of one volume; every record passes here before its payload.
///
/// Object 1 holds the data, object 2 the property "size"; numbers and offsets only go up, no range comes twice.
struct VolumeRules: Sendable {
  private enum Object: UInt64 { case data = 1, properties = 2 }

  let features: Features
  /// No data and no size beyond this.
  let limit: Int64
  private var current: Object?
  /// Objects below this one have come, or do not exist.
  private var freedUpTo: UInt64 = 0
  /// Where the last record of the current object ended.
  private var position: UInt64 = 0
  /// Where the current object's tail begins.
  private var tail = UInt64.max
  /// End of the last block of data.
  private(set) var dataEnd: UInt64 = 0
  /// Block size of the data object; 0 before its OBJECT.
  private(set) var blockSize: UInt32 = 0
  private var propertyBlockSize: UInt32 = 0
  private(set) var volumeSize: UInt64?

  /// Largest block of any object.
  static let largestBlock: UInt32 = 16 << 20
  /// Largest micro ZAP that is held in memory; real ones have 512 bytes.
  static let largestPropertyBlock: UInt32 = 128 << 10

  init(features: Features, limit: Int64) {
    (self.features, self.limit) = (features, limit)
  }

  /// Takes an OBJECT record.
  /// - Returns: bytes of its payload.
  mutating func object(_ h: RecordHeader) throws(Flaw) -> Int {
    let (number, type, block) = (h.u64(8), h.u32(16), h.u32(24))
    guard let object = Object(rawValue: number) else {
      throw .damaged("object \(number) does not belong in a volume, which has objects 1 and 2 only")
    }
    switch (current, object) {
    case (nil, .data), (.data, .properties): break
    case (nil, .properties): throw .damaged("object 2 comes before object 1")
    default: throw .damaged("object \(number) comes again")
    }
    guard number >= freedUpTo else { throw .damaged("object \(number) comes after FREEOBJECTS up to \(freedUpTo)") }
    let wanted: UInt32 = object == .data ? 23 : 24
    guard type == wanted else { throw .damaged("object \(number) has type \(type) where a volume has \(wanted)") }
    guard block >= 512, block <= Self.largestBlock, block % 512 == 0 else {
      throw .damaged("object \(number) has a block size of \(block); it must be a multiple of 512 up to 16 MiB")
    }
    guard block <= 128 << 10 || features.contains(Features.largeBlocks) else {
      throw .damaged("object \(number) has blocks of \(block) bytes, but the stream does not announce large blocks")
    }
    let (bonus, rawBonus) = (h.u32(28), h.u32(36))
    guard bonus <= 320, rawBonus == 0 else {
      throw .damaged("object \(number) has a bonus of \(max(bonus, rawBonus)) bytes; a volume's objects have none")
    }
    guard h.u8(32) <= 14, h.u8(33) <= 16, h.u8(34) <= 32 else {
      throw .damaged(
        "object \(number): checksum \(h.u8(32)), compression \(h.u8(33)) or slots \(h.u8(34)) out of range")
    }
    guard h.u8(35) == 0 else { throw .damaged("object \(number) has flags \(h.u8(35)), which a volume's objects lack") }
    if object == .data {
      guard block & (block - 1) == 0 else { throw .damaged("the volume's block size \(block) is no power of two") }
      blockSize = block
    } else {
      guard block <= Self.largestPropertyBlock else {
        throw Flaw.refused(
          .unsupportedProperties, "the property object has blocks of \(block) bytes; real ones have 512")
      }
      propertyBlockSize = block
    }
    (current, position, tail) = (object, 0, .max)
    return Int((bonus + 7) & ~7)
  }

  /// Takes a WRITE record.
  /// - Returns: bytes of its payload, and where in the volume they belong; nil for the property object.
  mutating func write(_ h: RecordHeader) throws(Flaw) -> (length: Int, offset: Int64?) {
    let (offset, size) = (h.u64(24), h.u64(32))
    let object = try enter(h.u64(8), "WRITE")
    guard h.u32(16) == (object == .data ? 23 : 24) else {
      throw .damaged("a WRITE of object \(object.rawValue) has type \(h.u32(16))")
    }
    let block = UInt64(object == .data ? blockSize : propertyBlockSize)
    guard size == block else {
      throw .damaged("a WRITE of \(size) bytes where the object's blocks have \(block)")
    }
    guard offset % block == 0 else {
      throw .damaged("a WRITE at offset \(offset), which is not a multiple of the block size \(block)")
    }
    guard h.u8(49) & 2 == 0 else { throw .damaged("a WRITE with a raw-send flag in a stream that is not raw") }
    let compression = h.u8(50)
    guard compression == 0 else { throw Self.compressed(compression) }
    let (end, overflow) = offset.addingReportingOverflow(size)
    guard !overflow else { throw .damaged("a WRITE at offset \(offset) goes round the end of 64 bits") }
    if object == .data, end > UInt64(limit) {
      throw Flaw(
        kind: .overLimit, message: "data at offset \(offset) (\(size) bytes) lies beyond the limit of \(limit) bytes")
    }
    try take(offset, end, "WRITE")
    guard object == .data else {
      guard offset == 0 else {
        throw .refused(.unsupportedProperties, "the property object has more than one block (a fat ZAP)")
      }
      return (Int(size), nil)
    }
    dataEnd = end
    return (Int(size), Int64(offset))
  }

  /// Takes a FREE record.
  /// - Returns: the range of the volume that is a hole; nil for tails and for the property object.
  mutating func free(_ h: RecordHeader) throws(Flaw) -> (offset: Int64, length: Int64)? {
    let (offset, length) = (h.u64(16), h.u64(24))
    let object = try enter(h.u64(8), "FREE")
    if length == RecordHeader.toObjectEnd {
      guard offset >= position else {
        throw .damaged("a FREE from \(offset) to the end of the object covers data written up to \(position)")
      }
      tail = min(tail, offset)
      return nil
    }
    let (end, overflow) = offset.addingReportingOverflow(length)
    guard !overflow else { throw .damaged("a FREE of \(length) bytes at \(offset) goes round the end of 64 bits") }
    guard offset >= position else {
      throw .damaged("a FREE at offset \(offset) after records up to \(position): records overlap or go back")
    }
    position = end
    guard object == .data, let start = Int64(exactly: offset), let count = Int64(exactly: length) else { return nil }
    return (start, count)
  }

  /// Takes a FREEOBJECTS record, whose range is never walked.
  ///
  /// Objects that have come may not be in it. One over object 2 that has not is sound as far as it goes: a saved
  /// partial receive (`zfs send -S`) has it, and ends there.
  mutating func freeObjects(_ h: RecordHeader) throws(Flaw) {
    let (first, count) = (h.u64(8), h.u64(16))
    let (end, overflow) = first.addingReportingOverflow(count)
    guard !overflow else {
      throw .damaged("FREEOBJECTS of \(count) objects from \(first) goes round the end of 64 bits")
    }
    guard count > 0 else { return }
    if let current, first <= current.rawValue, end > Object.data.rawValue {
      throw .damaged("FREEOBJECTS \(first)..<\(end) would destroy the volume's own objects")
    }
    freedUpTo = max(freedUpTo, end)
  }

  /// Takes the whole payload of the property object's block.
  mutating func properties(_ block: [UInt8], bigEndian: Bool) throws(Flaw) {
    let size = try VolumeProperties.size(in: block, bigEndian: bigEndian)
    guard size > 0, size % 512 == 0, Int64(exactly: size) != nil else {
      throw .damaged("the volume's size is \(size) bytes; it must be a multiple of 512, above 0")
    }
    guard size >= dataEnd else {
      throw .damaged("the volume's size is \(size) bytes, but the stream has data up to \(dataEnd)")
    }
    guard size <= UInt64(limit) else {
      throw Flaw(kind: .overLimit, message: "the volume's size is \(size) bytes, above the limit of \(limit) bytes")
    }
    volumeSize = size
  }

  /// The volume's size once END has come.
  func finalSize() throws(Flaw) -> Int64 {
    guard blockSize > 0 else { throw .damaged("the stream has no object 1: there is no volume in it") }
    guard let volumeSize else { throw .damaged("the stream never says how large the volume is (object 2, \"size\")") }
    return Int64(volumeSize)
  }

  private func enter(_ number: UInt64, _ what: String) throws(Flaw) -> Object {
    guard let current, current.rawValue == number else {
      throw .damaged(
        "a \(what) of object \(number) where object \(current.map { "\($0.rawValue)" } ?? "1") was expected")
    }
    return current
  }

  private mutating func take(_ offset: UInt64, _ end: UInt64, _ what: String) throws(Flaw) {
    guard offset >= position else {
      throw .damaged("a \(what) at offset \(offset) after records up to \(position): records overlap or go back")
    }
    guard end <= tail else { throw .damaged("a \(what) at offset \(offset) behind the object's end at \(tail)") }
    position = end
  }

  private static func compressed(_ number: UInt8) -> Flaw {
    let names: [UInt8: String] = [3: "lzjb", 14: "zle", 15: "lz4", 16: "zstd"]
    let known = names[number] ?? ((5...13).contains(number) ? "gzip-\(number - 4)" : nil)
    guard let known else {
      return .damaged("a WRITE with compression number \(number), which does not exist in a stream")
    }
    return .refused(
      .compressed, "the stream has \(known)-compressed blocks; send without -c and -w, so that ZFS decompresses them")
  }
}
