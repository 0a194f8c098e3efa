import Model

/// Reads the text of a check file: a header in comments, then the body.
///
/// Shape: `#!/bin/sh`; then fields `# key: value`, continued by comment lines that are indented by two spaces or more;
/// then a line with `#` alone; then the description; the first line that is no comment starts the body.
struct CheckFile {
  private let path: String
  private let lines: [Substring]
  /// Line number (from 1) and value of each field.
  private var fields: [String: (line: Int, value: String)] = [:]
  private var description: [Substring] = []
  private var bodyStart = 0

  private static let required = ["title", "level", "clause", "transports", "timeout", "remedy"]
  private static let known = Set(required + ["needs", "profile"])

  /// The check that `bytes` of the file `path` hold, under the name `id`.
  ///
  /// - Throws: ``VerifyError`` `.usage` that names the file and the line.
  static func parse(_ bytes: [UInt8], id: String, path: String) throws -> GuestCheck {
    var file = try CheckFile(bytes, path)
    try file.readHeader()
    return try file.check(id: id)
  }

  private init(_ bytes: [UInt8], _ path: String) throws {
    self.path = path
    lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard bytes.count <= GuestCheck.maximumSize else {
      throw error(1, "\(bytes.count) bytes; a check has at most \(GuestCheck.maximumSize)")
    }
    var line = 1
    for byte in bytes {
      if byte == 0x0A {
        line += 1
      } else if byte != 0x09, !(0x20...0x7E).contains(byte) {
        throw error(line, "byte 0x\(String(byte, radix: 16)); checks are plain ASCII with LF line ends")
      }
    }
    guard bytes.last == 0x0A else { throw error(line, "the last line has no line feed") }
  }

  private mutating func readHeader() throws {
    guard lines.first == "#!/bin/sh" else { throw error(1, "the first line must be '#!/bin/sh'") }
    var key: String?
    var describing = false
    var index = 1
    while index < lines.count, lines[index].hasPrefix("#") {
      let text = lines[index].dropFirst()
      index += 1
      if describing {
        description.append(text.hasPrefix(" ") ? text.dropFirst() : text)
      } else if text.allSatisfy({ $0 == " " }) {
        describing = true
      } else if text.hasPrefix("  "), let open = key {
        fields[open]!.value += " " + trimmed(text)
      } else {
        key = try readField(text, line: index)
      }
    }
    bodyStart = index
  }

  /// Reads `key: value`, and says which key it was.
  private mutating func readField(_ text: Substring, line: Int) throws -> String {
    guard text.hasPrefix(" "), let colon = text.firstIndex(of: ":") else {
      throw error(line, "expected '# key: value' (the description comes after a line with '#' alone)")
    }
    let key = String(text[..<colon].dropFirst())
    guard Self.known.contains(key) else {
      throw error(line, "no header field '\(key)'; known are \(Self.known.sorted().joined(separator: ", "))")
    }
    if let first = fields[key] { throw error(line, "'\(key)' stands already in line \(first.line)") }
    fields[key] = (line, trimmed(text[text.index(after: colon)...]))
    return key
  }

  private func check(id: String) throws -> GuestCheck {
    for key in Self.required where fields[key]?.value.isEmpty ?? true {
      throw error(fields[key]?.line ?? 1, "the header has no '# \(key): ...'")
    }
    let title = fields["title"]!
    guard title.value.count <= 80 else { throw error(title.line, "the title has more than 80 characters") }
    let level = fields["level"]!
    guard let parsedLevel = Level(rawValue: level.value) else {
      throw error(level.line, "level '\(level.value)' is none of must, should, may")
    }
    let timeout = fields["timeout"]!
    guard let seconds = Int(timeout.value), (1...600).contains(seconds) else {
      throw error(timeout.line, "timeout '\(timeout.value)' is no number of seconds from 1 to 600")
    }
    guard description.contains(where: { !$0.isEmpty }) else {
      throw error(bodyStart, "no description (comment lines after a line with '#' alone)")
    }
    return GuestCheck(
      info: CheckInfo(
        id: id, title: title.value, level: parsedLevel, clauses: try clauses(), kind: .guest,
        remedy: fields["remedy"]!.value, description: description.joined(separator: "\n"), profile: try profile()),
      transports: try transports(), needs: try needs(), timeout: seconds, body: try body(), path: path,
      clauseLine: fields["clause"]!.line)
  }

  private func profile() throws -> CheckInfo.Scope? {
    guard let (line, value) = fields["profile"] else { return nil }
    guard let scope = CheckInfo.Scope(rawValue: value) else {
      throw error(line, "profile '\(value)' is neither triton nor any")
    }
    return scope
  }

  private func clauses() throws -> [Int] {
    let (line, value) = fields["clause"]!
    if value == "none" { return [] }
    return try value.split(separator: ",", omittingEmptySubsequences: false).map { item in
      guard let number = Int(trimmed(item)), (1...999).contains(number) else {
        throw error(line, "clause '\(trimmed(item))' is no number; write '25, 28' or 'none'")
      }
      return number
    }
  }

  private func transports() throws -> [String] {
    let (line, value) = fields["transports"]!
    let names = value.split(separator: " ").map(String.init)
    for name in names where name != "ssh" && name != "serial" {
      throw error(line, "transport '\(name)' is neither ssh nor serial")
    }
    return names
  }

  private func needs() throws -> [String] {
    guard let (line, value) = fields["needs"] else { return [] }
    return try value.split(separator: " ").map { word in
      let name = word.drop { $0 != ":" }.dropFirst()
      let good =
        switch word.prefix(while: { $0 != ":" }) {
        case "systemd": name.isEmpty
        case "cmd": !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || "._-".contains($0) }
        case "path": name.hasPrefix("/") && name.allSatisfy { $0.isLetter || $0.isNumber || "/._-".contains($0) }
        case let other:
          other.hasPrefix("EXPECT_") && name.isEmpty && other.allSatisfy { $0.isUppercase || $0.isNumber || $0 == "_" }
        }
      guard good else { throw error(line, "need '\(word)' is none of cmd:NAME, path:/FILE, EXPECT_NAME, systemd") }
      return String(word)
    }
  }

  private func body() throws -> String {
    guard bodyStart < lines.count, lines[bodyStart] == GuestCheck.helperLine else {
      throw error(bodyStart + 1, "the body must begin right after the header with the line \(GuestCheck.helperLine)")
    }
    let body = lines[bodyStart...]
    let judges = body.contains { line in
      !trimmed(line).hasPrefix("#")
        && line.split(whereSeparator: { !$0.isLetter && $0 != "_" }).contains { $0 == "fail" || $0 == "problem" }
    }
    guard judges else { throw error(bodyStart + 1, "the body never calls 'fail' or 'problem': it could not fail") }
    return body.joined(separator: "\n")
  }

  private func trimmed(_ text: Substring) -> String {
    let head = text.drop { $0 == " " || $0 == "\t" }
    guard let last = head.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
    return String(head[...last])
  }

  private func error(_ line: Int, _ message: String) -> VerifyError {
    VerifyError(.usage, "\(path):\(line): \(message)")
  }
}
