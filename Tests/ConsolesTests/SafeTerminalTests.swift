import Foundation
import Testing

@testable import Consoles

@Suite struct SafeTerminalTests {
  private func safe(_ bytes: [UInt8], step: Int = .max, unicode: Bool = true) -> [UInt8] {
    var terminal = SafeTerminal(unicode: unicode)
    return stride(from: 0, to: bytes.count, by: min(step, max(1, bytes.count))).flatMap { at in
      terminal.filter(Array(bytes[at..<min(bytes.count, at + min(step, bytes.count))]))
    }
  }

  private func safe(_ text: String) -> String { String(decoding: safe(Array(text.utf8)), as: UTF8.self) }

  @Test(arguments: [
    "plain text\r\n", "tab\tback\u{08}bell\u{07}", "größe € 😀 │┌┐",
    "\u{1B}[0;1;31mred\u{1B}[m\u{1B}[38;5;196m\u{1B}[48;2;1;2;3m",
    "\u{1B}[2J\u{1B}[1;1H\u{1B}[;5H\u{1B}[H\u{1B}[K\u{1B}[1K",
    "\u{1B}[3A\u{1B}[B\u{1B}[10C\u{1B}[D\u{1B}[5d\u{1B}[7G\u{1B}[999;999H", "\u{1B}[2;20r\u{1B}[r\u{1B}[2S\u{1B}[T",
    "\u{1B}[4h\u{1B}[4l\u{1B}[2@\u{1B}[P\u{1B}[L\u{1B}[3M\u{1B}[4X",
    "\u{1B}[s\u{1B}[u\u{1B}7\u{1B}8\u{1B}M\u{1B}D\u{1B}E",
    "\u{1B}[?25l\u{1B}[?25h\u{1B}[?7l\u{1B}[?7h\u{1B}[?1h\u{1B}=\u{1B}[?1l\u{1B}>\u{1B}[?1049h\u{1B}[?1049l\u{1B}[?12;25h",
  ])
  func passes(_ text: String) {
    #expect(safe(text) == text)
  }

