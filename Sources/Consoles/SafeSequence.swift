/// A control sequence (`ESC [` … final byte) that a guest may send to a person's terminal.
///
/// None of them makes a terminal answer, and what they change is undone by ``TerminalModes``.
struct SafeSequence: Equatable {
  /// Final bytes of `ESC x` that may pass: save and restore the cursor, keypad modes, index, next line, reverse index.
  static let escapes = Set("78=>DEM".utf8)

  /// Whether it sets or resets a mode of DEC's (`?`).
  private(set) var isPrivate = false
  /// The numbers; nil: one that was left out.
  private(set) var numbers: [Int?]
  let final: UInt8

  /// Nil for a sequence that is none of those allowed.
  ///
  /// - Parameter parameters: what stands between `ESC [` and the final byte.
  init?(_ parameters: [UInt8], final: UInt8) {
    self.final = final
    isPrivate = parameters.first == UInt8(ascii: "?")
    let digits = parameters.dropFirst(isPrivate ? 1 : 0)
    var numbers: [Int?] = []
    for part in digits.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) where !digits.isEmpty {
      // Digits alone, and few of them: no terminal is to be made to count to a billion.
      guard part.count <= 4, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      numbers.append(Int(String(decoding: part, as: UTF8.self)))
    }
    self.numbers = numbers
    guard isPrivate ? keepKnownModes() : isHarmless else { return nil }
  }

  /// Modes of DEC's that a guest may set: cursor keys, wrapping, the cursor's blinking and showing, the other screen.
  private static let modes: Set<Int> = [1, 7, 12, 25, 1049]

  private mutating func keepKnownModes() -> Bool {
    guard final == UInt8(ascii: "h") || final == UInt8(ascii: "l") else { return false }
    numbers = numbers.filter { $0.map(Self.modes.contains) ?? false }
    return !numbers.isEmpty
  }

  private var isHarmless: Bool {
    switch final {
    // Cursor moves, tabulation, insert and delete, scroll. `T` with more numbers would start mouse reports.
    case UInt8(ascii: "A")...UInt8(ascii: "G"), UInt8(ascii: "I"), UInt8(ascii: "Z"), UInt8(ascii: "L"),
      UInt8(ascii: "M"), UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "X"),
      UInt8(ascii: "@"), UInt8(ascii: "a"), UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "`"):
      numbers.count <= 1
    // Place the cursor, set the scroll region.
    case UInt8(ascii: "H"), UInt8(ascii: "f"), UInt8(ascii: "r"): numbers.count <= 2
    // Erase; 3 would erase what the person's terminal holds from before.
    case UInt8(ascii: "J"), UInt8(ascii: "K"): numbers.count <= 1 && (numbers.first ?? 0) ?? 0 <= 2
    case UInt8(ascii: "m"): true
    // Save and restore the cursor; with numbers `s` sets margins.
    case UInt8(ascii: "s"), UInt8(ascii: "u"): numbers.isEmpty
    // Insert mode; the others change what keys send.
    case UInt8(ascii: "h"), UInt8(ascii: "l"): numbers == [4]
    default: false
    }
  }

  var bytes: [UInt8] {
    let text = numbers.map { $0.map(String.init) ?? "" }.joined(separator: ";")
    return Array("\u{1B}[\(isPrivate ? "?" : "")\(text)".utf8) + [final]
  }
}

/// What a guest has changed of a terminal, as far as it outlasts the guest.
struct TerminalModes {
  private var changed = false
  private var hasOtherScreen = false

  mutating func note(_ sequence: SafeSequence) {
    if sequence.isPrivate, sequence.numbers.contains(1049) { hasOtherScreen = sequence.final == UInt8(ascii: "h") }
    if sequence.isPrivate || Set("mrhl".utf8).contains(sequence.final) { changed = true }
  }

  mutating func note(escape byte: UInt8) {
    if byte == UInt8(ascii: "=") { changed = true }
  }

  /// Back to the first screen, the whole of it scrolling; plain text, a steady visible cursor, wrapping, usual keys.
  var restoring: [UInt8] {
    guard changed else { return [] }
    // Setting the scroll region moves the cursor, hence the saving around it.
    return Array(
      ("\(hasOtherScreen ? "\u{1B}[?1049l" : "")\u{1B}7\u{1B}[r\u{1B}8\u{1B}[0m\u{1B}[4l\u{1B}[?1;12l\u{1B}[?7;25h\u{1B}>")
        .utf8)
  }
}
