import Model
import Testing

@testable import Reports

@Suite struct CleanTextTests {
  @Test(arguments: [
    ("plain é 😀", "plain é 😀"),
    ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}]0;title\u{7}x", "x"),
    ("\u{1B}]8;;http://x\u{1B}\\link", "link"),
    ("\u{1B}P1$r\u{1B}\\x", "x"),
    ("\u{1B}(Bx\u{1B}cy", "xy"),
    ("\u{1B}", "␛"),
    ("\u{1B}[31", "␛[31"),
    ("\u{1B}]never ends", "␛]never ends"),
    ("\u{1B}\u{1B}[1mx", "␛x"),
    ("a\u{0}b\u{8}c\u{7F}", "a␀b␈c␡"),
    ("a\r\nb\rc\u{2028}d\u{85}e", "a\nb\nc\nd\ne"),
    ("\u{202E}abc\u{202C}\u{9B}\u{FEFF}", "\u{FFFD}abc\u{FFFD}\u{FFFD}\u{FFFD}"),
  ])
  func terminalsAndReadersAreSpared(raw: String, clean: String) {
    #expect(cleaned(raw, atMost: 1000) == clean)
  }

  @Test func aLineStaysALine() {
    #expect(cleaned("a\nb\r\nc\td\u{2029}e", atMost: 100, lines: false) == "a b c d e")
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 6, 7, 8])
  func aCutNeverSplitsACharacter(limit: Int) {
    let text = "a😀é"
    let cut = cleaned(text, atMost: limit)
    if limit >= 7 {
      #expect(cut == text)
    } else {
      #expect(cut.hasSuffix(" […]"))
      #expect(text.hasPrefix(cut.dropLast(4)))
      #expect(cut.utf8.count <= limit + " […]".utf8.count)
    }
  }

  @Test func whatIsRemovedIsBoundedToo() {
    let text = String(repeating: "\u{1B}[0m", count: 1_000_000) + "end"
    #expect(cleaned(text, atMost: 100) == " […]")
  }

  @Test func limitedKeepsControlsAndWholeCharacters() {
    #expect(limited("\u{0}ab", atMost: 3) == "\u{0}ab")
    #expect(limited("a😀b", atMost: 3) == "a […]")
  }

  @Test(arguments: [(-1.0, 0.0), (.nan, 0), (.infinity, 0), (1.23456, 1.235), (1e300, 1e9)])
  func secondsAreSane(raw: Double, sane: Double) { #expect(Reports.sane(seconds: raw) == sane) }

  @Test(arguments: ["boots/01/console.log", "a b:c%.txt", "x/é"])
  func ordinaryPathsAreSafe(path: String) { #expect(isSafe(path: path)) }

  @Test(arguments: ["", "/etc/passwd", "../x", "a/../b", "a//b", "./a", "a/", "a]]b", "a|b", "a\nb", "a\u{202E}b"])
  func pathsThatLeadElsewhereAreNot(path: String) { #expect(!isSafe(path: path)) }

  @Test func linksCannotCarryASchemeOrAQuote() {
    #expect(
      percentEncoded(path: "javascript:alert(1)\"?#é/a-b_c.~") == "javascript%3Aalert%281%29%22%3F%23%C3%A9/a-b_c.~")
  }
}