  @Test(arguments: [
    // What makes a terminal answer.
    ("\u{1B}[c\u{1B}[>c\u{1B}[=c\u{1B}[5n\u{1B}[6n\u{1B}[?6n\u{1B}[x\u{1B}Z\u{05}a", "a"),
    ("\u{1B}[18t\u{1B}[21t\u{1B}[14;2ta", "a"), ("\u{1B}[?2026$pa\u{1B}[4$pb", "ab"), ("\u{1B}[>qa", "a"),
    ("\u{1B}P$q\"p\u{1B}\\a", "a"), ("\u{1B}P+q544e\u{1B}\\a", "a"), ("\u{1B}]10;?\u{07}a\u{1B}]4;1;?\u{1B}\\b", "ab"),
    // Titles, clipboard, links, notifications, other strings.
    ("\u{1B}]0;title\u{07}a\u{1B}]2;title\u{1B}\\b", "ab"), ("\u{1B}]52;c;ZXZpbA==\u{07}a", "a"),
    ("\u{1B}]8;;http://x/\u{1B}\\a\u{1B}]8;;\u{1B}\\", "a"),
    ("\u{1B}_apc\u{1B}\\a\u{1B}^pm\u{1B}\\b\u{1B}Xsos\u{1B}\\c", "abc"),
    ("\u{1B}ktitle\u{1B}\\", "title"),
    // Character sets, for good or for one character.
    ("\u{1B}(0a\u{1B})B\u{1B}*0\u{1B}%G\u{0E}b\u{0F}c\u{1B}nd\u{1B}oe\u{1B}~f\u{1B}Ng", "abcdefg"),
    // Resets, test patterns, tabs, margins, mouse, key reports, columns, pastes, modes of the keys.
    ("\u{1B}ca\u{1B}[!pb\u{1B}#8c\u{1B}Hd\u{1B}[ge\u{1B}[1;5sf", "abcdef"),
    ("\u{1B}[?1000h\u{1B}[?1006h\u{1B}[?1004h\u{1B}[?9h\u{1B}[1;2;3;4;5Ta", "a"),
    ("\u{1B}[>4;2m\u{1B}[?4m\u{1B}[>1u\u{1B}[=1u\u{1B}[?3h\u{1B}[?5h\u{1B}[?2004h\u{1B}[2h\u{1B}[20h\u{1B}[12ha", "a"),
    ("\u{1B}[3Ja\u{1B}[5i\u{1B}[1 qb\u{1B}[99bc", "abc"),
    // Of several modes the known ones are left.
    ("\u{1B}[?1000;25;2004ha", "\u{1B}[?25ha"),
    // Odd parameters.
    ("\u{1B}[99999Aa\u{1B}[1:2mb\u{1B}[1?hc\u{1B}[<1md\u{1B}[1;2;3He", "abcde"),
    // C1 controls and what hides or turns text.
    ("a\u{9B}31mb\u{9D}0;x\u{9C}c\u{85}", "a\u{FFFD}31mb\u{FFFD}0;x\u{FFFD}c\u{FFFD}"),
    ("a\u{202E}b\u{200B}c\u{FEFF}d", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d"), ("a\u{00}\u{0B}\u{0C}\u{11}\u{13}\u{7F}b", "ab"),
    // A sequence that is broken off swallows nothing.
    ("\u{1B}[12\na", "\na"), ("\u{1B}\u{1B}[1ma", "\u{1B}[1ma"), ("\u{1B}[1\u{1B}[2Aa", "\u{1B}[2Aa"),
    ("\u{1B}]0;never ended\r\na", "\r\na"), ("\u{1B}]0;x\u{18}a", "a"), ("\u{1B}[3\u{18}1ma", "1ma"),
    ("\u{1B}]0;x\u{1B}[6na\u{1B}[1mb", "a\u{1B}[1mb"), ("\u{1B}(\u{1B}[1ma", "\u{1B}[1ma"),
  ])
  func drops(_ given: String, _ wanted: String) {
    #expect(safe(given) == wanted)
  }

  @Test func bytesThatAreNoUTF8NeverPass() {
    let sign: [UInt8] = [0xEF, 0xBF, 0xBD]
    #expect(safe([0x9B, 0x36, 0x6E]) == sign + [0x36, 0x6E])
    #expect(safe([0xC3, 0x41]) == sign + [0x41])
    #expect(safe([0xC3, 0x1B, 0x5B, 0x36, 0x6E]) == sign)
    #expect(safe([0xE0, 0x80, 0x9B]) == sign)
    #expect(safe([0xED, 0xA0, 0x80]) == sign)
    #expect(safe([0xF4, 0x90, 0x80, 0x80]) == sign)
    #expect(safe([0xC0, 0xAF, 0xFF]) == sign + sign + sign)
  }

  @Test func aTerminalWithoutUTF8GetsASCIIAlone() {
    // The second byte of Û is CSI to an 8-bit terminal.
    #expect(safe(Array("a\u{DB}€\u{9B}b".utf8) + [0xFF], unicode: false) == Array("a???b?".utf8))
  }

  @Test func nothingHidesInASequenceWithoutEnd() {
    for begin in ["\u{1B}]0;", "\u{1B}P", "\u{1B}["] {
      let text = safe(begin + String(repeating: begin == "\u{1B}[" ? "1" : "x", count: 10_000) + "shown")
      #expect(text.hasSuffix("shown"))
      #expect(text.utf8.count > 5000)
    }
  }

  @Test func whatTheGuestHasChangedIsUndone() {
    func undoing(_ text: String) -> String {
      var terminal = SafeTerminal()
      _ = terminal.filter(Array(text.utf8))
      return String(decoding: terminal.restoring, as: UTF8.self)
    }
    #expect(undoing("login: \u{1B}[2K\u{1B}[6n\u{1B}[?1000h") == "")
    for text in ["\u{1B}[1m", "\u{1B}[?25l", "\u{1B}[5;6r", "\u{1B}[4h", "\u{1B}=", "\u{1B}[?7l"] {
      let undone = undoing(text)
      for part in ["\u{1B}[r", "\u{1B}[0m", "\u{1B}[4l", "25h", "\u{1B}>"] { #expect(undone.contains(part)) }
      #expect(!undone.contains("1049"))
    }
    #expect(undoing("\u{1B}[?1049h").hasPrefix("\u{1B}[?1049l"))
    #expect(!undoing("\u{1B}[?1049hvi\u{1B}[?1049l").contains("1049"))
  }

  /// Whatever comes in: every byte that goes out belongs to a token of this list, which is written down a second time
  /// here on purpose; and the cuts do not matter.
  @Test func whateverComesOnlyKnownTokensGoOut() throws {
    let token = try Regex(
      #"[\x20-\x7E\x07\x08\x09\x0A\x0D]|[^\x00-\x9F]|\x1B[78=>DEM]|\x1B\[[0-9]{0,4}[A-GILMPSTXZad`@e]"#
        + #"|\x1B\[[0-9]{0,4}(;[0-9]{0,4})?[Hfr]|\x1B\[(0{0,3}[0-2])?[JK]|\x1B\[([0-9]{0,4};)*[0-9]{0,4}m"#
        + #"|\x1B\[[su]|\x1B\[4[hl]|\x1B\[\?(1|7|12|25|1049)(;(1|7|12|25|1049))*[hl]"#
    ).matchingSemantics(.unicodeScalar)
    let spice: [[UInt8]] = [
      [0x1B], [0x1B, 0x5B], [0x1B, 0x5D], [0x9B], [0xC2, 0x9B], [0x3F], [0x3B], [0x31], [0x32, 0x35], [0x68], [0x6E],
      [0x6D], [0x1B, 0x50], [0x1B, 0x5C], [0x07], [0x4A], [0xE2, 0x82, 0xAC],
    ]
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<40 {
      var bytes: [UInt8] = []
      while bytes.count < 300 {
        bytes += Bool.random(using: &generator) ? [.random(in: 0...255, using: &generator)] : spice.randomElement()!
      }
      let whole = safe(bytes)
      for step in [1, 2, 3, 7, 64] { #expect(safe(bytes, step: step) == whole, "\(bytes)") }
      #expect(whole.count <= 3 * bytes.count)
      var rest = try #require(String(validating: whole, as: UTF8.self), "\(bytes)")[...]
      while !rest.isEmpty {
        // The longest match that begins here; ESC alone is none.
        let match = try #require(rest.prefixMatch(of: token), "\(rest.debugDescription) of \(bytes)")
        rest = rest[match.range.upperBound...]
      }
    }
  }
}
