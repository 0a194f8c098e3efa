import Foundation
import Model
import Testing

@Suite struct MetadataFaultTests {
  @Test(arguments: MetadataFault.all + [.late(seconds: 1), .late(seconds: 600)])
  func everyFaultIsReadAsItIsWritten(fault: MetadataFault) throws {
    #expect(MetadataFault(fault.description) == fault)
    let json = try JSONEncoder().encode([fault])
    #expect(String(decoding: json, as: UTF8.self) == #"["\#(fault)"]"#)
    #expect(try JSONDecoder().decode([MetadataFault].self, from: json) == [fault])
    #expect(fault.name.allSatisfy { $0.isLowercase || $0 == "-" } && !fault.meaning.isEmpty)
  }

  @Test func lateHasASecondsOfItsOwn() {
    #expect(MetadataFault("late") == .late(seconds: 60))
    #expect(MetadataFault("late=90") == .late(seconds: 90))
    #expect(MetadataFault.words.contains("late=SECONDS"))
  }

  @Test(
    arguments: [
      "", "Silent", "late=", "late=0", "late=601", "late=-1", "late=1.5", "late=60=60", "silent=1", "late =1",
    ])
  func otherWordsAreRefused(word: String) throws {
    #expect(MetadataFault(word) == nil)
    let json = try JSONEncoder().encode([word])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([MetadataFault].self, from: json) }
    let error = #expect(throws: VerifyError.self) { try MetadataFault.list(["silent", word]) }
    #expect(error?.code == .usage && error?.message.contains("bad-crc") == true)
  }

  @Test func aListHasEachOnce() throws {
    #expect(try MetadataFault.list([]) == [])
    #expect(try MetadataFault.list(["slow", "absent", "slow"]) == [.slow, .absent])
    #expect(try MetadataFault.list(["silent", "all"]).count == MetadataFault.all.count)
    #expect(try MetadataFault.list(["silent", "all"]).first == .silent)
    #expect(Set(MetadataFault.all.map(\.name)).count == 10)
  }
}
