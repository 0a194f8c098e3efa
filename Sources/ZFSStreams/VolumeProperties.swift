/// The property object of a volume: a ZAP with the key "size".
///
/// Shape: all real ones are a micro ZAP of one 512-byte block, read as soon as it has come. A fat ZAP has several
/// blocks, which are held until the object's end.
/// - SeeAlso: OpenZFS `mzap_phys_t`, `zvol_get_stats`.
struct VolumeProperties: Sendable {
  private enum Kind { case none, micro, fat(blockSize: Int) }

  let bigEndian: Bool
  private var kind = Kind.none
  /// Of a fat ZAP: the object as far as it has come, holes as zeros.
  private var held: [UInt8] = []

  /// Most bytes of the object.
  static let objectLimit = 1 << 20
  static let microType: UInt64 = 0x8000_0000_0000_0003
  private static let entrySize = 64
  /// Bytes of the block that ``block(size:salt:bigEndian:)`` makes, as in every real stream.
  static let blockSize = 512

  init(bigEndian: Bool) { self.bigEndian = bigEndian }

  /// Takes the object's block at `offset`, a multiple of its size; blocks come in rising order.
  /// - Returns: the size, if this block says it.
  /// - Precondition: the block ends within ``objectLimit``.
  mutating func take(_ block: [UInt8], at offset: Int) throws(Flaw) -> UInt64? {
    switch kind {
    case .none:
      guard offset == 0, block.count >= 2 * Self.entrySize else {
        throw .damaged("the property object begins at offset \(offset) with a block of \(block.count) bytes")
      }
      let type = block.u64(at: 0, bigEndian: bigEndian)
      if type == FatZAP.headerType {
        (kind, held) = (.fat(blockSize: block.count), block)
        return nil
      }
      guard type == Self.microType else {
        throw .damaged("the property block is no ZAP (\(String(type, radix: 16)))")
      }
      kind = .micro
      return try Self.size(in: block, bigEndian: bigEndian)
    case .micro: throw .damaged("a micro ZAP has one block; the property object has another at offset \(offset)")
    case .fat:
      held += repeatElement(0, count: max(0, offset - held.count))
      held += block
      return nil
    }
  }

  /// The size, when it was not known before the object's end.
  func end() throws(Flaw) -> UInt64? {
    guard case .fat(let blockSize) = kind else { return nil }
    return try FatZAP.size(in: held, blockSize: blockSize, bigEndian: bigEndian)
  }

  /// The value of "size" in a micro ZAP; all entries are looked at.
  private static func size(in block: [UInt8], bigEndian: Bool) throws(Flaw) -> UInt64 {
    for start in stride(from: entrySize, through: block.count - entrySize, by: entrySize) {
      let name = block[(start + 14)..<(start + entrySize)].prefix { $0 != 0 }
      if name.elementsEqual("size".utf8) { return block.u64(at: start, bigEndian: bigEndian) }
    }
    throw .damaged("the property block has no \"size\"")
  }

  /// A micro ZAP that says `size`.
  static func block(size: UInt64, salt: UInt64, bigEndian: Bool) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: blockSize)
    func put(_ value: UInt64, at offset: Int) {
      let value = bigEndian ? value.bigEndian : value.littleEndian
      block.withUnsafeMutableBytes { $0.storeBytes(of: value, toByteOffset: offset, as: UInt64.self) }
    }
    put(microType, at: 0)
    put(salt, at: 8)
    put(size, at: entrySize)
    block.replaceSubrange((entrySize + 14)..<(entrySize + 18), with: "size".utf8)
    return block
  }
}
