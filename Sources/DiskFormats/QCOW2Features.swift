/// The incompatible features of a qcow2 header: whoever does not know one must not read the file.
struct QCOW2Features {
  let bits: UInt64

  private static let corrupt: UInt64 = 1 << 1
  private static let externalData: UInt64 = 1 << 2
  /// Dirty, corrupt, external data, compression type, extended L2 entries.
  private static let known: UInt64 = 0b11111

  var isDirty: Bool { bits & 1 != 0 }
  var hasExtendedL2: Bool { bits & 1 << 4 != 0 }

  func check() throws(QCOW2Refusal) {
    if bits & Self.externalData != 0 { throw Self.external(nil) }
    if bits & Self.corrupt != 0 {
      throw QCOW2Refusal(
        .corrupt,
        "the qcow2 is marked as corrupt; repair it with 'qemu-img check -r all', and check its data, or make it "
          + "anew")
    }
    if let unknown = (0..<64).first(where: { bits & ~Self.known & 1 << $0 != 0 }) {
      throw QCOW2Refusal(
        .unknownFeature,
        "the qcow2 needs a feature that we do not know (incompatible bit \(unknown)); write it anew with qemu-img convert"
      )
    }
  }

  private static func external(_ name: String?) -> QCOW2Refusal {
    QCOW2Refusal(
      .externalData,
      "the qcow2 has its data in another file\(name.map { " '\($0)'" } ?? ""); put all into one file with "
        + "'qemu-img convert -O qcow2 IN OUT'")
  }

  /// Looks at the header's extensions: type, length, data padded to 8 bytes; type 0 ends them.
  ///
  /// - Parameter end: of the first cluster, beyond which none may reach.
  static func walkExtensions(_ bytes: [UInt8], from start: Int, to end: Int) throws(QCOW2Refusal) {
    var at = start
    while at <= end - 8 {
      guard at <= bytes.count - 8 else {
        throw QCOW2Header.nonsense("extensions that go on behind the first \(bytes.count) bytes of the file")
      }
      let (type, length) = (bytes.big32(at), Int(bytes.big32(at + 4)))
      let data = at + 8
      if type == 0 { return }
      guard length <= end - data, length <= bytes.count - data else {
        throw QCOW2Header.nonsense(
          "an extension (type \(hexadecimal(type, digits: 8))) of \(length) bytes at byte \(at), longer than its cluster"
        )
      }
      switch type {
      case 0x4441_5441: throw external(label(bytes.part(data, min(length, 1023))))
      case 0x0537_be77:
        throw QCOW2Refusal(
          .encrypted, "the qcow2 is encrypted (LUKS header); decrypt it with qemu-img convert before it is published")
      case 0xe279_2aca:
        let format = label(bytes.part(data, min(length, 64))) ?? ""
        throw QCOW2Refusal(
          .backingFile,
          "the qcow2 names the format of a backing file ('\(format)') without having one; write it anew with 'qemu-img "
            + "convert -O qcow2 IN OUT'")
      default: break  // Names of features, bitmaps, what others put there.
      }
      at = data + (length + 7) / 8 * 8
    }
  }
}
