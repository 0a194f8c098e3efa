/// Text as the metadata agent's language sees it: code points, its idea of white space, its line ends.
typealias Scalars = ArraySlice<Unicode.Scalar>

extension Unicode.Scalar {
  /// Whether JavaScript's `\s` matches it.
  var isBlank: Bool {
    switch value {
    case 0x09...0x0d, 0x20, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff: true
    default: false
    }
  }

  /// Whether JavaScript's `.` stops at it, and `^` matches behind it.
  var endsLine: Bool { value == 0x0a || value == 0x0d || value == 0x2028 || value == 0x2029 }

  var isDigit: Bool { ("0"..."9").contains(self) }
  var isLowerHex: Bool { isDigit || ("a"..."f").contains(self) }
}

extension ArraySlice<Unicode.Scalar> {
  var text: String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: self)
    return String(text)
  }

  /// The text when it is ASCII, else nothing: `==` of strings takes the Kelvin sign for a K.
  var ascii: String { allSatisfy(\.isASCII) ? text : "" }

  /// Without white space at the end.
  var trimmedAtEnd: Scalars {
    var end = endIndex
    while end > startIndex, self[end - 1].isBlank { end -= 1 }
    return self[startIndex..<end]
  }

  /// Without white space at either end.
  var trimmed: Scalars { trimmedAtEnd.drop { $0.isBlank } }

  /// Up to the first line end inside.
  var firstLine: Scalars { prefix { !$0.endsLine } }

  /// Number of UTF-16 units.
  var units: Int { reduce(0) { $0 + ($1.value > 0xffff ? 2 : 1) } }
}

extension String {
  /// Without white space at either end, by JavaScript's `trim`.
  var trimmedText: String { Array(unicodeScalars)[...].trimmed.text }

  /// The body of a V1 answer: every line that begins with a dot gets one more.
  var dotStuffed: String {
    var result = String.UnicodeScalarView()
    var atStart = true
    for scalar in unicodeScalars {
      if atStart, scalar == "." { result.append(".") }
      result.append(scalar)
      atStart = scalar.endsLine
    }
    return String(result)
  }

  /// Whether it is a key of the read-only `sdc:` name space.
  var isInSDC: Bool { utf8.starts(with: "sdc:".utf8) }

  /// Whether both are the same bytes; `==` would also hold for two spellings of one letter.
  func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
