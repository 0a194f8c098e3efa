/// Base64 as the metadata agent reads and writes it.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Six bits for each character, 255 for every other; `-` and `_` count as `+` and `/`.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    values[Int(UInt8(ascii: "-"))] = 62
    values[Int(UInt8(ascii: "_"))] = 63
    return values
  }()

  /// One line, standard alphabet, padded with `=`.
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    var group: UInt32 = 0
    var held = 0
    func emit(_ characters: Int) {
      for index in 0..<4 {
        text.append(index < characters ? alphabet[Int(group >> (18 - 6 * UInt32(index))) & 63] : UInt8(ascii: "="))
      }
    }
    for byte in bytes {
      group |= UInt32(byte) << (16 - 8 * UInt32(held))
      held += 1
      if held == 3 {
        emit(4)
        (group, held) = (0, 0)
      }
    }
    if held > 0 { emit(held + 1) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Decodes leniently: characters outside the alphabet are skipped, padding may be missing, a single character at
  /// the end is dropped.
  package static func decode(_ text: some Sequence<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for character in text {
      let value = values[Int(character)]
      guard value != 255 else { continue }
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    return bytes
  }
}
