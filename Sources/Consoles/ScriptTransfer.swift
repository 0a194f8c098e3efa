/// A script cut into shell commands that write it to a file, each short enough for a terminal's line buffer.
///
/// The commands hold printable ASCII only: no byte of the script can be taken for a key (TAB, ^C, ^D), and none is
/// lost on a terminal that strips the eighth bit. They need `printf` of POSIX, nothing else.
struct ScriptTransfer {
  /// Bytes of a `printf` format at most. A terminal in canonical mode holds 4095 bytes in all, some systems 1024 or 255
  /// in a line; with the rest of the command this stays under 1000.
  static let longestPiece = 880
  /// Largest script.
  static let longestScript = 256 << 10

  let bytes: [UInt8]

  /// `printf` formats, in order, that give the script when they are written one behind the other.
  var pieces: [String] {
    var pieces: [String] = []
    var piece: [UInt8] = []
    for byte in bytes {
      let escaped = Self.escape(byte, first: piece.isEmpty)
      if piece.count + escaped.count > Self.longestPiece {
        pieces.append(String(decoding: piece, as: UTF8.self))
        piece = Self.escape(byte, first: true)
      } else {
        piece += escaped
      }
    }
    if !piece.isEmpty { pieces.append(String(decoding: piece, as: UTF8.self)) }
    return pieces
  }

  private static func escape(_ byte: UInt8, first: Bool) -> [UInt8] {
    switch byte {
    case 0x0A: return Array("\\n".utf8)
    // A format that begins with a minus would be read as an option.
    case UInt8(ascii: "-") where !first: return [byte]
    case UInt8(ascii: "%"): return Array("%%".utf8)
    case 0x20...0x7E where byte != 0x27 && byte != 0x5C && byte != 0x2D: return [byte]
    default:
      return [0x5C, 0x30 + byte >> 6, 0x30 + (byte >> 3) & 7, 0x30 + byte & 7]
    }
  }

  /// What `cksum` of POSIX prints for the script: its checksum and its length.
  var checksum: (sum: UInt32, length: Int) {
    var sum: UInt32 = 0
    let table = Self.table
    for byte in bytes { sum = sum << 8 ^ table[Int(UInt8(sum >> 24) ^ byte)] }
    var length = bytes.count
    while length > 0 {
      sum = sum << 8 ^ table[Int(UInt8(sum >> 24) ^ UInt8(length & 0xFF))]
      length >>= 8
    }
    return (~sum, bytes.count)
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index) << 24) { value, _ in value >> 31 == 1 ? value << 1 ^ 0x04C1_1DB7 : value << 1 }
  }
}
