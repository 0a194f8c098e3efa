import Metadata
import Model
import Testing

struct TranscriptTests {
  @Test func entriesAreLinesOfJSON() {
    func line(_ event: MetadataEvent) -> String { MetadataTranscript.Entry(seconds: 1.23456, event: event).json }
    #expect(line(.reset(answered: true)) == #"{"seconds":1.235,"from":"guest","event":"reset","answered":true}"#)
    #expect(
      line(.get(key: "sdc:uuid", .two, .success(bytes: 36)))
        == #"{"seconds":1.235,"from":"guest","event":"get","key":"sdc:uuid","protocol":"V2","outcome":"success","bytes":36}"#
    )
    #expect(
      line(.put(key: "a_pw", value: nil, .failure("no")))
        == #"{"seconds":1.235,"from":"guest","event":"put","key":"a_pw","value":null,"outcome":"failure","text":"no"}"#)
    #expect(
      line(.foreign(text: "\u{1b}[2J\n", answered: false))
        == #"{"seconds":1.235,"from":"guest","event":"foreign","text":"\u001b[2J\n","answered":false}"#)
    #expect(line(.unread(seconds: 30)) == #"{"seconds":1.235,"from":"host","event":"unread","waited":30.0}"#)
  }

  @Test func timesAndCounts() {
    var transcript = MetadataTranscript()
    let events: [MetadataEvent] = [
      .connected, .foreign(text: "a", answered: true), .reset(answered: true), .reset(answered: true),
      .negotiate("V3", accepted: false), .negotiate("V2", accepted: true), .get(key: "k", .two, .notFound),
      .reset(answered: true), .muted, .get(key: "k", .two, .success(bytes: 1)), .get(key: "j", .two, .notFound),
      .overlong(bytes: 9),
    ]
    for (second, event) in events.enumerated() { transcript.append(event, seconds: Double(second)) }
    #expect(transcript.firstResetSeconds == 2)
    #expect(transcript.negotiatedSeconds == 5)
    #expect(transcript.firstRequestSeconds == 6)
    #expect(transcript.resets == 3)
    #expect(transcript.abandonedResets == 1)
    #expect(transcript.foreignLines == 2)
    #expect(transcript.foreignTexts == ["a"])
    #expect(transcript.askedKeys == ["k", "j"])
    #expect(transcript.result(of: "k") == .success(bytes: 1))
    #expect(!transcript.usedV1)
  }

  @Test func aFloodIsBoundedAndCounted() {
    var transcript = MetadataTranscript()
    for number in 0..<10_000 { transcript.append(.get(key: "k\(number)", .one, .notFound), seconds: 0) }
    #expect(transcript.entries.count == MetadataTranscript.maximumEntries)
    #expect(transcript.dropped == 10_000 - MetadataTranscript.maximumEntries)
    #expect(transcript.askedKeys.count == MetadataTranscript.maximumKeys)
    #expect(transcript.usedV1)
  }
}
