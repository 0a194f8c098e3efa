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
  private var parser = TerminalParser(longestString: 4096)
  private var output: SafeOutput

  /// - Parameter unicode: whether characters beyond ASCII may pass; a terminal that does not read UTF-8 takes some of
  ///   their bytes for controls.
  package init(unicode: Bool = true) { output = SafeOutput(unicode: unicode) }

  /// What undoes the modes that the guest has set so far; empty when there is nothing to undo.
  package var restoring: [UInt8] { output.modes.restoring }

  /// The bytes of `input` that may pass.
  package mutating func filter(_ input: [UInt8]) -> [UInt8] {
    output.bytes = []
    output.bytes.reserveCapacity(input.count)
    parser.parse(input, into: &output)
    return output.bytes
  }
}

/// What ``SafeTerminal`` lets through.
private struct SafeOutput: TerminalSink {
  let unicode: Bool
  var bytes: [UInt8] = []
  var modes = TerminalModes()

  init(unicode: Bool) { self.unicode = unicode }

  mutating func text(_ run: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: run) }

  mutating func character(_ scalar: Unicode.Scalar) {
    if unicode { bytes.append(contentsOf: UTF8.encode(scalar)!) } else { bytes.append(UInt8(ascii: "?")) }
  }

  mutating func control(_ byte: UInt8) {
    switch byte {
    case 0x07, 0x08, 0x09, 0x0A, 0x0D: bytes.append(byte)
    default: break
    }
  }

  mutating func escape(_ intermediates: [UInt8], final: UInt8) {
    guard intermediates.isEmpty, SafeSequence.escapes.contains(final) else { return }
    bytes += [0x1B, final]
    modes.note(escape: final)
  }

  mutating func sequence(_ parameters: [UInt8], final: UInt8) {
    guard let sequence = SafeSequence(parameters, final: final) else { return }
    bytes += sequence.bytes
    modes.note(sequence)
  }
}
