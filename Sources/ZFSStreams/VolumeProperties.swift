/// The property object of a volume: a micro ZAP with the one key "size".
///
/// - SeeAlso: OpenZFS `mzap_phys_t`, `zvol_get_stats`.
enum VolumeProperties {
  private static let microMagic: UInt64 = 0x8000_0000_0000_0003
  private static let fatMagic: UInt64 = 0x8000_0000_0000_0001
  private static let entrySize = 64
  /// Bytes of the block that ``block(size:salt:bigEndian:)`` makes, as in every real stream.
  static let blockSize = 512

  /// The value of "size"; all entries are looked at.
  static func size(in block: [UInt8], bigEndian: Bool) throws(Flaw) -> UInt64 {
    func u64(_ offset: Int) -> UInt64 {
      let value = block.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
      return bigEndian ? UInt64(bigEndian: value) : UInt64(littleEndian: value)
    }
    guard block.count >= 2 * entrySize else { throw .damaged("the property block has only \(block.count) bytes") }
    if u64(0) == fatMagic {
      throw .refused(.unsupportedProperties, "the volume's properties are a fat ZAP, which no volume is known to have")
    }
    guard u64(0) == microMagic else { throw .damaged("the property block is no ZAP (\(String(u64(0), radix: 16)))") }
    for start in stride(from: entrySize, through: block.count - entrySize, by: entrySize) {
      let name = block[(start + 14)..<(start + entrySize)].prefix { $0 != 0 }
      if name.elementsEqual("size".utf8) { return u64(start) }
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
    put(microMagic, at: 0)
    put(salt, at: 8)
    put(size, at: entrySize)
    block.replaceSubrange((entrySize + 14)..<(entrySize + 18), with: "size".utf8)
    return block
  }
}
