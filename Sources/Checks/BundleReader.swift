/// What the output of a bundle says as it comes in.
package enum CheckEvent: Hashable, Sendable {
  /// The guest has (not) finished its boot; checks begin now in either case.
  case ready(Bool, detail: String)
  case began(String)
  case ended(CheckResult)
  /// No check could be run.
  case trouble(String)
  case done
}

/// What one check of a bundle came to.
package struct CheckResult: Hashable, Sendable {
  /// How its shell ended.
  package enum Status: Hashable, Sendable { case exited(Int), outOfTime }

  package var id: String
  package var status: Status = .exited(0)
  /// What it said when it failed, skipped or gave up; guest text, one line, at most 4 KiB.
  package var reason = ""
  /// At most 64, names of at most 64 and values of at most 1024 bytes.
  package var notes: [String: String] = [:]
  /// What it wrote, cut by the guest at 64 KiB; guest text. Empty for a check that passed or was skipped.
  package var output = ""
  package var seconds: Double = 0
}

/// Picks the lines of a bundle's protocol out of the bytes that a guest sends.
///
/// Shape: bytes in any chunks; line ends LF or CR LF; anything before the mark of a line, and all lines without it, are
/// noise (kernel messages, echo) and dropped. Memory is bounded whatever arrives.
package struct BundleReader: Sendable {
  /// Results so far, by id.
  package private(set) var results: [String: CheckResult] = [:]
  /// The last of the lines that were not ours, for messages; guest text, at most 2 KiB.
  package private(set) var noise = ""
  /// Why no check could be run.
  package private(set) var trouble: String?
  /// Whether the script came to its end.
  package private(set) var isDone = false

  private let mark: [UInt8]
  private let ids: Set<String>
  private var line: [UInt8] = []
  private var lineOverflows = false
  /// Checks under way, until their end comes.
  private var open: [String: CheckResult] = [:]

  private static let maximumLine = 8 << 10
  private static let maximumNoise = 2 << 10
  private static let maximumOutput = BundleDriver.outputLimit + (8 << 10)

  package init(for bundle: CheckBundle) {
    mark = Array((bundle.mark + " ").utf8)
    ids = Set(bundle.checks.map(\.id))
  }

  /// Takes what came, and says what it means.
  package mutating func receive(_ bytes: [UInt8]) -> [CheckEvent] {
    var events: [CheckEvent] = []
    for byte in bytes {
      if byte != 0x0A {
        if line.count < Self.maximumLine { line.append(byte) } else { lineOverflows = true }
        continue
      }
      while line.last == 0x0D { line.removeLast() }
      if let event = take(line) { events.append(event) }
      line.removeAll(keepingCapacity: true)
      lineOverflows = false
    }
    return events
  }

  private mutating func take(_ line: [UInt8]) -> CheckEvent? {
    guard let start = end(of: mark, in: line) else {
      addNoise(line)
      return nil
    }
    var text = Substring(String(decoding: line[start...], as: UTF8.self))
    if lineOverflows { text += " [cut]" }
    switch next(&text) {
    case "ready":
      let word = next(&text)
      return word == "yes" || word == "no" ? .ready(word == "yes", detail: String(text)) : nil
    case "trouble":
      trouble = String(text)
      return .trouble(String(text))
    case "done":
      isDone = true
      return .done
    case let verb: return take(verb, &text)
    }
  }

  /// A line about one check.
  private mutating func take(_ verb: String, _ text: inout Substring) -> CheckEvent? {
    let id = next(&text)
    guard ids.contains(id), results[id] == nil else { return nil }
    var result = open[id] ?? CheckResult(id: id)
    switch verb {
    case "begin":
      open[id] = result
      return .began(id)
    case "reason": result.reason = String(text.prefix(4096))
    case "note": addNote(text, to: &result)
    case "out":
      if result.output.utf8.count < Self.maximumOutput { result.output += text + "\n" }
    case "end", "recap":
      let word = next(&text)
      guard let status = status(word), let hundredths = Int(text), hundredths >= 0 else { return nil }
      result.status = status
      result.seconds = Double(hundredths) / 100
      open[id] = nil
      results[id] = result
      return .ended(result)
    default: return nil
    }
    open[id] = result
    return nil
  }

  private func status(_ word: String) -> CheckResult.Status? {
    if word == "timeout" { return .outOfTime }
    guard let code = Int(word), (0...255).contains(code) else { return nil }
    return .exited(code)
  }

  private func addNote(_ text: Substring, to result: inout CheckResult) {
    guard let equals = text.firstIndex(of: "=") else { return }
    let name = String(text[..<equals].prefix(64))
    guard !name.isEmpty, result.notes.count < 64 || result.notes[name] != nil else { return }
    result.notes[name] = String(text[text.index(after: equals)...].prefix(1024))
  }

  private mutating func addNoise(_ line: [UInt8]) {
    guard !line.isEmpty else { return }
    noise += String(decoding: line.prefix(Self.maximumNoise), as: UTF8.self) + "\n"
    if noise.utf8.count > Self.maximumNoise { noise = String(noise.suffix(Self.maximumNoise / 2)) }
  }

  /// The word up to the next space, which is taken away with it.
  private func next(_ text: inout Substring) -> String {
    let word = text.prefix { $0 != " " }
    text = text.dropFirst(word.count + 1)
    return String(word)
  }

  /// Where the text behind the first `needle` begins.
  private func end(of needle: [UInt8], in line: [UInt8]) -> Int? {
    guard line.count >= needle.count else { return nil }
    return (0...(line.count - needle.count)).first { line[$0...].starts(with: needle) }.map { $0 + needle.count }
  }
}
