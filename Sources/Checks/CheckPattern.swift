import Model

/// A pattern over check ids: `network.address`, `network.*`, `*.root-?`, or an area by itself (`network`).
///
/// `*` stands for any characters, `?` for one; a slash is read as the dot.
package struct CheckPattern: Hashable, Sendable, CustomStringConvertible {
  private let pattern: [UInt8]
  private let text: String

  /// - Throws: ``VerifyError`` `.usage` when `text` holds anything that no check id can match.
  package init(_ text: String) throws {
    let pattern = text.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 }
    let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789-.*?".utf8)
    guard !pattern.isEmpty, pattern.count <= 200, pattern.allSatisfy(allowed.contains) else {
      throw VerifyError(
        .usage, "'\(text.prefix(200))' is no pattern for check ids; write an id, an area, or use * and ? ('network.*')")
    }
    self.text = text
    self.pattern = pattern
  }

  package var description: String { text }

  package func matches(_ id: String) -> Bool {
    if glob(pattern[...], Array(id.utf8)[...]) { return true }
    return !pattern.contains(UInt8(ascii: "."))
      && glob(pattern[...], Array(id.utf8.prefix { $0 != UInt8(ascii: ".") })[...])
  }

  /// Matches with one point of return, the last star, so that time is bounded by the product of both lengths.
  private func glob(_ pattern: ArraySlice<UInt8>, _ id: ArraySlice<UInt8>) -> Bool {
    var (p, i) = (pattern.startIndex, id.startIndex)
    var star: (pattern: Int, id: Int)?
    while i < id.endIndex {
      if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") {
        star = (p, i)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == UInt8(ascii: "?") || pattern[p] == id[i] {
        p += 1
        i += 1
      } else if let last = star {
        star = (last.pattern, last.id + 1)
        (p, i) = (last.pattern + 1, last.id + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
