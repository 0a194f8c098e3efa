/// A JSON value whose objects keep the order in which their members were written.
///
/// The metadata agent lists keys and prints `sdc:nics` in the machine's own order, so a dictionary will not do. It is
/// also the one to read documents of strangers with: its time is linear, its depth bounded.
package enum OrderedJSON: Hashable, Sendable {
  /// One name and its value.
  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: OrderedJSON
    package init(_ name: String, _ value: OrderedJSON) { (self.name, self.value) = (name, value) }
  }

  case null
  case bool(Bool)
  /// A number, as JavaScript prints it.
  case number(String)
  case string(String)
  case array([OrderedJSON])
  case object([Member])

  package static func number(_ value: Int) -> OrderedJSON { .number(String(value)) }

  /// The member called `name`, compared byte by byte: two spellings of one letter are two names.
  package subscript(name: String) -> OrderedJSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }

  package var string: String? {
    if case .string(let value) = self { return value }
    return nil
  }
  package var array: [OrderedJSON]? {
    if case .array(let value) = self { return value }
    return nil
  }
  package var members: [Member]? {
    if case .object(let value) = self { return value }
    return nil
  }

  /// Compact text, as `JSON.stringify` writes it.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .number(let digits): text += digits
    case .string(let value): OrderedJSON.quote(value, to: &text)
    case .array(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += "," }
        element.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        OrderedJSON.quote(member.name, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  /// The same value; objects lose their order, and numbers that are no 64-bit integers become floating-point.
  package init(_ ordered: OrderedJSON) {
    switch ordered {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .number(let digits): self = Int64(digits).map(JSONValue.integer) ?? .number(Double(digits) ?? 0)
    case .string(let value): self = .string(value)
    case .array(let elements): self = .array(elements.map { JSONValue($0) })
    case .object(let members):
      // Two spellings of one letter are two members here, and one in a dictionary: the last counts.
      self = .object(Dictionary(members.map { ($0.name, JSONValue($0.value)) }, uniquingKeysWith: { $1 }))
    }
  }
}
