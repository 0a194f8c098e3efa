/// A fat ZAP: a block of its own head, then leaf blocks with hash tables and chunks of 24 bytes.
///
/// No volume is known to have one, but ZFS would take it. Pointers of the head and the hash tables are not followed:
/// every leaf is looked through, so that no chain can lead astray.
/// - SeeAlso: OpenZFS `zap_phys_t`, `zap_leaf_phys_t`, `union zap_leaf_chunk`.
enum FatZAP {
  static let headerType: UInt64 = 0x8000_0000_0000_0001
  private static let magic: UInt64 = 0x2_F52A_B2AB
  private static let leafType: UInt64 = 0x8000_0000_0000_0000
  private static let leafMagic: UInt32 = 0x2AB_1EAF
  private static let leafHeader = 48
  private static let chunk = 24
  private static let entry: UInt8 = 252
  private static let array: UInt8 = 251

  /// The value of "size", which must be there exactly once.
  static func size(in object: [UInt8], blockSize: Int, bigEndian: Bool) throws(Flaw) -> UInt64 {
    guard blockSize >= 512, blockSize & (blockSize - 1) == 0, object.count % blockSize == 0,
      object.u64(at: 8, bigEndian: bigEndian) == magic
    else { throw .damaged("the volume's properties are a fat ZAP with a damaged head (blocks of \(blockSize) bytes)") }
    var size: UInt64?
    for block in stride(from: blockSize, to: object.count, by: blockSize) {
      guard object.u64(at: block, bigEndian: bigEndian) == leafType,
        object.u32(at: block + 24, bigEndian: bigEndian) == leafMagic
      else { continue }
      // The hash table has a u16 for every 32 bytes of the block; chunks fill the rest.
      let chunks = block + leafHeader + blockSize / 16
      let leaf = Leaf(object: object, chunks: chunks, count: (block + blockSize - chunks) / chunk, bigEndian: bigEndian)
      for index in 0..<leaf.count {
        guard let value = leaf.size(entry: index) else { continue }
        guard size == nil else { throw .damaged("the volume's properties say \"size\" twice") }
        size = value
      }
    }
    guard let size else { throw .damaged("the volume's properties (a fat ZAP) have no \"size\"") }
    return size
  }

  private struct Leaf {
    let object: [UInt8]
    /// Where the chunks begin in `object`, and how many there are.
    let chunks: Int
    let count: Int
    let bigEndian: Bool

    /// The value of the entry in chunk `index`, if its name is "size" and it is one number of 64 bits.
    func size(entry index: Int) -> UInt64? {
      let start = chunks + index * chunk
      let name = Array("size".utf8) + [0]
      func field(_ offset: Int) -> Int { Int(object.u16(at: start + offset, bigEndian: bigEndian)) }
      guard object[start] == entry, object[start + 1] == 8, field(6) == name.count, field(10) == 1,
        let nameAt = array(field(4)), let valueAt = array(field(8)),
        object[nameAt..<(nameAt + name.count)].elementsEqual(name)
      else { return nil }
      return object.u64(at: valueAt, bigEndian: true)
    }

    /// Where the 21 bytes of the array in chunk `index` begin; name and value each fit into one.
    private func array(_ index: Int) -> Int? {
      let start = chunks + index * chunk
      return index < count && object[start] == FatZAP.array ? start + 1 : nil
    }
  }
}

extension [UInt8] {
  func u16(at offset: Int, bigEndian: Bool) -> UInt16 { integer(at: offset, bigEndian) }
  func u32(at offset: Int, bigEndian: Bool) -> UInt32 { integer(at: offset, bigEndian) }
  func u64(at offset: Int, bigEndian: Bool) -> UInt64 { integer(at: offset, bigEndian) }

  private func integer<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int, _ bigEndian: Bool) -> T {
    let value = span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self)
    return bigEndian ? T(bigEndian: value) : T(littleEndian: value)
  }
}
