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
  /// Bytes after which an escape sequence that does not end is given up, so that nothing can be hidden in one.
  private static let longestSequence = 256

  private enum State { case ground, escape, intermediate, control, string, character }

  private var state = State.ground
  private var length = 0
  private var column = 0
  private var pendingReturn = false
  /// The UTF-8 sequence under way: its scalar so far, bytes still awaited, and the least scalar of that length.
  private var scalar: UInt32 = 0
  private var awaited = 0
  private var least: UInt32 = 0

  package init() {}

  /// Appends the plain text of `bytes` to `out`, at most three bytes for each one.
  package mutating func filter(_ bytes: [UInt8], into out: inout [UInt8]) {
    bytes.withUnsafeBufferPointer { input in
      var at = 0
      while at < input.count {
        if state == .ground {
          // Most of what comes is printable ASCII: copy it in runs.
          var end = at
          while end < input.count, input[end] >= 0x20, input[end] < 0x7F { end += 1 }
          if end > at {
            resolveReturn(&out)
            while at < end {
              if column >= Self.longestLine { breakLine(&out) }
              let run = min(end - at, Self.longestLine - column)
              out.append(contentsOf: UnsafeBufferPointer(rebasing: input[at..<at + run]))
              column += run
              at += run
            }
            continue
          }
        }
        // A byte that ends a broken sequence is looked at again from the ground state.
        if take(input[at], into: &out) { at += 1 }
      }
    }
  }

  /// Whether `byte` was used up; false: it broke off a sequence and must be offered again.
  private mutating func take(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
    switch state {
    case .ground:
      ground(byte, into: &out)
      return true
    case .escape:
      state = .ground
      switch byte {
      case UInt8(ascii: "["): enter(.control)
      case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
        enter(.string)
      case 0x20...0x2F: enter(.intermediate)
      case UInt8(ascii: "c"), UInt8(ascii: "D"), UInt8(ascii: "E"), UInt8(ascii: "M"): breakLine(&out)
      case 0x30...0x7E: break
      default: return false
      }
      return true
    case .intermediate:
      if byte >= 0x20, byte < 0x30, grow() { return true }
      state = .ground
      return byte >= 0x30 && byte < 0x7F
    case .control:
      if byte >= 0x20, byte < 0x40 {
        if !grow() { state = .ground }
        return true
      }
      state = .ground
      guard byte >= 0x40, byte < 0x7F else { return false }
      switch byte {
      case UInt8(ascii: "H"), UInt8(ascii: "f"), UInt8(ascii: "d"), UInt8(ascii: "J"), UInt8(ascii: "A"),
        UInt8(ascii: "B"), UInt8(ascii: "E"), UInt8(ascii: "F"):
        breakLine(&out)
      case UInt8(ascii: "C"): put(0x20, into: &out)
      default: break
      }
      return true
    case .string:
      // ESC begins the terminator (or another sequence), BEL is one; any other control breaks the string off.
      if byte >= 0x20, grow() { return true }
      state = .ground
      return byte == 0x07 || byte >= 0x20
    case .character:
      guard byte & 0xC0 == 0x80 else {
        state = .ground
        replacement(into: &out)
        return false
      }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
      awaited -= 1
      if awaited == 0 {
        state = .ground
        character(into: &out)
      }
      return true
    }
  }

  private mutating func ground(_ byte: UInt8, into out: inout [UInt8]) {
    switch byte {
    case 0x0A:
      pendingReturn = false
      out.append(0x0A)
      column = 0
    case 0x0D: pendingReturn = true
    case 0x1B: state = .escape
    case 0x09, 0x20...0x7E: put(byte, into: &out)
    case 0xC2...0xDF: begin(UInt32(byte & 0x1F), awaiting: 1, least: 0x80)
    case 0xE0...0xEF: begin(UInt32(byte & 0x0F), awaiting: 2, least: 0x800)
    case 0xF0...0xF4: begin(UInt32(byte & 0x07), awaiting: 3, least: 0x10000)
    case 0x80...0xFF: replacement(into: &out)
    default: break
    }
  }

  private mutating func enter(_ next: State) {
    state = next
    length = 0
  }

  private mutating func grow() -> Bool {
    length += 1
    return length < Self.longestSequence
  }

  private mutating func begin(_ bits: UInt32, awaiting count: Int, least: UInt32) {
    state = .character
    (scalar, awaited, self.least) = (bits, count, least)
  }

  private mutating func character(into out: inout [UInt8]) {
    guard scalar >= least, let value = Unicode.Scalar(scalar), !Self.isUnsafe(scalar) else {
      return replacement(into: &out)
    }
    prepare(&out)
    for byte in UTF8.encode(value)! { append(byte, to: &out) }
  }

  private mutating func replacement(into out: inout [UInt8]) {
    prepare(&out)
    for byte: UInt8 in [0xEF, 0xBF, 0xBD] { append(byte, to: &out) }
  }

  /// C1 controls, and characters that hide text or turn its direction round.
  static func isUnsafe(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x80...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }

  private mutating func put(_ byte: UInt8, into out: inout [UInt8]) {
    prepare(&out)
    append(byte, to: &out)
  }

  /// Makes room for one more character.
  private mutating func prepare(_ out: inout [UInt8]) {
    resolveReturn(&out)
    if column > Self.longestLine - 4 { breakLine(&out) }
  }

  private mutating func append(_ byte: UInt8, to out: inout [UInt8]) {
    out.append(byte)
    column += 1
  }

  private mutating func resolveReturn(_ out: inout [UInt8]) {
    guard pendingReturn else { return }
    pendingReturn = false
    breakLine(&out)
  }

  private mutating func breakLine(_ out: inout [UInt8]) {
    guard column > 0 else { return }
    out.append(0x0A)
    column = 0
  }
}
