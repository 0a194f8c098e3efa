import Consoles
import Testing

@testable import Guests

@Suite struct ScreenEvidenceTests {
  private func screen(_ text: String) -> Screen {
    var screen = Screen()
    screen.receive(Array(text.utf8))
    return screen
  }

  @Test func aMenuIsEvidenceAndNamesWhatIsSelected() throws {
    let found = try #require(
      screen("\u{1B}[2J\u{1B}[2;3Hone\u{1B}[3;2H\u{1B}[7m*two \u{1B}[m\u{1B}[4;3Hthree").evidence)
    #expect(found.name == "screen on COM1, selected: “*two”")
    #expect(found.text == "\n  one\n *two\n  three\n")
  }

  @Test func aLogIsNone() {
    #expect(screen("[    0.0] Linux version 6.1\r\n\u{1B}[H\u{1B}[Jhost login: ").evidence == nil)
    // What was drawn has gone.
    let menu = "\u{1B}[2;3Hone\u{1B}[3;2Htwo"
    #expect(screen(menu).evidence?.name == "screen on COM1")
    #expect(screen(menu + String(repeating: "line\r\n", count: 24)).evidence == nil)
  }
}
