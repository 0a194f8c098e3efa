/// What a ``MetadataSession`` wants done.
package enum MetadataAction: Hashable, Sendable {
  /// Send these bytes to the guest.
  case send([UInt8])
  /// Write this down.
  case note(MetadataEvent)
}

/// The host's side of the metadata protocol as a state machine: bytes in, answers and events out, no I/O.
///
/// It answers as the SmartOS agent does, with three differences that keep a foreign talker on the port from making
/// an endless conversation: a line that holds an escape byte is not answered; after ``unknownLimit`` lines that no
/// client sends, further ones are not answered, nor are blank lines that come with them; a line longer than
/// ``maximumLine`` is dropped. Requests that are sound in form are always answered.
/// - SeeAlso: mdata-protocol.md, sections 1 to 4 and 9.
package struct MetadataSession: Sendable {
  /// Bytes of the longest line that is handled.
  package static let maximumLine = 1 << 20
  /// Foreign lines that are answered, since power-on or the last ``reset()``.
  package static let unknownLimit = 8
  /// Characters of foreign text, of keys and of values that are written down.
  static let maximumExcerpt = 200

  package var store: MetadataStore
  private var buffer: [UInt8] = []
  /// Bytes of the over-long line that is being dropped.
  private var dropping: Int?
  private var foreignLines = 0
  private var foreignSinceRequest = false
  private var actions: [MetadataAction] = []

  package init(store: MetadataStore) { self.store = store }

  /// Forgets a partial line and what was foreign: the guest was reset, or the port opened again.
  package mutating func reset() {
    (buffer, dropping, foreignLines, foreignSinceRequest) = ([], nil, 0, false)
  }

  /// Takes bytes from the guest, in any chunks, and handles every line that they complete.
  package mutating func receive(_ bytes: some Sequence<UInt8>) -> [MetadataAction] {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        endLine()
      } else if let dropped = dropping {
        dropping = dropped + 1
      } else if buffer.count == MetadataSession.maximumLine {
        dropping = buffer.count + 1
        buffer = []
      } else {
        buffer.append(byte)
      }
    }
    defer { actions = [] }
    return actions
  }

  private mutating func endLine() {
    if let dropped = dropping {
      dropping = nil
      note(.overlong(bytes: dropped))
      return
    }
    let line = buffer
    buffer.removeAll(keepingCapacity: line.count <= 4096)
    handle(line)
  }

  private mutating func send(_ text: String) { actions.append(.send(Array(text.utf8))) }
  private mutating func note(_ event: MetadataEvent) { actions.append(.note(event)) }

  // MARK: Lines

  private mutating func handle(_ bytes: [UInt8]) {
    let all = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    if all.contains("\u{1b}") { return foreign(all[...], answer: nil) }
    let line = all[...].trimmedAtEnd
    if line.isEmpty { return blank(cooked: all.last == "\r") }
    let command = line.prefix { !$0.isBlank }
    guard !command.isEmpty else { return foreign(line, answer: "invalid command\n") }
    let argument = line[command.endIndex...].dropFirst().firstLine
    switch command.ascii {
    case "NEGOTIATE" where argument.isEmpty, "GET" where argument.isEmpty:
      request(.incomplete(command.text))
      send("invalid command\n")
    case "NEGOTIATE":
      let accepted = argument.text.isSame(as: "V2")
      request(.negotiate(excerpt(argument), accepted: accepted))
      send(accepted ? "V2_OK\n" : "FAILURE\n")
    case "V2":
      do { frame(try MetadataFrame(parsing: argument)) } catch {
        note(.badFrame(reason: error.text, text: excerpt(line)))
      }
    case "GET": get(argument.trimmed.text)
    case "KEYS":
      request(.keys(.one, count: store.keys.count))
      send("SUCCESS\n\(store.keys.joined(separator: "\n").dotStuffed)\n.\n")
    default: foreign(line, answer: "FAILURE\n")
    }
  }

  /// An empty line, which begins a session. Clients send a bare LF; with a CR it may as well be a console's.
  private mutating func blank(cooked: Bool) {
    let answered = !(cooked && foreignSinceRequest && foreignLines >= MetadataSession.unknownLimit)
    note(.reset(answered: answered))
    if answered { send("invalid command\n") }
  }

  private mutating func request(_ event: MetadataEvent) {
    foreignSinceRequest = false
    note(event)
  }

  private mutating func foreign(_ line: Scalars, answer: String?) {
    foreignLines += 1
    foreignSinceRequest = true
    let answered = answer != nil && foreignLines <= MetadataSession.unknownLimit
    note(.foreign(text: excerpt(line), answered: answered))
    if answered, let answer { send(answer) }
    if foreignLines == MetadataSession.unknownLimit + 1 { note(.muted) }
  }

  private mutating func get(_ key: String) {
    let found = store.lookup(key)
    request(.get(key: excerpt(key), .one, found.result))
    switch found {
    case .found(let value): send("SUCCESS\n\(value.dotStuffed)\n.\n")
    case .notFound: send("NOTFOUND\n")
    case .failure: send("FAILURE\n")
    }
  }

  // MARK: Frames

  private mutating func frame(_ frame: MetadataFrame) {
    switch Array(frame.code.unicodeScalars)[...].ascii {
    case "GET":
      let key = frame.content.trimmedText
      let found = key.isEmpty ? .failure("Invalid GET Request") : store.lookup(key)
      request(.get(key: excerpt(key), .two, found.result))
      answer(frame, found)
    case "KEYS":
      request(.keys(.two, count: store.keys.count))
      answer(frame, .found(store.keys.joined(separator: "\n")))
    case "PUT": put(frame)
    case "DELETE":
      let key = frame.content.trimmedText
      let result =
        key.isEmpty
        ? .failure("Invalid DELETE Request")
        : update { store throws(MetadataStore.Refusal) in
          try store.delete(key)
        }
      request(.delete(key: excerpt(key), result.result))
      answer(frame, result)
    case "SUCCESS", "NOTFOUND", "FAILURE":
      // Our own answer, sent back by a terminal that echoes.
      let text = Array("V2 \(frame.id) \(frame.code)".unicodeScalars)
      foreign(text[...], answer: MetadataFrame.failure(frame.id, "Unknown command \(frame.code)").line)
    default:
      request(.unknownCode(excerpt(frame.code)))
      answer(frame, .failure("Unknown command \(frame.code)"))
    }
  }

  private mutating func put(_ frame: MetadataFrame) {
    let words = Array(frame.content.unicodeScalars)[...].trimmed.split(
      separator: " ", omittingEmptySubsequences: false
    ).map { String(decoding: Base64.decode($0.text.utf8), as: UTF8.self) }
    let key = words.first?.trimmedText ?? ""
    guard words.count == 2, !key.isEmpty else {
      request(.put(key: excerpt(key), value: nil, .failure("Invalid PUT Request")))
      return answer(frame, .failure("Invalid PUT Request"))
    }
    let result = update { store throws(MetadataStore.Refusal) in try store.put(key, words[1]) }
    let value = MetadataStore.isPassword(key) ? nil : excerpt(words[1])
    request(.put(key: excerpt(key), value: value, result.result))
    answer(frame, result)
  }

  private mutating func update(
    _ body: (inout MetadataStore) throws(MetadataStore.Refusal) -> Void
  ) -> MetadataStore.Lookup {
    do {
      try body(&store)
      return .found("OK")
    } catch {
      return .failure(error.text)
    }
  }

  private mutating func answer(_ frame: MetadataFrame, _ result: MetadataStore.Lookup) {
    switch result {
    case .found(let value):
      send(MetadataFrame(id: frame.id, code: "SUCCESS", content: Array(value.utf8)).line)
    case .notFound: send(MetadataFrame(id: frame.id, code: "NOTFOUND").line)
    case .failure(let text): send(MetadataFrame.failure(frame.id, text).line)
    }
  }

  // MARK: Text for the transcript

  private func excerpt(_ text: String) -> String { excerpt(Array(text.unicodeScalars)[...]) }

  /// The beginning of `text`, passwords of the store blotted out, also in base64.
  private func excerpt(_ text: Scalars) -> String {
    var begin = text.prefix(4096).text
    for secret in store.secrets where secret.utf8.count >= 4 {
      for form in [secret, Base64.encode(secret.utf8)] { begin.replace(form, with: "[secret]") }
    }
    let cut = begin.unicodeScalars.prefix(MetadataSession.maximumExcerpt)
    return cut.count < begin.unicodeScalars.count || text.count > 4096 ? String(cut) + "…" : begin
  }
}

extension MetadataFrame {
  fileprivate static func failure(_ id: String, _ text: String) -> MetadataFrame {
    MetadataFrame(id: id, code: "FAILURE", content: Array(text.utf8))
  }
}

extension MetadataStore.Lookup {
  fileprivate var result: MetadataEvent.Result {
    switch self {
    case .found(let value): .success(bytes: value.utf8.count)
    case .notFound: .notFound
    case .failure(let text): .failure(text)
    }
  }
}
