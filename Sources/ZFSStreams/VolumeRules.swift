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
  private var properties: VolumeProperties
  var bigEndian: Bool { properties.bigEndian }
  private(set) var volumeSize: UInt64?

  /// Largest block of any object.
  static let largestBlock: UInt32 = 16 << 20

  init(features: Features, limit: Int64, bigEndian: Bool) {
    (self.features, self.limit) = (features, limit)
    properties = VolumeProperties(bigEndian: bigEndian)
  }

  /// Takes an OBJECT record.
  /// - Returns: bytes of its payload.
  mutating func object(_ h: borrowing RecordHeader) throws(Flaw) -> Int {
    let (number, block) = (h.u64(8), h.u32(24))
    let object = try nextObject(number, type: h.u32(16))
    guard block >= 512, block <= Self.largestBlock, block % 512 == 0 else {
      throw .damaged("object \(number) has a block size of \(block); it must be a multiple of 512 up to 16 MiB")
    }
    if block > 128 << 10 { try features.require(.largeBlocks, "object \(number) has blocks of \(block) bytes") }
    let bonus = try bonus(h, number)
    guard h.u8(32) <= 14, h.u8(33) <= 16 else {
      throw .damaged("object \(number) has checksum \(h.u8(32)), compression \(h.u8(33)); known are 0-14, 0-16")
    }
    guard h.u8(35) == 0 else { throw .damaged("object \(number) has flags \(h.u8(35)), which a volume's objects lack") }
    if object == .data {
      guard block & (block - 1) == 0 else { throw .damaged("the volume's block size \(block) is no power of two") }
      blockSize = block
    } else {
      guard Int(block) <= VolumeProperties.objectLimit else {
        throw .refused(
          .unsupportedProperties,
          "the property object has blocks of \(block) bytes, real ones have 512; copy the volume to a new one")
      }
      propertyBlockSize = block
    }
    (current, position, tail) = (object, 0, .max)
    return bonus
  }

  /// The object that may come now.
  private func nextObject(_ number: UInt64, type: UInt32) throws(Flaw) -> Object {
    guard let object = Object(rawValue: number) else {
      throw .damaged("object \(number) does not belong in a volume, which has objects 1 and 2 only")
    }
    switch (current, object) {
    case (nil, .data), (.data, .properties): break
    case (nil, .properties): throw .damaged("object 2 comes before object 1")
    default: throw .damaged("object \(number) comes again")
    }
    guard number >= freedUpTo else { throw .damaged("object \(number) comes after FREEOBJECTS up to \(freedUpTo)") }
    let wanted = Self.type(of: object)
    guard type == wanted else { throw .damaged("object \(number) has type \(type) where a volume has \(wanted)") }
    return object
  }

  /// Bytes of an OBJECT's payload: what fits into its slots beside the block pointers.
  private func bonus(_ h: borrowing RecordHeader, _ number: UInt64) throws(Flaw) -> Int {
    let (slots, bonus, rawBonus) = (h.u8(34), h.u32(28), h.u32(36))
    guard slots <= 32 else { throw .damaged("object \(number) has \(slots) dnode slots; the most are 32") }
    if slots > 1 { try features.require(.largeDnode, "object \(number) has \(slots) dnode slots") }
    let most = UInt32(max(slots, 1)) * 512 - 192
    guard bonus <= most, rawBonus == 0 else {
      throw .damaged(
        "object \(number) has a bonus of \(max(bonus, rawBonus)) bytes; a volume's objects have none, at most \(most)")
    }
    return Int((bonus + 7) & ~7)
  }

  /// Takes the place of a WRITE or WRITE_EMBEDDED.
  /// - Returns: where in the volume the block belongs; nil for the property object.
  mutating func place(_ block: BlockRecord) throws(Flaw) -> Int64? {
    let (what, offset) = (block.record.name, block.offset)
    let object = try enter(block.object, what)
    if let type = block.objectType, type != Self.type(of: object) {
      throw .damaged("a \(what) of object \(object.rawValue) has type \(type)")
    }
    let wanted = object == .data ? blockSize : propertyBlockSize
    guard block.size == Int(wanted) else {
      throw .damaged("a \(what) of \(block.size) bytes where the object's blocks have \(wanted)")
    }
    guard offset % UInt64(wanted) == 0 else {
      throw .damaged("a \(what) at offset \(offset), which is not a multiple of the block size \(wanted)")
    }
    let (end, overflow) = offset.addingReportingOverflow(UInt64(wanted))
    guard !overflow else { throw .damaged("a \(what) at offset \(offset) goes round the end of 64 bits") }
    if object == .data, end > UInt64(limit) {
      throw Flaw(
        kind: .overLimit,
        message: "data at offset \(offset) (\(wanted) bytes) lies beyond the limit of \(limit) bytes")
    }
    guard offset >= position else {
      throw .damaged("a \(what) at offset \(offset) after records up to \(position): records overlap or go back")
    }
    guard end <= tail else { throw .damaged("a \(what) at offset \(offset) behind the object's end at \(tail)") }
    position = end
    guard object == .data else {
      guard end <= UInt64(VolumeProperties.objectLimit) else {
        throw .refused(
          .unsupportedProperties,
          "the property object has data at offset \(offset), real ones end at 512; copy the volume to a new one")
      }
      return nil
    }
    dataEnd = end
    return Int64(offset)
  }

  /// Takes a FREE record.
  /// - Returns: the range of the volume that is a hole, up to the limit; nil for tails and for the property object.
  mutating func free(_ h: borrowing RecordHeader) throws(Flaw) -> (offset: Int64, length: Int64)? {
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
    let last = min(end, UInt64(limit))
    guard object == .data, offset < last else { return nil }
    return (Int64(offset), Int64(last - offset))
  }

  /// Takes a FREEOBJECTS record, whose range is never walked.
  ///
  /// Objects that have come may not be in it. One over object 2 that has not is sound as far as it goes: a saved
  /// partial receive (`zfs send -S`) has it, and ends there.
  mutating func freeObjects(_ h: borrowing RecordHeader) throws(Flaw) {
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

  /// Takes a whole block of the property object.
  mutating func takeProperties(_ block: [UInt8], at offset: UInt64) throws(Flaw) {
    guard let size = try properties.take(block, at: Int(offset)) else { return }
    volumeSize = try checked(size)
  }

  /// Takes END: the volume's size is known now, or never.
  mutating func end() throws(Flaw) {
    guard blockSize > 0 else { throw .damaged("the stream has no object 1: there is no volume in it") }
    if volumeSize == nil, let size = try properties.end() { volumeSize = try checked(size) }
    guard volumeSize != nil else {
      throw .damaged("the stream never says how large the volume is (object 2, \"size\")")
    }
  }

  private func checked(_ size: UInt64) throws(Flaw) -> UInt64 {
    guard size > 0, size % 512 == 0, Int64(exactly: size) != nil else {
      throw .damaged("the volume's size is \(size) bytes; it must be a multiple of 512, above 0")
    }
    guard size >= dataEnd else {
      throw .damaged("the volume's size is \(size) bytes, but the stream has data up to \(dataEnd)")
    }
    guard size <= UInt64(limit) else {
      throw Flaw(kind: .overLimit, message: "the volume's size is \(size) bytes, above the limit of \(limit) bytes")
    }
    return size
  }

  private func enter(_ number: UInt64, _ what: String) throws(Flaw) -> Object {
    guard let current, current.rawValue == number else {
      throw .damaged(
        "a \(what) of object \(number) where object \(current.map { "\($0.rawValue)" } ?? "1") was expected")
    }
    return current
  }

  /// DMU_OT_ZVOL, DMU_OT_ZVOL_PROP.
  private static func type(of object: Object) -> UInt32 { object == .data ? 23 : 24 }
}
