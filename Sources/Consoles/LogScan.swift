import Model

/// Applies console rules to a saved log, in pieces of any size: ours with its times, or what a serial port gave.
///
/// Shape: feed pieces in order, then ``finish()`` once; memory is bounded whatever the log holds.
package struct LogScan: Sendable {
  /// Alarms of each severity that are kept.
  package static let alarms = 200

  private var filter = TerminalFilter()
  private var window = TextWindow(limit: 64 << 10)
  private var book: AlarmBook
  /// The beginning of a line, as long as it may be our log's time.
  private var beginning: [UInt8] = []
  private var isBeginning = true
  /// Whether a line was begun and not ended.
  private var isInside = false
  /// Line feeds of the log.
  private var lineFeeds = 0

  package init(_ rules: ConsoleRules) { book = AlarmBook(rules, limit: Self.alarms) }

  /// What was found, oldest first.
  package var found: [ConsoleAlarm] { book.notes.alarms }
  /// How often something of `severity` was found, what is not kept included.
  package func count(_ severity: ConsoleRule.Severity) -> Int {
    found.count { $0.severity == severity } + book.notes.leftOut[severity, default: 0]
  }
  /// Lines of the log so far, the unfinished one included.
  package var lines: Int { lineFeeds + (isInside ? 1 : 0) }

  package mutating func feed(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x0A).map { $0 + 1 } ?? rest.endIndex
      take(rest[..<end])
      rest = rest[end...]
    }
  }

  /// To be called once, behind the last piece.
  package mutating func finish() {
    if isInside, isBeginning {
      var piece = beginning[...]
      begin(&piece)
      pass(piece)
    }
    _ = book.evaluate(window, quiet: true)
    book.finish(window)
  }

  /// A piece that has no line feed but at its end.
  private mutating func take(_ piece: ArraySlice<UInt8>) {
    isInside = true
    var piece = piece
    if isBeginning {
      if !beginning.isEmpty { piece = (beginning + piece)[...] }
      beginning = []
      // As long as it may be the time of our log, its end is awaited.
      guard piece.count >= Self.longestStamp || piece.last == 0x0A else {
        beginning = Array(piece)
        return
      }
      begin(&piece)
    }
    pass(piece)
    guard piece.last == 0x0A else { return }
    lineFeeds += 1
    isBeginning = true
    isInside = false
  }

  /// Takes the time off the line that begins with `piece`, and notes it.
  private mutating func begin(_ piece: inout ArraySlice<UInt8>) {
    let stamp = Self.stamp(piece)
    piece = piece.dropFirst(stamp?.length ?? 0)
    book.mark(window.end, time: stamp?.time, number: lineFeeds + 1)
    isBeginning = false
  }

  private mutating func pass(_ piece: ArraySlice<UInt8>) {
    var text: [UInt8] = []
    filter.filter(Array(piece), into: &text)
    guard !text.isEmpty else { return }
    window.append(text)
    _ = book.evaluate(window, quiet: false)
    window.trim()
  }

  private static let longestStamp = 18

  /// The time that a line of our log begins with, and its length: `[   12.345] `, exactly three decimals, where a kernel
  /// writes six.
  static func stamp(_ line: ArraySlice<UInt8>) -> (time: Duration, length: Int)? {
    guard line.first == UInt8(ascii: "["), let close = line.prefix(longestStamp).firstIndex(of: UInt8(ascii: "]")),
      close + 1 < line.endIndex, line[close + 1] == 0x20
    else { return nil }
    let inside = line[(line.startIndex + 1)..<close]
    let digits = inside.drop { $0 == 0x20 }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard inside.count >= 9, parts.count == 2, parts[1].count == 3, !parts[0].isEmpty,
      parts.joined().allSatisfy({ (0x30...0x39).contains($0) }),
      let milliseconds = Int64(String(decoding: parts.joined(), as: UTF8.self))
    else { return nil }
    return (.milliseconds(milliseconds), close + 2 - line.startIndex)
  }
}
