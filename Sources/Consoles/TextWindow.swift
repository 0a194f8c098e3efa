import Glibc

/// The newest part of a text, at offsets that count from the text's beginning.
///
/// Shape: after ``trim()`` it holds at most twice `limit` bytes; lines end in LF and are at most
/// ``TerminalFilter/longestLine`` bytes long.
struct TextWindow: Sendable {
  private(set) var bytes: [UInt8] = []
  /// Offset of the first byte kept.
  private(set) var base: UInt64 = 0
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Offset behind the last byte.
  var end: UInt64 { base + UInt64(bytes.count) }

  mutating func append(_ text: [UInt8]) { bytes += text }

  /// Forgets the oldest bytes once there are more than twice `limit`.
  mutating func trim() {
    guard bytes.count > 2 * limit else { return }
    let excess = bytes.count - limit
    bytes.removeFirst(excess)
    base += UInt64(excess)
  }

  /// The byte at `offset`, or nil when it has gone or has not come yet.
  subscript(offset: UInt64) -> UInt8? {
    offset >= base && offset < end ? bytes[Int(offset - base)] : nil
  }

  /// Offset of the first `needle` that lies in `from..<to`.
  func find(_ needle: [UInt8], from: UInt64, to: UInt64? = nil) -> UInt64? {
    let start = index(from)
    let stop = index(to ?? end)
    return bytes.firstOffset(of: needle, in: start..<max(start, stop)).map { base + UInt64($0) }
  }

  /// Offset of the first byte of the line that holds `offset`.
  func lineStart(_ offset: UInt64) -> UInt64 {
    var at = index(offset)
    while at > 0, bytes[at - 1] != 0x0A { at -= 1 }
    return base + UInt64(at)
  }

  /// Offset of the LF that ends the line that holds `offset`; nil: not there yet.
  func lineEnd(_ offset: UInt64) -> UInt64? { find([0x0A], from: offset) }

  /// How many lines end in `from..<to`, as far as it is still here.
  func lineFeeds(from: UInt64, to: UInt64) -> Int {
    let start = index(from)
    return bytes[start..<max(start, index(to))].count { $0 == 0x0A }
  }

  /// The text in `from..<to`, as far as it is still here.
  func text(from: UInt64, to: UInt64) -> String {
    let start = index(from)
    return String(decoding: bytes[start..<max(start, index(to))], as: UTF8.self)
  }

  /// The last `count` lines that are not blank, oldest first, the unfinished one included.
  func lastLines(_ count: Int) -> [String] {
    bytes.split(separator: 0x0A).filter { $0.contains { $0 > 0x20 } }.suffix(count)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private func index(_ offset: UInt64) -> Int { Int(min(max(offset, base), end) - base) }
}

extension [UInt8] {
  /// Index of the first `needle` that lies in `range`.
  func firstOffset(of needle: [UInt8], in range: Range<Int>) -> Int? {
    guard let first = needle.first, range.count >= needle.count else { return nil }
    return withUnsafeBytes { hay in
      needle.withUnsafeBytes { needle in
        var at = range.lowerBound
        let last = range.upperBound - needle.count
        while at <= last {
          guard let hit = memchr(hay.baseAddress! + at, CInt(first), last - at + 1) else { return nil }
          at = UnsafeRawPointer(hit) - hay.baseAddress!
          if memcmp(hay.baseAddress! + at, needle.baseAddress!, needle.count) == 0 { return at }
          at += 1
        }
        return nil
      }
    }
  }
}
