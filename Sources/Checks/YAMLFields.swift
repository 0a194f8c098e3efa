import Model
import Yams

/// A YAML file, for the errors that name it.
struct YAMLPlace: Sendable {
  let path: String

  /// What `bytes` hold, or nil when that is nothing.
  ///
  /// - Throws: ``VerifyError`` `.usage` for more than `limit` bytes, for what is no UTF-8, and for what is no YAML.
  func compose(_ bytes: [UInt8], atMost limit: Int) throws -> Node? {
    guard bytes.count <= limit else { throw VerifyError(.usage, "\(path) is larger than \(limit >> 10) KiB") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw VerifyError(.usage, "\(path) is not UTF-8; save it as that")
    }
    try refuseDepth(text)
    do { return try Yams.compose(yaml: text) } catch let error as YamlError {
      throw VerifyError(.usage, "\(path): no YAML that can be read: \(error)")
    }
  }

  func error(_ node: Node, _ message: String) -> VerifyError { error(node.mark, message) }

  func error(_ mark: Mark?, _ message: String) -> VerifyError {
    VerifyError(.usage, "\(path):\(mark.map { "\($0.line): " } ?? " ")\(message)")
  }

  /// The reader calls itself for each level, so that a stranger's file could use up the stack.
  ///
  /// - Throws: ``VerifyError`` `.usage` for more than 100 brackets or list marks in one line, or lines set in by more.
  func refuseDepth(_ text: String) throws {
    for (index, line) in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      let openers = line.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
      let marks = line.prefix {
        $0 == 0x20 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: ":")
      }
      guard openers <= 100, marks.count <= 100 else {
        throw VerifyError(.usage, "\(path):\(index + 1): nested too deep")
      }
    }
  }
}

/// The fields of one mapping, each checked when it is read.
struct YAMLFields {
  private static let longestText = 200
  private static let mostTexts = 20

  private let place: YAMLPlace
  private let what: String
  private let node: Node
  private var fields: [String: Node] = [:]

  /// - Throws: ``VerifyError`` `.usage` when `node` is no mapping or has a field that is not in `known`.
  init(_ node: Node, _ place: YAMLPlace, known: Set<String>, what: String) throws {
    (self.place, self.what, self.node) = (place, what, node)
    guard case .mapping(let mapping) = node else {
      throw place.error(node, "\(what) is a list of fields such as '\(known.sorted()[0]): …'")
    }
    for (key, value) in mapping {
      guard let name = key.scalar?.string, known.contains(name) else {
        let name = key.scalar.map { "'\($0.string.prefix(60))'" } ?? "this"
        throw place.error(key, "\(what) has no field \(name); there are \(known.sorted().joined(separator: ", "))")
      }
      fields[name] = value
    }
  }

  func has(_ name: String) -> Bool { fields[name] != nil }

  func error(_ name: String, _ message: String) -> VerifyError {
    place.error(fields[name] ?? node, "\(name): \(message)")
  }

  func refuse(_ name: String, _ why: String) throws {
    if has(name) { throw error(name, "\(why); take it out") }
  }

  /// The elements of a list; none when it is left out.
  func list(_ name: String) throws -> [Node] {
    guard let value = fields[name] else { return [] }
    guard case .sequence(let elements) = value else { throw error(name, "must be a list, each entry behind '- '") }
    return Array(elements)
  }

  /// One line of text, which must be there.
  func text(_ name: String) throws -> String {
    guard let value = fields[name] else { throw place.error(node, "\(what) needs '\(name)'; add it") }
    return try text(value, name, atMost: 500)
  }

  /// A name of lower-case letters, digits and hyphens.
  func name(_ name: String) throws -> String {
    let text = try text(name)
    guard text.utf8.count <= 60, text.utf8.first.map({ (0x61...0x7A).contains($0) }) == true,
      text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
    else { throw error(name, "must be lower-case letters, digits and hyphens, at most 60") }
    return text
  }

  func choice<T: RawRepresentable & CaseIterable>(_ name: String) throws -> T where T.RawValue == String {
    let text = try text(name)
    guard let value = T(rawValue: text) else {
      let all = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(name, "'\(text.prefix(60))' is none of \(all)")
    }
    return value
  }

  func flag(_ name: String) throws -> Bool {
    guard has(name) else { return false }
    switch try text(name) {
    case "true": return true
    case "false": return false
    default: throw error(name, "must be true or false")
    }
  }

  func number(_ name: String, _ range: ClosedRange<Int>) throws -> Int? {
    guard has(name) else { return nil }
    guard let number = Int(try text(name)), range.contains(number) else {
      throw error(name, "must be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One text, or a list of them, to be found in a line letter for letter.
  func texts(_ name: String, required: Bool = false) throws -> [String] {
    guard let value = fields[name] else {
      if required { throw place.error(node, "\(what) needs '\(name)'; add it") }
      return []
    }
    guard case .sequence(let elements) = value else { return [try text(value, name, atMost: Self.longestText)] }
    guard !elements.isEmpty else { throw error(name, "is an empty list; add a text or take it out") }
    guard elements.count <= Self.mostTexts else {
      throw error(name, "more than \(Self.mostTexts) texts; make two rules")
    }
    return try elements.map { try text($0, name, atMost: Self.longestText) }
  }

  private func text(_ node: Node, _ name: String, atMost limit: Int) throws -> String {
    guard let text = node.scalar?.string else { throw place.error(node, "\(name): must be a text") }
    guard text.contains(where: { $0 != " " }) else {
      throw place.error(node, "\(name): is empty; write a text or take it out")
    }
    guard text.utf8.count <= limit else { throw place.error(node, "\(name): longer than \(limit) bytes") }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
      throw place.error(node, "\(name): holds a line feed or another control character; a text is part of one line")
    }
    return text
  }
}
