import Testing

@testable import Consoles

@Suite struct TerminalFilterTests {
  private func plain(_ bytes: [UInt8], step: Int = .max) -> String {
    var filter = TerminalFilter()
    var out: [UInt8] = []
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + min(step, bytes.count))
      filter.filter(Array(bytes[at..<end]), into: &out)
      at = end
    }
    return String(decoding: out, as: UTF8.self)
  }

  @Test(arguments: [
    ("plain text\n", "plain text\n"),
    ("\u{1B}[0;1;31mFAILED\u{1B}[0m] unit", "FAILED] unit"),
    ("a\r\nb\r\r\nc\n\rd", "a\nb\nc\nd"),
    ("50%\r100%\r\n", "50%\n100%\n"),
    ("\u{1B}[2J\u{1B}[1;1HGNU GRUB\u{1B}[3;1Hitem", "GNU GRUB\nitem"),
    ("\u{1B}]0;title\u{07}root# ", "root# "),
    ("\u{1B}]0;title\u{1B}\\root# ", "root# "),
    ("\u{1B}(B\u{1B}[?2004hroot# ", "root# "),
    ("bell\u{07} back\u{08} null\u{00} del\u{7F}", "bell back null del"),
    ("größe € 😀", "größe € 😀"),
    ("c1 \u{9B}31m", "c1 \u{FFFD}31m"),
    ("bidi \u{202E}txt", "bidi \u{FFFD}txt"),
    // A sequence cannot swallow what follows it.
    ("\u{1B}]0;never ended\nKernel panic", "\nKernel panic"),
    ("\u{1B}[12\nnext", "\nnext"),
    ("a\u{1B}[3Cb", "a b"),
  ])
  func becomesPlain(_ given: String, _ wanted: String) {
    for step in [Int.max, 1, 2, 3] { #expect(plain(Array(given.utf8), step: step) == wanted) }
  }

  @Test func invalidUTF8IsReplacedAndWhatFollowsIsKept() {
    #expect(plain([0xFF, 0x41]) == "\u{FFFD}A")
    #expect(plain([0xC3, 0x41]) == "\u{FFFD}A")
    #expect(plain([0xE2, 0x82, 0x0A]) == "\u{FFFD}\n")
    #expect(plain([0xC0, 0xAF]) == "\u{FFFD}\u{FFFD}")
    #expect(plain([0xED, 0xA0, 0x80]) == "\u{FFFD}")
    #expect(plain([0xF4, 0x90, 0x80, 0x80]) == "\u{FFFD}")
  }

  @Test func aStringWithoutEndIsGivenUp() {
    let text = plain(Array("\u{1B}P".utf8) + [UInt8](repeating: 0x78, count: 1000) + Array("shown".utf8))
    #expect(text.hasSuffix("shown"))
    #expect(text.utf8.count > 700)
  }

  @Test func everyLineIsBounded() {
    let lines = plain([UInt8](repeating: 0x61, count: 20_000), step: 999).split(separator: "\n")
    #expect(lines.map(\.utf8.count).max()! <= TerminalFilter.longestLine)
    #expect(lines.joined().utf8.count == 20_000)
    let wide = plain(Array(String(repeating: "€", count: 5000).utf8), step: 7).split(separator: "\n")
    #expect(wide.map(\.utf8.count).max()! <= TerminalFilter.longestLine)
    #expect(wide.joined() == String(repeating: "€", count: 5000))
  }

  @Test func theCutsDoNotMatter() {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<4000).map { _ in
      Bool.random(using: &generator)
        ? UInt8.random(in: 0...255, using: &generator) : [0x1B, 0x5B, 0x0D, 0x0A, 0x48, 0x5D].randomElement()!
    }
    let whole = plain(bytes)
    for step in [1, 5, 64] { #expect(plain(bytes, step: step) == whole) }
  }
}
