import Foundation
import Metadata
import Model
import Testing

@testable import Checks

/// Checks that read the transcript of the metadata port, on what sound and unsound clients send.
struct TranscriptCheckTests {
  static let checks: [any TranscriptCheck.Type] = [
    MetadataScripts.self, MetadataVersion.self, MetadataFrames.self, MetadataOneClient.self, MetadataWaiting.self,
  ]

  /// What a session answers does not matter here, only what the guest sends: pieces with their seconds.
  static func transcript(_ sent: [(Double, String)]) -> MetadataTranscript {
    var session = MetadataSession(store: MetadataStore(keys: [.init("user-script", .string("x"))]))
    var transcript = MetadataTranscript()
    transcript.append(.connected, seconds: 0)
    for (seconds, text) in sent {
      for case .note(let event) in session.receive(Array(text.utf8)) { transcript.append(event, seconds: seconds) }
    }
    return transcript
  }

  static func get(_ key: String, id: String = "0a") -> String {
    MetadataFrame(id: id, code: "GET", content: Array(key.utf8)).line
  }

  static let opening = "\nNEGOTIATE V2\n"
  static let keys = ["sdc:uuid", "sdc:nics", "user-script", "sdc:operator-script", "user-data"]
  static let asked = keys.map { get($0) }.joined()

  /// Ids of the checks that fail, and their reasons.
  static func failures(_ transcript: MetadataTranscript, scale: Double = 1) -> [String: String] {
    var failures: [String: String] = [:]
    for check in checks {
      if case .failed(let reason) = check.judge(transcript, timeoutScale: scale).outcome {
        failures[check.info.id] = reason
      }
    }
    return failures
  }

  @Test func aSoundClientPassesAll() {
    #expect(Self.failures(Self.transcript([(10, Self.opening + Self.asked)])) == [:])
    // Each tool opens a session of its own.
    let tools = [(10, Self.opening + Self.asked), (20.0, Self.opening + Self.get("a")), (21, Self.opening)]
    #expect(Self.failures(Self.transcript(tools)) == [:])
  }

  /// Real clients, as they were captured: cloud-init asks for all; mdata-client's tools for what its user wanted.
  @Test(arguments: [("cloud-init-debian12", []), ("mdata-client", ["metadata.asked-scripts"])])
  func realClientsPass(capture: String, but expected: [String]) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: "fixtures/mdata/\(capture).capture"), encoding: .utf8)
    let sent = try text.split(separator: "\n").compactMap { line -> (Double, String)? in
      let fields = line.split(separator: " ", maxSplits: 2)
      guard fields.count == 3, fields[1] == "G", let seconds = Double(fields[0]) else { return nil }
      return (seconds, try #require(try OrderedJSON(parsing: Array(fields[2].utf8)).string))
    }
    let transcript = Self.transcript(sent)
    #expect(transcript.firstRequestSeconds != nil && transcript.interleavings == 0)
    #expect(Self.failures(transcript, scale: 4).keys.sorted() == expected)
  }

  @Test(arguments: [
    ("metadata.asked-scripts", opening + get("user-script") + get("user-data"), "never asked for sdc:operator-script"),
    ("metadata.protocol-v2", "\nGET user-script\nGET sdc:operator-script\nGET user-data\n", "no client negotiated"),
    ("metadata.protocol-v2", opening + asked + "GET sdc:uuid\n", "by version 1 too"),
    ("metadata.frames", opening + "V2 17 00000000 5e1f0c2a GET eA==\n" + asked, "a frame is not sound"),
    ("metadata.one-client", opening + get("a") + "\n" + get("b") + "NEGOTIATE V2\n" + asked, "behind the empty line"),
    ("metadata.one-client", "\n\nNEGOTIATE V2\nNEGOTIATE V2\n" + asked, "a second NEGOTIATE"),
    ("metadata.waiting", "\n\n\n\n\n" + opening + asked, "5 times a client began anew"),
  ])
  func eachFaultIsToldByItsCheck(check: String, sent: String, reason: String) {
    let failures = Self.failures(Self.transcript([(10, sent)]))
    #expect(failures.keys.sorted() == [check])
    #expect(failures[check]?.contains(reason) == true, "\(failures)")
  }

  @Test func linesThatRanIntoOneAnother() {
    let glued = Self.get("user-script").dropLast(6) + Self.get("user-data")
    let failures = Self.failures(Self.transcript([(10, Self.opening + glued + Self.asked)]))
    #expect(failures.keys.sorted() == ["metadata.frames", "metadata.one-client"])
    #expect(failures["metadata.one-client"]?.contains("two requests in one line after 10 s") == true)
  }

  /// The contract takes a user-script that an instance runs once.
  @Test func aLaterBootNeedNotAskForTheUserScript() {
    let rest = Self.transcript([(10, Self.opening + Self.get("sdc:operator-script") + Self.get("user-data"))])
    #expect(MetadataScripts.judge(rest, isFirstBoot: false).outcome == .passed)
    #expect(MetadataScripts.judge(rest, isFirstBoot: true).outcome != .passed)
    let less = Self.transcript([(10, Self.opening + Self.get("user-data"))])
    #expect(MetadataScripts.judge(less, isFirstBoot: false).outcome != .passed)
  }

  /// An old tool of version 1 behind a client of version 2, one after the other: legal.
  @Test func aClientOfVersion1HasNoNegotiateOfItsOwn() {
    let both = Self.transcript([(10, Self.opening + Self.asked), (20, "\nGET user-script\n")])
    #expect(both.interleavings == 0)
    #expect(Self.failures(both).keys.sorted() == ["metadata.protocol-v2"])
  }

  /// A restart of the guest in the middle of a session is no second client.
  @Test func aResetGuestBeginsAnew() {
    var transcript = Self.transcript([(10, Self.opening + Self.asked)])
    transcript.append(.reset(answered: true), seconds: 20)
    transcript.append(.guestReset, seconds: 20.5)
    transcript.append(.get(key: "a", .one, .notFound), seconds: 30)
    #expect(transcript.interleavings == 0)
  }

  @Test func aLongOpeningIsMeasuredAgainstTheMachinesSpeed() {
    let slow = Self.transcript([(10, "\n"), (40, Self.opening), (40, Self.asked)])
    #expect(Self.failures(slow)["metadata.waiting"]?.contains("30 s passed") == true)
    #expect(Self.failures(slow, scale: 4) == [:])
    var unread = Self.transcript([(10, Self.opening + Self.asked)])
    unread.append(.unread(seconds: 30), seconds: 50)
    #expect(Self.failures(unread)["metadata.waiting"]?.contains("1 answers unread") == true)
  }
}
