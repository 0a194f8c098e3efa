/// What the BEGIN record says; made only from one that announces a stream we can take.
struct BeginRecord: Sendable {
  /// A package wraps whole streams between its own BEGIN and END records.
  enum Shape: Sendable { case stream, package }

  var shape: Shape
  var features: Features
  var creationTime: UInt64
  var guid: UInt64
  /// `pool/volume@snapshot`, every byte outside of printable ASCII escaped.
  var name: String
  /// Bytes of the nvlist that follows.
  var payloadLength: Int

  /// Most bytes of nvlist that OpenZFS takes in user space.
  static let payloadLimit: UInt32 = 64 << 20

  /// - Throws: a ``Flaw`` `.refused` for a good stream of another kind, `.damaged` for nonsense.
  init(_ header: RecordHeader) throws(Flaw) {
    let info = header.u64(16)
    switch info & 3 {
    case 1: shape = .stream
    case 2: shape = .package
    case let other: throw .damaged("BEGIN has header type \(other), which no sender writes; make the stream anew")
    }
    features = Features(bits: (info >> 2) & ((1 << 56) - 1))
    creationTime = header.u64(24)
    guid = header.u64(40)
    name = try BeginRecord.name((56..<RecordHeader.size).map { header.u8($0) })
    let length = header.u32(4)
    guard length <= BeginRecord.payloadLimit else {
      throw .damaged("BEGIN announces an nvlist of \(length) bytes, more than the \(BeginRecord.payloadLimit) allowed")
    }
    guard length % 4 == 0 else { throw .damaged("BEGIN announces an nvlist of \(length) bytes, not a multiple of 4") }
    payloadLength = Int(length)
    guard info >> 58 == 0 else { throw .damaged("BEGIN has reserved version bits set (\(info >> 58))") }
    if shape == .stream { try BeginRecord.refuseOtherKinds(header) }
    try features.check()
    if header.u64(48) != 0 {
      throw .refused(
        .incremental,
        "an incremental stream (from snapshot \(String(header.u64(48), radix: 16))); "
          + "send the snapshot in full: zfs send SNAPSHOT, without -i or -I"
      )
    }
  }

  private static func refuseOtherKinds(_ header: RecordHeader) throws(Flaw) {
    let type = header.u32(32)
    guard type < 6 else { throw .damaged("BEGIN names data set type \(type), which does not exist") }
    guard type == 3 else {
      let what = type == 2 ? "a file system" : "a data set of type \(type)"
      throw .refused(.notVolume, "the stream holds \(what), not a volume; send a snapshot of a zvol")
    }
    if header.u32(36) & 1 != 0 {
      throw .refused(
        .clone, "the stream holds only a clone's difference from its origin; send the clone in full: zfs send SNAPSHOT")
    }
  }

  private static func name(_ field: [UInt8]) throws(Flaw) -> String {
    guard let end = field.firstIndex(of: 0) else {
      throw .damaged("BEGIN's snapshot name has no end within its 256 bytes")
    }
    let bytes = field[..<end]
    let text = escaped(bytes)
    guard bytes.contains(UInt8(ascii: "@")) else { throw .damaged("BEGIN names no snapshot: '\(text)' has no '@'") }
    return text
  }

  /// `bytes` as printable ASCII: a backslash is doubled, anything else becomes `\xNN`.
  static func escaped(_ bytes: some Sequence<UInt8>) -> String {
    var text = ""
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "\\"): text += "\\\\"
      case 0x20...0x7e: text.unicodeScalars.append(Unicode.Scalar(byte))
      default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return text
  }
}
