import Model
import Testing

@testable import Reports

/// What is read out of many boots: on which kind of boot, and with which values, a check fails.
@Suite struct PatternTests {
  /// A plan whose boots are judged by `a.b`; a nil outcome: not judged.
  static func report(_ boots: [(Boot, Outcome?)], level: Level = .must) -> Report {
    Report(
      Samples.timed(
        [.planned(Plan(seed: 1, boots: boots.map(\.0)))]
          + boots.compactMap { boot, outcome in
            outcome.map { Samples.finding("a.b", "t", boot.id, $0, level: level) }
          }))
  }
  static let failed = Outcome.failed(reason: "r")
  static func boot(_ number: Int, slot: Int, after: Int? = nil, _ purpose: Boot.Purpose = .gate) -> Boot {
    LayoutSamples.boot("0\(number)-x", ["disk.slot": "\(slot)"], purpose: purpose, continues: after.map { "0\($0)-x" })
  }

  static let moved =
    "only after a move: a fresh instance passes on 2 machines, but one that had first booted on other hardware fails; "
    + "its first boot wrote down something that ties it to that machine"

  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var boots: [(Boot, Outcome?)]
    var pattern: String?
  }
  static let cases = [
    Case(testDescription: "one boot", boots: [(boot(1, slot: 4), failed)], pattern: nil),
    Case(
      testDescription: "no other boot was judged", boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), nil)],
      pattern: nil),
    Case(
      testDescription: "no other boot came to an end",
      boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), .broken(error: "e"))], pattern: nil),
    Case(
      testDescription: "everywhere", boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), failed)],
      pattern: "on every hardware: in all 2 boots that were judged"),
    Case(
      testDescription: "twice on one machine", boots: [(boot(1, slot: 4), failed), (boot(2, slot: 4), failed)],
      pattern: nil),
    Case(
      testDescription: "everywhere but in a search",
      boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), failed), (boot(3, slot: 6, .search), .passed)],
      pattern: nil),
    Case(
      testDescription: "everywhere but for compatibility",
      boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), failed), (boot(3, slot: 6, .compatibility), .passed)],
      pattern: "on every hardware: in all 2 boots that were judged"),
    Case(
      testDescription: "some fresh ones", boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), .passed)], pattern: nil
    ),
    Case(
      testDescription: "moved, and fresh ones pass on that hardware",
      boots: [(boot(1, slot: 4), .passed), (boot(2, slot: 5), .passed), (boot(3, slot: 5, after: 1), failed)],
      pattern: moved),
    Case(
      testDescription: "moved, to hardware that no fresh one has seen",
      boots: [(boot(1, slot: 4), .passed), (boot(2, slot: 5), .passed), (boot(3, slot: 6, after: 1), failed)],
      pattern: moved.replacing("; its", with: "; most likely its")),
    Case(
      testDescription: "moved twice, failed once",
      boots: [
        (boot(1, slot: 4), .passed), (boot(2, slot: 5), .passed), (boot(3, slot: 5, after: 1), failed),
        (boot(4, slot: 4, after: 2), .passed),
      ], pattern: moved.replacing("fails;", with: "fails (1 of 2);")),
    Case(
      testDescription: "moved, but a search saw a fresh one fail",
      boots: [
        (boot(1, slot: 4), .passed), (boot(3, slot: 6, after: 1), failed), (boot(4, slot: 6, .search), failed),
      ], pattern: nil),
    Case(
      testDescription: "booted again on its own machine",
      boots: [(boot(1, slot: 4), .passed), (boot(2, slot: 4, after: 1), failed)],
      pattern: "only when an instance is booted again: a fresh instance passes on 1 machine, and fails on its next boot"
    ),
    Case(
      testDescription: "the boot before it is not known",
      boots: [(boot(1, slot: 4), .passed), (boot(2, slot: 4, after: 9), failed)], pattern: nil),
    Case(
      testDescription: "first boots",
      boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), failed), (boot(3, slot: 6, after: 1), .passed)],
      pattern: "only in the first boot of an instance: the same instance passes when it is booted again"),
    Case(
      testDescription: "some first boots",
      boots: [(boot(1, slot: 4), failed), (boot(2, slot: 5), .passed), (boot(3, slot: 6, after: 1), .passed)],
      pattern: nil),
  ]

  @Test(arguments: cases) func thePatternIsSaid(_ test: Case) throws {
    let report = Self.report(test.boots)
    let problem = try #require(report.problems(.rejects).first)
    #expect(report.pattern(of: problem) == test.pattern)
    #expect(report.summary(colour: false, width: 400).contains("when: ") == (test.pattern != nil))
    let json = JSONReport(report).problems.first { $0.check == "a.b" }
    #expect(json?.pattern == test.pattern)
  }

  // MARK: Factors

  static func mixed(_ failing: Set<Int>) -> Report {
    report(
      (0..<7).map { number in
        let extra = number < 2 ? "blank before" : "none"
        let boot = LayoutSamples.boot(
          "0\(number)-x", ["extra": extra, "nics": "\(number % 3)", "disk.slot": "\(number)"])
        return (boot, failing.contains(number) ? failed : .passed)
      })
  }

  @Test func aValueThatDividesTheBootsIsNamed() throws {
    let report = Self.mixed([0, 1])
    let factors = report.factors(of: "a.b")
    #expect(factors.first?.count.axis == "extra" && factors.first?.count.value == "blank before")
    let differences = factors.map(\.difference)
    #expect(differences[0] == 1 && differences.allSatisfy { abs($0) <= 1 })
    // What fails more often, what passes more often, what tells nothing; the most telling of each first.
    #expect(
      differences == differences.filter { $0 > 0 }.sorted(by: >) + differences.filter { $0 < 0 }.sorted()
        + differences.filter { $0 == 0 })
    let summary = report.summary(colour: false, width: 120)
    #expect(summary.contains("hardware: every boot with extra=blank before failed (2), none without (5)\n"))
    #expect(report.html().contains("<code>extra=blank before</code></th><td>2</td><td>0</td><td>0</td><td>5</td>"))
  }

  @Test func nothingIsNamedWhenNoOneValueDividesTheBoots() {
    // 0 and 3 have nothing but `nics` in common, which others have, too; 6 alone has its slot, 0 its own.
    #expect(!Self.mixed([0, 3]).summary(colour: false, width: 120).contains("hardware: "))
    // One boot alone has values of several axes that none other has.
    let alone = Self.report([
      (LayoutSamples.boot("01-x", ["nics": "2", "extra": "blank"]), Self.failed), (LayoutSamples.boot("02-x"), .passed),
    ])
    #expect(!alone.summary(colour: false, width: 120).contains("hardware: "))
    #expect(alone.factors.count == LayoutSamples.usual.count + 2)
  }

  @Test func bootsOfEveryPurposeAreCountedOnce() {
    let boot = LayoutSamples.boot("01-x")
    let report = Report(
      Samples.timed([
        .planned(Plan(seed: 1, boots: [boot])), .bootAdded(LayoutSamples.boot("02-s", ["nics": "2"], purpose: .search)),
        Samples.finding("a.b", "t", "01-x"), Samples.finding("a.b", "t", "01-x", Self.failed),
        Samples.finding("a.b", "t", "02-s"), Samples.finding("c.d", "t", "02-s"),
      ]))
    #expect(report.factors.filter { $0.axis == "machine" }.map(\.passed) == [1])
    #expect(report.factors.filter { $0.axis == "machine" }.map(\.failed) == [1])
    #expect(!report.factors.contains { $0.check == "c.d" })
  }
}
