import Foundation
import Model
import Testing

@testable import Reports

@Suite struct WriteReportsTests {
  @Test func allReportsAreWrittenFromTheJournalAloneAndNothingElse() throws {
    try withFolder { folder in
      try write(Samples.rejected, in: folder)
      try FileManager.default.createDirectory(atPath: "\(folder)/boots/02-qemu-q35", withIntermediateDirectories: true)
      try Data("x".utf8).write(to: URL(filePath: "\(folder)/boots/02-qemu-q35/console.log"))
      let report = try writeReports(from: "\(folder)/journal.jsonl", to: folder)
      #expect(report == Report(Samples.rejected))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["boots", "journal.jsonl", "report.html", "report.json", "report.xml"])
      #expect(try text("\(folder)/report.json") == report.json())
      #expect(try text("\(folder)/report.html").contains("href=\"boots/02-qemu-q35/console.log\">console.log</a>"))
      #expect(try text("\(folder)/report.xml").contains("[[ATTACHMENT|/"))
    }
  }

  @Test func oldReportsAreReplaced() throws {
    try withFolder { folder in
      try Data("old".utf8).write(to: URL(filePath: "\(folder)/report.xml"))
      try write([], in: folder)
      #expect(try writeReports(from: "\(folder)/journal.jsonl", to: folder).verdict == .inconclusive)
      #expect(try text("\(folder)/report.xml").hasPrefix("<?xml"))
    }
  }

  @Test func aFolderThatIsNotThereIsAnError() throws {
    try withFolder { folder in
      try write([], in: folder)
      let error = #expect(throws: VerifyError.self) {
        try writeReports(from: "\(folder)/journal.jsonl", to: "\(folder)/no")
      }
      #expect(error?.code == .system)
    }
  }

  private func write(_ entries: [JournalEntry], in folder: String) throws {
    let bytes = try JournalTests.bytes(entries).flatMap { $0 }
    try Data(bytes).write(to: URL(filePath: "\(folder)/journal.jsonl"))
  }

  private func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }
}
