import Model
import Testing

@testable import Verification

/// Nothing of a guest, an image or an earlier run gets to the terminal as it is.
@Suite struct ComplaintTests {
  @Test(arguments: [
    ("the last line was \u{1B}]0;title\u{07}“x”", "the last line was “x”"), ("a\u{1B}[2Jb", "ab"),
    ("a\u{9B}2Jb", "a\u{FFFD}2Jb"),
    ("one\ntwo\u{7F}", "one\ntwo\u{2421}"),
  ])
  func isHarmless(_ given: String, _ shown: String) {
    #expect(complaint("\(VerifyError(.closed, given))").hasSuffix("\(shown)\n"))
  }
}
