/// Lets through of a guest's console what a person's terminal may obey, and drops the rest.
///
/// What passes: printable UTF-8; BEL, BS, TAB, LF and CR; and the sequences of ``SafeSequence``, which move the cursor,
/// erase, scroll and colour. What does not: all that makes a terminal answer (DA, DSR, DECRQSS, ENQ), all strings (OSC
/// with its titles and clipboard, DCS, APC, PM, SOS), character sets, mouse and key reports, resets, C1 controls, and
/// characters that hide text or turn it round (those become U+FFFD).
///
/// Shape: only whole sequences come out, so the terminal is never left inside one; at most three bytes for each that
/// goes in; state carries over from call to call, so the result does not depend on how the bytes were cut.
package struct SafeTerminal: Sendable {
  /// Bytes after which a sequence or a string that does not end is given up, so that nothing can be hidden in one.
  private static let longestSequence = 64
  private static let longestString = 4096

  private enum State { case ground, escape, intermediate, control, string, character }

  /// Whether characters beyond ASCII may pass; a terminal that does not read UTF-8 takes some of their bytes for
  /// controls.
  private let unicode: Bool
  private var state = State.ground
  /// Parameters of the control sequence under way.
  private var parameters: [UInt8] = []
  /// Bytes of the string under way.
  private var length = 0
  /// The UTF-8 character under way.
  private var character: [UInt8] = []
  private var awaited = 0
  private var modes = TerminalModes()

  package init(unicode: Bool = true) { self.unicode = unicode }

  /// What undoes the modes that the guest has set so far; empty when there is nothing to undo.
  package var restoring: [UInt8] { modes.restoring }

  /// The bytes of `input` that may pass.
  package mutating func filter(_ input: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(input.count)
    var at = 0
    while at < input.count {
      // A byte that breaks off a sequence is looked at again from the ground state.
      if take(input[at], into: &out) { at += 1 }
    }
    return out
  }

  /// Whether `byte` was used up; false: it broke off a sequence and must be offered again.
  private mutating func take(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
    switch state {
    case .ground: ground(byte, into: &out)
    case .escape: return escape(byte, into: &out)
    case .intermediate:
      // A character set, a test pattern: up to its last byte, and gone.
      length += 1
      if (0x20..<0x30).contains(byte), length < Self.longestSequence { return true }
      state = .ground
      return (0x20..<0x7F).contains(byte)
    case .control: return control(byte, into: &out)
    case .string:
      // ESC begins the terminator, or another sequence; BEL is one; any other control breaks the string off.
      length += 1
      if byte >= 0x20, length < Self.longestString { return true }
      state = .ground
      return byte == 0x07 || byte >= 0x20
    case .character: return continuation(byte, into: &out)
    }
    return true
  }

  private mutating func ground(_ byte: UInt8, into out: inout [UInt8]) {
    switch byte {
    case 0x20...0x7E, 0x07, 0x08, 0x09, 0x0A, 0x0D: out.append(byte)
    case 0x1B: state = .escape
    case 0xC2...0xDF: begin(byte, awaiting: 1)
    case 0xE0...0xEF: begin(byte, awaiting: 2)
    case 0xF0...0xF4: begin(byte, awaiting: 3)
    case 0x80...0xFF: replace(into: &out)
    default: break
    }
  }

  private mutating func escape(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
    state = .ground
    length = 0
    switch byte {
    case UInt8(ascii: "["):
      state = .control
      parameters = []
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
      state = .string
    case 0x20...0x2F: state = .intermediate
    case 0x30...0x7E:
      guard SafeSequence.escapes.contains(byte) else { break }
      out += [0x1B, byte]
      modes.note(escape: byte)
    default: return false
    }
    return true
  }

  private mutating func control(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
    switch byte {
    case 0x20...0x3F:
      parameters.append(byte)
      if parameters.count >= Self.longestSequence { state = .ground }
    case 0x40...0x7E:
      state = .ground
      guard let sequence = SafeSequence(parameters, final: byte) else { break }
      out += sequence.bytes
      modes.note(sequence)
    default:
      state = .ground
      return false
    }
    return true
  }

  private mutating func begin(_ byte: UInt8, awaiting count: Int) {
    state = .character
    character = [byte]
    awaited = count
  }

  private mutating func continuation(_ byte: UInt8, into out: inout [UInt8]) -> Bool {
    guard byte & 0xC0 == 0x80 else {
      state = .ground
      replace(into: &out)
      return false
    }
    character.append(byte)
    awaited -= 1
    guard awaited == 0 else { return true }
    state = .ground
    // Decoding refuses surrogates, and characters written with more bytes than they need.
    if unicode, let text = String(validating: character, as: UTF8.self), let scalar = text.unicodeScalars.first,
      !TerminalFilter.isUnsafe(scalar.value)
    {
      out += character
    } else {
      replace(into: &out)
    }
    return true
  }

  private func replace(into out: inout [UInt8]) { out += unicode ? [0xEF, 0xBF, 0xBD] : [UInt8(ascii: "?")] }
}
