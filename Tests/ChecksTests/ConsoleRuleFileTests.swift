import Consoles
import Foundation
import Model
import Testing

@testable import Checks

/// Files of console rules: what they may say, and how a wrong one is refused.
struct ConsoleRuleFileTests {
  private func read(_ files: String...) throws -> [ConsoleRule] {
    var rules = ConsoleRuleFile()
    for (index, text) in files.enumerated() { try rules.read(Array(text.utf8), path: "\(index + 1)/console.yaml") }
    return rules.rules
  }

  private let own = """
    rules:
      - id: one
        severity: bad
        text: something bad
        meaning: Something is bad.
      - {id: two, severity: fatal, check: boot.no-panic, text: [a, "b: c"], place: line, prompt: true, meaning: The end.}
    """

  @Test func everyFieldIsRead() throws {
    let rule = try #require(
      try read(
        """
        rules:
          - id: all
            category: kind
            severity: fatal
            check: disk.root-found
            text: ["a: b", c]
            place: message
            with: d
            unless: [e, f]
            because: g
            start: h
            end: i
            times: 2
            anew: j
            meaning: "What it means: much."
        """
      ).first)
    var wanted = ConsoleRule(
      .fatal, "all", category: "kind", texts: ["a: b", "c"], stop: .rootMissing, meaning: "What it means: much.")
    (wanted.place, wanted.with, wanted.unless, wanted.reasons) = (.message, ["d"], ["e", "f"], ["g"])
    (wanted.start, wanted.end, wanted.times, wanted.anew) = (["h"], ["i"], 2, ["j"])
    #expect(rule == wanted)
  }

  @Test func laterFilesReplaceAddAndDisable() throws {
    let rules = try read(
      own,
      """
      rules:
        - {id: one, severity: suspicious, text: something, meaning: It may be.}
        - {id: three, severity: ignore, text: harmless, reason: The vendor says so.}
      disable:
        - {id: two, reason: We have no such thing.}
      """)
    #expect(rules.map(\.id) == ["one", "three"])
    #expect(rules.map(\.severity) == [.suspicious, .ignore])
    #expect(rules[1].meaning == "The vendor says so.")
  }

  @Test(arguments: [
    ("rules:\n  - {id: a, severity: bad, text: x, meaning: m, colour: red}", ":2: ", "no field 'colour'"),
    (
      "rules:\n  - {id: a, severity: worse, text: x, meaning: m}", ":2: ",
      "'worse' is none of fatal, bad, suspicious, ignore"
    ),
    ("rules:\n  - {id: a, severity: bad, text: x}", ":2: ", "needs 'meaning'"),
    ("rules:\n  - id: a\n    severity: bad\n    text: ''\n    meaning: m", ":4: ", "is empty"),
    ("rules:\n  - id: a\n    severity: bad\n    text: [x, \"  \"]\n    meaning: m", ":4: ", "is empty"),
    ("rules:\n  - {id: a, severity: bad, text: [], meaning: m}", ":2: ", "empty list"),
    ("rules:\n  - {id: a, severity: bad, text: {b: c}, meaning: m}", ":2: ", "must be a text"),
    ("rules:\n  - {id: a, severity: bad, text: \"x\\ny\", meaning: m}", ":2: ", "line feed"),
    ("rules:\n  - {id: A b, severity: bad, text: x, meaning: m}", ":2: ", "lower-case"),
    ("rules:\n  - {id: a, severity: ignore, text: x}", ":2: ", "needs 'reason'"),
    ("rules:\n  - {id: a, severity: ignore, text: x, meaning: m, reason: r}", ":2: ", "has 'reason' instead"),
    ("rules:\n  - {id: a, severity: bad, text: x, meaning: m, reason: r}", ":2: ", "has 'meaning' instead"),
    ("rules:\n  - {id: a, severity: fatal, text: x, meaning: m}", ":2: ", "needs 'check'"),
    ("rules:\n  - {id: a, severity: fatal, check: boot, text: x, meaning: m}", ":2: ", "none of boot.boot-code"),
    ("rules:\n  - {id: a, severity: bad, check: boot.no-panic, text: x, meaning: m}", ":2: ", "take it out"),
    ("rules:\n  - {id: a, severity: bad, text: x, prompt: true, meaning: m}", ":2: ", "place: line"),
    ("rules:\n  - {id: a, severity: bad, text: x, prompt: perhaps, place: line, meaning: m}", ":2: ", "true or false"),
    ("rules:\n  - {id: a, severity: bad, text: x, times: 0, meaning: m}", ":2: ", "from 1 to 100"),
    ("rules:\n  - {id: a, severity: bad, text: x, anew: y, meaning: m}", ":2: ", "times: 2"),
    (
      "rules:\n  - {id: a, severity: bad, text: x, meaning: m}\n  - {id: a, severity: bad, text: y, meaning: m}",
      ":3: ", "twice"
    ),
    ("rules: {}", ":1: ", "must be a list"), ("rules:\n  - just a text", ":2: ", "list of fields"),
    ("rulez: []", ":1: ", "no field 'rulez'"), ("", "", "is empty"), ("rules: [", "", "no YAML"),
    ("rules: []\nrules: []", "", "no YAML"), ("a: &x [*x]", "", "alias"),
    ("disable:\n  - {id: nobody, reason: r}", ":2: ", "no rule 'nobody'"),
    ("disable:\n  - {id: one}", ":2: ", "needs 'reason'"),
  ]) func aWrongFileIsRefusedWithItsLine(_ text: String, _ line: String, _ says: String) throws {
    let error = #expect(throws: VerifyError.self) { try read(own, text) }
    #expect(error?.code == .usage)
    let message = error?.message ?? ""
    #expect(message.hasPrefix("2/console.yaml" + line) && message.contains(says), "\(message)")
  }

  @Test func hostileFilesAreRefusedAndCostLittle() throws {
    let rule = "{id: a, severity: bad, text: x, meaning: m}"
    let laughs = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nrules: [*c,*c,*c,*c]\n"
    let hostile = [
      String(repeating: "[", count: 200_000), "rules: " + String(repeating: "{a: ", count: 50_000),
      String(repeating: "- ", count: 100_000), laughs, "rules:\n" + String(repeating: "  - \(rule)\n", count: 5000),
      "rules:\n  - {id: a, severity: bad, text: \(String(repeating: "x", count: 201)), meaning: m}",
      "rules:\n  - {id: a, severity: bad, meaning: m, text: [\(String(repeating: "x,", count: 30))]}",
      "\u{0}\u{1}\u{2}", "rules: \u{FFFE}", String(repeating: "#", count: ConsoleRuleFile.maximumSize + 1),
    ]
    for text in hostile {
      let error = #expect(throws: VerifyError.self) { try read(text) }
      #expect(error?.code == .usage)
      #expect((error?.message.utf8.count ?? 0) < 1000)
    }
    var rules = ConsoleRuleFile()
    #expect(throws: VerifyError.self) { try rules.read([0x72, 0xFF, 0xFE], path: "x") }
  }

  @Test func tooManyRulesOrTextsAreRefused() throws {
    func rules(_ range: Range<Int>, text: (Int) -> String) -> String {
      "rules:\n" + range.map { "  - {id: r\($0), severity: bad, text: \(text($0)), meaning: m}\n" }.joined()
    }
    let many = #expect(throws: VerifyError.self) { try read(rules(0..<501) { "t\($0)" }) }
    #expect(many?.message.contains("more than 500 rules") == true)
    let long = String(repeating: "x", count: 190)
    let large = #expect(throws: VerifyError.self) { try read(rules(0..<180) { "\($0)\(long)" }) }
    #expect(large?.message.contains("32 KiB") == true)
  }

  @Test func aFolderOfOnesOwnChangesTheRules() throws {
    try withFolder { folder in
      try write("disable:\n  - {id: soft-lockup, reason: Our hosts are slow.}\n", to: folder + "/console.yaml")
      let catalogue = try Catalogue.load(folders: [shippedChecks, folder])
      let own = try Catalogue.load(folders: [shippedChecks])
      #expect(catalogue.consoleRules.rules.count == own.consoleRules.rules.count - 1)
      #expect(!catalogue.consoleRules.rules.contains { $0.id == "soft-lockup" })
      // What is chosen among the checks does not change what a console is judged by.
      #expect(try catalogue.select(only: ["network.*"]).consoleRules.rules == catalogue.consoleRules.rules)
    }
  }
}
