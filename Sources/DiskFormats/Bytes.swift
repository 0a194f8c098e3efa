// Numbers in bytes that were read from a disk. Offsets are ours or checked; what lies beyond the end reads as zero, so
// that no structure cut short can stop us.

extension [UInt8] {
  func byte(_ offset: Int) -> UInt8 { indices.contains(offset) ? self[offset] : 0 }

  func little16(_ offset: Int) -> UInt16 { UInt16(truncatingIfNeeded: little(offset, 2)) }
  func little32(_ offset: Int) -> UInt32 { UInt32(truncatingIfNeeded: little(offset, 4)) }
  func little64(_ offset: Int) -> UInt64 { little(offset, 8) }
  func big16(_ offset: Int) -> UInt16 { little16(offset).byteSwapped }
  func big32(_ offset: Int) -> UInt32 { little32(offset).byteSwapped }
  func big64(_ offset: Int) -> UInt64 { little64(offset).byteSwapped }

  private func little(_ offset: Int, _ width: Int) -> UInt64 {
    (0..<width).reduce(0) { $0 | UInt64(byte(offset + $1)) << (8 * $1) }
  }

  /// Whether the ASCII text `magic` stands at `offset`.
  func has(_ magic: String, at offset: Int) -> Bool { has(Array(magic.utf8), at: offset) }

  func has(_ magic: [UInt8], at offset: Int) -> Bool {
    offset >= 0 && offset <= count - magic.count && self[offset..<(offset + magic.count)].elementsEqual(magic)
  }

  /// `count` bytes at `offset`, as many of them as there are.
  func part(_ offset: Int, _ count: Int) -> [UInt8] {
    guard offset >= 0, offset < self.count else { return [] }
    return Array(self[offset..<(offset + Swift.min(count, self.count - offset))])
  }

  var isZero: Bool { allSatisfy { $0 == 0 } }
}

/// `bytes` as lower-case hexadecimal digits.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// `value` in at least `digits` upper-case hexadecimal digits.
func hexadecimal(_ value: some BinaryInteger, digits: Int) -> String {
  let text = String(value, radix: 16, uppercase: true)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

/// Sixteen bytes as a UUID in lower case; nil when all are zero.
func uuidText(_ bytes: [UInt8]) -> String? {
  guard bytes.count == 16, !bytes.isZero else { return nil }
  let digits = Array(hexadecimal(bytes))
  return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
}

/// A label or name from a disk, fit to be shown: up to the first NUL, without control characters and signs that turn
/// the writing direction, trimmed of spaces, at most 128 characters; nil when nothing is left.
func label(_ bytes: [UInt8]) -> String? {
  printable(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
}

/// The same of UTF-16, little-endian.
func label(utf16 bytes: [UInt8]) -> String? {
  let units = stride(from: 0, to: bytes.count - 1, by: 2).map { bytes.little16($0) }
  return printable(String(decoding: units.prefix { $0 != 0 }, as: UTF16.self))
}

private func printable(_ text: String) -> String? {
  var kept = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(1024) where kept.count < 128 {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: continue
    default: if !scalar.properties.isNoncharacterCodePoint { kept.append(scalar) }
    }
  }
  let trimmed = kept.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
  guard !trimmed.isEmpty else { return nil }
  return String(String.UnicodeScalarView(trimmed))
}
