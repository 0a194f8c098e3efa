/// Turns what a guest writes to its serial line into plain UTF-8 text that is harmless on a terminal.
///
/// Escape sequences are taken out; those that move the cursor to another row become a line feed, so that a screen
/// that is drawn by position (GRUB, SeaBIOS) still reads as lines. CR LF and a lone CR inside a line become one line
/// feed. Other control characters are dropped; invalid UTF-8, C1 controls and characters that reorder or hide text
/// become U+FFFD. No line grows past ``longestLine`` bytes. State carries over from call to call, so the result does
/// not depend on how the bytes were cut.
package struct TerminalFilter: Sendable {
  /// Bytes after which a line is broken.
  package static let longestLine = 4096

  private var parser = TerminalParser()
  private var lines = PlainLines()

  package init() {}

  /// Appends the plain text of `bytes` to `out`, at most three bytes for each one.
  package mutating func filter(_ bytes: [UInt8], into out: inout [UInt8]) {
    swap(&lines.out, &out)
    parser.parse(bytes, into: &lines)
    swap(&lines.out, &out)
  }
}

/// The text that ``TerminalFilter`` makes.
private struct PlainLines: TerminalSink {
  var out: [UInt8] = []
  private var column = 0
  private var pendingReturn = false

  mutating func text(_ run: UnsafeBufferPointer<UInt8>) {
    resolveReturn()
    var at = 0
    while at < run.count {
      if column >= TerminalFilter.longestLine { breakLine() }
      let end = min(run.count, at + TerminalFilter.longestLine - column)
      out.append(contentsOf: UnsafeBufferPointer(rebasing: run[at..<end]))
      column += end - at
      at = end
    }
  }

  mutating func character(_ scalar: Unicode.Scalar) {
    makeRoom()
    for byte in UTF8.encode(scalar)! { append(byte) }
  }

  mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x0A:
      pendingReturn = false
      out.append(0x0A)
      column = 0
    case 0x0D: pendingReturn = true
    case 0x09: put(byte)
    default: break
    }
  }

  mutating func escape(_ intermediates: [UInt8], final: UInt8) {
    guard intermediates.isEmpty else { return }
    switch final {
    case UInt8(ascii: "c"), UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "M"): breakLine()
    default: break
    }
  }

  mutating func sequence(_ parameters: [UInt8], final: UInt8) {
    switch final {
    case UInt8(ascii: "H"), UInt8(ascii: "f"), UInt8(ascii: "d"), UInt8(ascii: "J"), UInt8(ascii: "A"),
      UInt8(ascii: "B"), UInt8(ascii: "E"), UInt8(ascii: "F"):
      breakLine()
    case UInt8(ascii: "C"): put(0x20)
    default: break
    }
  }

  private mutating func put(_ byte: UInt8) {
    makeRoom()
    append(byte)
  }

  /// Makes room for one more character.
  private mutating func makeRoom() {
    resolveReturn()
    if column > TerminalFilter.longestLine - 4 { breakLine() }
  }

  private mutating func append(_ byte: UInt8) {
    out.append(byte)
    column += 1
  }

  private mutating func resolveReturn() {
    guard pendingReturn else { return }
    pendingReturn = false
    breakLine()
  }

  private mutating func breakLine() {
    guard column > 0 else { return }
    out.append(0x0A)
    column = 0
  }
}
