import Model
import Testing

@testable import Reports

@Suite struct SummaryTests {
  @Test(arguments: ["accepted", "rejected", "inconclusive", "interrupted", "cannot-open", "empty", "layouts"])
  func summariesAreTheGoldenOnes(name: String) throws {
    let journal = Samples.named.first { $0.name == name }!.journal
    try expectGolden(Report(journal).summary(colour: false, width: 80, folder: "imgverify-out"), "\(name).txt")
  }

  @Test(arguments: [
    ("accepted", "ACCEPTED"),
    (
      "rejected",
      "REJECTED: disk.root-found: waited 90 s for the root file system; /dev/vda1 does not exist (in 2 of 3 boots)"
    ),
    ("cannot-open", "CANNOT OPEN: cannot open tiny.zfs.gz: No such file or directory"),
    ("interrupted", "INTERRUPTED by SIGINT, after 45 s"),
  ])
  func theVerdictIsTheLastLine(name: String, line: String) {
    let text = Report(Samples.named.first { $0.name == name }!.journal).summary(colour: false, width: 80)
    #expect(text.hasSuffix("\n\(line)\n"))
  }

  @Test(arguments: [0, 40, 80, 200]) func linesKeepTheWidthButForLongWords(width: Int) {
    let text = Report(Samples.rejected).summary(colour: false, width: width)
    let lines = text.split(separator: "\n").dropLast()
    for line in lines.dropFirst() where line.contains(" ") && line.count > max(40, width) {
      #expect(line.split(separator: " ").count <= 2 || line.contains(" · "), "\(line)")
    }
  }

  @Test func colourAddsOnlyColour() {
    let report = Report(Samples.rejected)
    let coloured = report.summary(colour: true, width: 80)
    #expect(coloured.contains("\u{1B}[1;31mREJECTED"))
    #expect(cleaned(coloured, atMost: 1 << 20) == report.summary(colour: false, width: 80))
  }

  @Test func guestTextCannotTouchTheTerminal() {
    let text = Report(Samples.hostile).summary(colour: false, width: 80, folder: Samples.nasty)
    #expect(text.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n") && !isUnseemly($0) })
    #expect(text.utf8.count < 100_000)
    #expect(text.split(separator: "\n").last?.hasPrefix("REJECTED") == true)
  }

  @Test func progressIsOneCleanLineAnEntry() {
    for entry in Samples.hostile + Samples.timed(Samples.everyEvent) {
      guard let line = ProgressLine.line(for: entry) else { continue }
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !isUnseemly($0) })
      #expect(line.utf8.count < 1000)
    }
  }

  @Test func progressIsTheGoldenOne() throws {
    let lines = Samples.rejected.compactMap { ProgressLine.line(for: $0) }
    try expectGolden(lines.joined(separator: "\n") + "\n", "progress.txt")
  }

  @Test func progressInJSONIsTheJournalsLine() throws {
    let entry = Samples.rejected[0]
    #expect(ProgressLine.json(for: entry) == String(decoding: try entry.jsonLine(), as: UTF8.self))
    #expect(!ProgressLine.json(for: entry).contains("\n"))
  }
}
