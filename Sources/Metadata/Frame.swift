/// A request or an answer of protocol version 2.
package struct MetadataFrame: Hashable, Sendable {
  /// Hexadecimal digits that tie an answer to its request.
  package var id: String
  /// `GET`, `SUCCESS`, …
  package var code: String
  /// Base64 as it stood on the line; empty: none.
  package var payload: String

  package init(id: String, code: String, payload: String = "") {
    (self.id, self.code, self.payload) = (id, code, payload)
  }

  /// An answer or request whose payload is the base64 form of `content`; empty content has no payload.
  package init(id: String, code: String, content: [UInt8]) {
    self.init(id: id, code: code, payload: Base64.encode(content))
  }

  /// The payload decoded, as text; bytes that are not UTF-8 become U+FFFD.
  package var content: String { String(decoding: Base64.decode(payload.utf8), as: UTF8.self) }

  /// The frame as a line, LF included.
  package var line: String {
    let body = payload.isEmpty ? "\(id) \(code)" : "\(id) \(code) \(payload)"
    return "V2 \(body.utf16.count) \(CRC32.text(body.utf8)) \(body)\n"
  }
}

/// Why a line that begins with `V2` is no frame; the agent stays silent on it.
enum FrameDefect: Error, Hashable {
  case shape
  case length(said: String, is: Int)
  case checksum(said: String, is: String)

  var text: String {
    switch self {
    case .shape: "not of the form of a frame"
    case .length(let said, let real): "length says \(said.prefix(20)), is \(real)"
    case .checksum(let said, let real): "checksum says \(said.prefix(20)), is \(real)"
    }
  }
}

extension MetadataFrame {
  /// Reads what follows `V2 ` on a line, exactly as leniently as the agent.
  ///
  /// The agent searches for digits, hex digits, hex digits, rest, with white space between, wherever they begin; it
  /// checks length and checksum of the second hex word and the rest, joined by one blank. Runs in linear time.
  /// - SeeAlso: mdata-protocol.md, section 4.1.
  init(parsing text: Scalars) throws(FrameDefect) {
    let words = text.split { $0.isBlank }
    for index in words.indices.dropLast(2) {
      let length = words[index].suffix(while: \.isDigit)
      let (checksum, id) = (words[index + 1], words[index + 2])
      guard !length.isEmpty, checksum.allSatisfy(\.isLowerHex), id.allSatisfy(\.isLowerHex) else { continue }
      guard id.endIndex < text.endIndex else { continue }
      let rest = text[id.endIndex...].drop { $0.isBlank }.firstLine
      let body = id + [" "] + rest
      let said = length.text
      guard let count = Int(said), count > 0, count == body.units else {
        throw .length(said: said, is: body.units)
      }
      let real = CRC32.text(body.text.utf8)
      guard checksum.text == real else { throw .checksum(said: checksum.text, is: real) }
      let code = rest.prefix { !$0.isBlank }
      guard !code.isEmpty else { throw .shape }
      let payload = rest[code.endIndex...].drop { $0.isBlank }.firstLine
      self.init(id: id.text, code: code.text, payload: payload.text)
      return
    }
    throw .shape
  }
}

extension ArraySlice {
  /// The longest end of the slice whose elements all satisfy `predicate`.
  fileprivate func suffix(while predicate: (Element) -> Bool) -> ArraySlice {
    var start = endIndex
    while start > startIndex, predicate(self[start - 1]) { start -= 1 }
    return self[start...]
  }

}
