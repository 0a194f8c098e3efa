/// What is done with the parts of what a guest writes; see ``TerminalParser``.
protocol TerminalSink {
  /// Printable ASCII, one byte or more.
  mutating func text(_ run: UnsafeBufferPointer<UInt8>)
  /// A character beyond ASCII; U+FFFD for bytes that are none, for C1 controls, and for what hides or turns text.
  mutating func character(_ scalar: Unicode.Scalar)
  /// A control below 0x20 that is not ESC, or DEL.
  mutating func control(_ byte: UInt8)
  /// `ESC`, intermediate bytes (mostly none), a final byte.
  mutating func escape(_ intermediates: [UInt8], final: UInt8)
  /// `ESC [`, parameters and intermediates, a final byte.
  mutating func sequence(_ parameters: [UInt8], final: UInt8)
}

/// Cuts what a guest writes to its terminal into text, controls and sequences; strings (OSC, DCS, APC, PM, SOS) vanish.
///
/// Nothing can be hidden in a sequence that does not end: it is given up after ``longestSequence`` bytes, a string
/// after `longestString`, and both are broken off by any control, which then counts. State carries over from call to
/// call, so the result does not depend on how the bytes were cut.
struct TerminalParser: Sendable {
  static let longestSequence = 64

  private enum State { case ground, escape, intermediate, control, string, character }

  private let longestString: Int
  private var state = State.ground
  /// Parameters and intermediates of the sequence under way.
  private var held: [UInt8] = []
  /// Bytes of the string under way.
  private var length = 0
  /// The UTF-8 sequence under way: its scalar so far, bytes still awaited, and the least scalar of that length.
  private var scalar: UInt32 = 0
  private var awaited = 0
  private var least: UInt32 = 0

  init(longestString: Int = 256) {
    self.longestString = longestString
    held.reserveCapacity(Self.longestSequence)
  }

  mutating func parse(_ bytes: [UInt8], into sink: inout some TerminalSink) {
    bytes.withUnsafeBufferPointer { input in
      var at = 0
      while at < input.count {
        if state == .ground {
          // Most of what comes is printable ASCII: hand it on in runs.
          var end = at
          while end < input.count, input[end] >= 0x20, input[end] < 0x7F { end += 1 }
          if end > at {
            sink.text(UnsafeBufferPointer(rebasing: input[at..<end]))
            at = end
            continue
          }
        }
        // A byte that breaks off a sequence is looked at again from the ground state.
        if take(input[at], into: &sink) { at += 1 }
      }
    }
  }

  /// Whether `byte` was used up; false: it broke off a sequence and must be offered again.
  private mutating func take(_ byte: UInt8, into sink: inout some TerminalSink) -> Bool {
    switch state {
    case .ground: ground(byte, into: &sink)
    case .escape: return escape(byte, into: &sink)
    case .intermediate:
      if (0x20..<0x30).contains(byte), grow(byte) { return true }
      state = .ground
      guard (0x20..<0x7F).contains(byte) else { return false }
      if byte >= 0x30 { sink.escape(held, final: byte) }
    case .control:
      if (0x20..<0x40).contains(byte) {
        if !grow(byte) { state = .ground }
        return true
      }
      state = .ground
      guard (0x40..<0x7F).contains(byte) else { return false }
      sink.sequence(held, final: byte)
    case .string:
      // ESC begins the terminator, or another sequence; BEL is one; any other control breaks the string off.
      length += 1
      if byte >= 0x20, length < longestString { return true }
      state = .ground
      return byte == 0x07 || byte >= 0x20
    case .character:
      guard byte & 0xC0 == 0x80 else {
        state = .ground
        sink.character("\u{FFFD}")
        return false
      }
      scalar = scalar << 6 | UInt32(byte & 0x3F)
      awaited -= 1
      guard awaited == 0 else { return true }
      state = .ground
      let value = scalar >= least && !Self.isUnsafe(scalar) ? Unicode.Scalar(scalar) : nil
      sink.character(value ?? "\u{FFFD}")
    }
    return true
  }

  private mutating func ground(_ byte: UInt8, into sink: inout some TerminalSink) {
    switch byte {
    case 0x1B: state = .escape
    case 0xC2...0xDF: begin(UInt32(byte & 0x1F), awaiting: 1, least: 0x80)
    case 0xE0...0xEF: begin(UInt32(byte & 0x0F), awaiting: 2, least: 0x800)
    case 0xF0...0xF4: begin(UInt32(byte & 0x07), awaiting: 3, least: 0x10000)
    case 0x80...0xFF: sink.character("\u{FFFD}")
    default: sink.control(byte)
    }
  }

  private mutating func escape(_ byte: UInt8, into sink: inout some TerminalSink) -> Bool {
    state = .ground
    held.removeAll(keepingCapacity: true)
    switch byte {
    case UInt8(ascii: "["): state = .control
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      state = .string
      length = 0
    case 0x20...0x2F:
      state = .intermediate
      held.append(byte)
    case 0x30...0x7E: sink.escape([], final: byte)
    default: return false
    }
    return true
  }

  private mutating func grow(_ byte: UInt8) -> Bool {
    held.append(byte)
    return held.count < Self.longestSequence
  }

  private mutating func begin(_ bits: UInt32, awaiting count: Int, least: UInt32) {
    state = .character
    (scalar, awaited, self.least) = (bits, count, least)
  }

  /// C1 controls, and characters that hide text or turn its direction round.
  private static func isUnsafe(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x80...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
  }
}
