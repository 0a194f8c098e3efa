/// Where and why a JSON text could not be read.
package struct OrderedJSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bytes from the start of the text.
  package var offset: Int
  package var reason: String
  package var description: String { "\(reason) at byte \(offset)" }
}

extension OrderedJSON {
  /// Bytes of the longest text that is read.
  package static let maximumSize = 16 << 20
  /// Arrays and objects inside one another.
  static let maximumDepth = 64

  /// Reads one JSON text (RFC 8259) and nothing behind it.
  ///
  /// Shape: UTF-8, at most ``maximumSize`` bytes, nested at most 64 deep; the last of several equal names counts.
  /// - Throws: ``OrderedJSONError`` with the offset of the first byte that does not fit.
  package init(parsing bytes: [UInt8]) throws(OrderedJSONError) {
    self = try OrderedJSON.parse(bytes).value
  }

  /// A name that came before in the same object.
  package struct Repetition: Hashable, Sendable {
    package var name: String
    /// Bytes from the start of the text to the end of the name.
    package var offset: Int
  }

  /// As ``init(parsing:)``, and tells the names that came twice: JSON readers do not agree on which of them counts.
  ///
  /// - Returns: at most 16 repetitions, in the order in which their members end.
  package static func parse(
    _ bytes: [UInt8]
  ) throws(OrderedJSONError) -> (value: OrderedJSON, repetitions: [Repetition]) {
    guard bytes.count <= maximumSize else { throw OrderedJSONError(offset: maximumSize, reason: "text too long") }
    var parser = Parser(bytes: bytes)
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.peek == nil else { throw parser.error("text behind the value") }
    return (value, parser.repetitions)
  }
}

private struct Parser {
  let bytes: [UInt8]
  var at = 0
  var repetitions: [OrderedJSON.Repetition] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

  func error(_ reason: String) -> OrderedJSONError { OrderedJSONError(offset: at, reason: reason) }

  mutating func skipBlanks() {
    while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { at += 1 }
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    at += 1
    return true
  }

  mutating func value(depth: Int) throws(OrderedJSONError) -> OrderedJSON {
    guard depth <= OrderedJSON.maximumDepth else { throw error("nested too deeply") }
    skipBlanks()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case nil: throw error("text ends early")
    default: return .number(try number())
    }
  }

  mutating func word(_ text: StaticString, _ value: OrderedJSON) throws(OrderedJSONError) -> OrderedJSON {
    let wanted = text.withUTF8Buffer { Array($0) }
    guard bytes[at...].starts(with: wanted) else { throw error("no JSON value") }
    at += wanted.count
    return value
  }

  mutating func array(depth: Int) throws(OrderedJSONError) -> OrderedJSON {
    at += 1
    var elements: [OrderedJSON] = []
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .array([]) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw error("no comma between elements") }
    }
  }

  mutating func object(depth: Int) throws(OrderedJSONError) -> OrderedJSON {
    at += 1
    var members: [OrderedJSON.Member] = []
    var places: [[UInt8]: Int] = [:]
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object([]) }
    while true {
      skipBlanks()
      guard peek == UInt8(ascii: "\"") else { throw error("no member name") }
      let name = try string()
      let nameEnd = at
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw error("no colon behind a name") }
      let member = OrderedJSON.Member(name, try value(depth: depth + 1))
      if let place = places[Array(name.utf8)] {
        members[place] = member
        if repetitions.count < 16 { repetitions.append(.init(name: name, offset: nameEnd)) }
      } else {
        places[Array(name.utf8)] = members.count
        members.append(member)
      }
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw error("no comma between members") }
    }
  }

  mutating func string() throws(OrderedJSONError) -> String {
    at += 1
    var units: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        guard let text = String(validating: units, as: UTF8.self) else { throw error("string is not UTF-8") }
        return text
      case UInt8(ascii: "\\"):
        at += 1
        units.append(contentsOf: Array(String(try escape()).utf8))
      case ..<0x20: throw error("control character in a string")
      default:
        units.append(byte)
        at += 1
      }
    }
    throw error("text ends inside a string")
  }

  /// What follows a backslash; half a surrogate pair becomes U+FFFD.
  mutating func escape() throws(OrderedJSONError) -> Unicode.Scalar {
    guard let byte = peek else { throw error("text ends inside a string") }
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try fourDigits()
      guard high & 0xfc00 == 0xd800, bytes[at...].starts(with: "\\u".utf8) else {
        return Unicode.Scalar(high) ?? "\u{fffd}"
      }
      let before = at
      at += 2
      let low = try fourDigits()
      guard low & 0xfc00 == 0xdc00 else {
        at = before
        return "\u{fffd}"
      }
      return Unicode.Scalar(0x10000 + (high & 0x3ff) << 10 + (low & 0x3ff)) ?? "\u{fffd}"
    default: throw error("unknown escape")
    }
  }

  mutating func fourDigits() throws(OrderedJSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("no four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      at += 1
    }
    return value
  }

  /// A number in the form in which JavaScript prints it: `1.0` is `1`.
  mutating func number() throws(OrderedJSONError) -> String {
    let start = at
    func digits(_ parser: inout Parser) -> Int {
      let from = parser.at
      while let byte = parser.peek, (0x30...0x39).contains(byte) { parser.at += 1 }
      return parser.at - from
    }
    _ = take(UInt8(ascii: "-"))
    let leading = peek
    let whole = digits(&self)
    guard whole > 0, whole == 1 || leading != 0x30 else { throw error("no JSON value") }
    if take(UInt8(ascii: ".")), digits(&self) == 0 { throw error("no digits behind the point") }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
      if digits(&self) == 0 { throw error("no digits in the exponent") }
    }
    guard let value = Double(String(decoding: bytes[start..<at], as: UTF8.self)), value.isFinite else {
      throw error("number out of range")
    }
    if let integer = Int64(exactly: value) { return String(integer) }
    return String(value)
  }
}
