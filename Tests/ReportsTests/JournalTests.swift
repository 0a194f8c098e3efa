import Foundation
import Model
import Synchronization
import Testing

@testable import Reports

@Suite struct JournalTests {
  static func bytes(_ entries: [JournalEntry]) throws -> [[UInt8]] {
    try entries.map { try $0.jsonLine() + [UInt8(ascii: "\n")] }
  }

  @Test(arguments: Samples.everyEvent) func everyEventComesBackAsItWas(_ event: JournalEvent) throws {
    let entry = JournalEntry(seconds: 1.25, event: event)
    let journal = Journal(parsing: try entry.jsonLine())
    #expect(journal == Journal(entries: [entry]))
  }

  @Test func numbersThatJSONHasNoWordForSurvive() throws {
    let entry = JournalEntry(
      seconds: 0, event: .bootEnded(BootEnded(boot: "b", seconds: .infinity, cpuSeconds: 1, cpuShare: .nan)))
    let journal = Journal(parsing: try entry.jsonLine())
    let event = try #require(journal.entries.first?.event)
    guard case .bootEnded(let ended) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(ended.seconds == .infinity && ended.cpuShare.isNaN)
  }

  /// Cuts a journal after every line and within every line: the verdict is never better than what was known.
  @Test(arguments: [Samples.accepted, Samples.rejected, Samples.interrupted, Samples.inconclusive])
  func aJournalCutAnywhereIsReported(_ entries: [JournalEntry]) throws {
    let lines = try Self.bytes(entries)
    var whole: [UInt8] = []
    for (index, line) in lines.enumerated() {
      for cut in [0, 1, line.count / 3, line.count / 2, line.count - 2] {
        let journal = Journal(parsing: whole + line.prefix(cut))
        #expect(journal.entries == Array(entries.prefix(index)))
        #expect(journal.unreadableLines == (cut == 0 ? 0 : 1))
        let report = Report(journal)
        let expected: Verdict =
          if entries.prefix(index).contains(where: { $0.event.name == "interrupted" }) {
            .interrupted
          } else if report.count(.rejects) > 0 { .rejected } else { .inconclusive }
        #expect(report.verdict == expected)
        #expect(!report.sentence.isEmpty)
      }
      whole += line
      // A last line that lacks only its end is whole.
      #expect(Journal(parsing: whole.dropLast()).entries.count == index + 1)
    }
  }

  @Test func everyCutGivesAllReports() throws {
    for count in Samples.rejected.indices {
      let report = Report(Samples.rejected.prefix(count))
      #expect(report.junit().hasSuffix("</testsuites>\n"))
      #expect(try JSONDecoder().decode(JSONReport.self, from: Data(report.json().utf8)).exitCode != 0)
      #expect(report.html().hasSuffix("</html>\n"))
      #expect(!report.summary(colour: true, width: 80).isEmpty)
    }
  }

  @Test func foreignLinesAreCountedAndDoNotHideTheOthers() throws {
    var lines = try Self.bytes(Samples.accepted)
    lines.insert(
      Array("{\"seconds\":1,\"event\":\"from-the-future\",\"data\":{}}\n\n\u{0}\u{1}\n".utf8) + [0xFF, 0xFE, 0x0A],
      at: 3)
    let journal = Journal(parsing: lines.flatMap { $0 })
    #expect(journal.entries == Samples.accepted)
    #expect(journal.unreadableLines == 3)
    #expect(Report(journal).verdict == .inconclusive)
  }

  @Test func aLineWithoutEndIsNotKeptInMemory() throws {
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: Journal.maximumLine + 5)
    let line = try JournalEntry(seconds: 1, event: .runEnded).jsonLine()
    let journal = Journal(parsing: long + [10] + line)
    #expect(journal.entries.count == 1)
    #expect(journal.unreadableLines == 1)
  }

  @Test func aMissingJournalCannotBeOpened() {
    let error = #expect(throws: VerifyError.self) { try Journal.readJournal(path: "/nonexistent/journal.jsonl") }
    #expect(error?.code == .cannotOpen)
  }
}

@Suite struct JournalWriterTests {
  @Test func whatIsWrittenFromManyThreadsIsReadBackInTheListenersOrder() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let heard = Mutex<[JournalEntry]>([])
    let writer = try JournalWriter(path: path) { entry in heard.withLock { $0.append(entry) } }
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<8 {
        group.addTask {
          for event in Samples.everyEvent { writer.append(event) }
          writer.append(.bootStarted(BootStarted(boot: "\(task)")))
        }
      }
    }
    let journal = try Journal.readJournal(path: path)
    #expect(journal.unreadableLines == 0)
    #expect(journal.entries.count == 8 * (Samples.everyEvent.count + 1))
    #expect(journal.entries == heard.withLock { $0 })
    #expect(journal.entries.map(\.seconds) == journal.entries.map(\.seconds).sorted())
    #expect(writer.failure == nil)
  }

  @Test func everyLineIsThereBeforeTheWriterIsClosed() throws {
    try withFolder { folder in
      let writer = try JournalWriter(path: "\(folder)/journal.jsonl")
      writer.append(.runEnded)
      #expect(try Journal.readJournal(path: "\(folder)/journal.jsonl").entries.map(\.event) == [.runEnded])
    }
  }

  @Test func anEarlierRunsJournalIsEmptied() throws {
    try withFolder { folder in
      let path = "\(folder)/journal.jsonl"
      try JournalWriter(path: path).append(.runEnded)
      let second = try JournalWriter(path: path)
      #expect(try Journal.readJournal(path: path).entries == [])
      second.close()
      second.append(.runEnded)
      #expect(try Journal.readJournal(path: path).entries == [])
    }
  }

  @Test func twoRunsDoNotShareAJournal() throws {
    try withFolder { folder in
      let first = try JournalWriter(path: "\(folder)/journal.jsonl")
      first.append(.runEnded)
      let error = #expect(throws: VerifyError.self) { try JournalWriter(path: "\(folder)/journal.jsonl") }
      #expect(error?.message.contains("another run") == true)
      #expect(try Journal.readJournal(path: "\(folder)/journal.jsonl").entries.count == 1)
    }
  }

  @Test func aFullDiskEndsTheJournalForGood() throws {
    let heard = Mutex(0)
    let writer = try JournalWriter(path: "/dev/full") { _ in heard.withLock { $0 += 1 } }
    writer.append(.runEnded)
    writer.append(.runEnded)
    #expect(writer.failure?.code == .system)
    #expect(heard.withLock { $0 } == 2)
  }

  @Test func aMegabyteOfGuestTextBecomesAShortLine() throws {
    try withFolder { folder in
      let writer = try JournalWriter(path: "\(folder)/journal.jsonl")
      for entry in Samples.hostile.suffix(10) { writer.append(entry.event) }
      writer.close()
      let bytes = try Data(contentsOf: URL(filePath: "\(folder)/journal.jsonl"))
      #expect(bytes.count < 400_000)
      #expect(try Journal.readJournal(path: "\(folder)/journal.jsonl").entries.count == 10)
    }
  }
}
