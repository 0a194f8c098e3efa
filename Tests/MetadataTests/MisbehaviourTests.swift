import Metadata
import Model
import Testing

/// What each fault makes of a session, byte by byte, without a clock.
@Suite struct MisbehaviourTests {
  static let store = MetadataStore([
    "sdc:uuid": "u-1", "user-data": "short", "user-script": "#!/bin/sh\n", "root_authorized_keys": "ssh-ed25519 AAAA\n",
  ])
  static let opening = "\nNEGOTIATE V2\n"
  static let answered = "invalid command\nV2_OK\n"

  static func get(_ key: String, id: String = "0a") -> String {
    MetadataFrame(id: id, code: "GET", content: Array(key.utf8)).line
  }
  static func success(_ value: String, id: String = "0a") -> String {
    MetadataFrame(id: id, code: "SUCCESS", content: Array(value.utf8)).line
  }

  /// A service without its wires: what is said, and when, by a clock that we hold.
  struct Bench {
    var session: MetadataSession
    var misbehaviour: MetadataMisbehaviour
    var seconds = 100.0
    var steps: [MetadataStep] = []

    init(_ fault: MetadataFault) {
      misbehaviour = MetadataMisbehaviour(fault, store: MisbehaviourTests.store)
      session = MetadataSession(store: misbehaviour.served)
    }

    /// What is sent to `text`, in time.
    mutating func say(_ text: String) -> [UInt8] {
      var sent: [UInt8] = []
      for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        let more = misbehaviour.steps(for: session.receive(Array("\(line)\n".utf8)), at: seconds)
        steps += more
        for case .send(let bytes, let delay) in more {
          seconds += Double(delay)
          sent += bytes
        }
        if more.contains(.restart) { session.reset() }
      }
      return sent
    }
    mutating func answer(_ text: String) -> String { String(decoding: say(text), as: UTF8.self) }

    var faults: [(what: String, key: String?)] {
      steps.compactMap { if case .note(.fault(_, let what, let key)) = $0 { (what, key) } else { nil } }
    }
    var transcript: MetadataTranscript {
      var transcript = MetadataTranscript()
      for case .note(let event) in steps { transcript.append(event, seconds: 1) }
      return transcript
    }
  }

  @Test func silenceIsTotalAndEachWithheldAnswerIsTold() {
    var bench = Bench(.silent)
    #expect(bench.say(Self.opening + Self.get("sdc:uuid")).isEmpty)
    bench.seconds += 10_000
    #expect(bench.say("\n").isEmpty)
    #expect(bench.faults.count == 4 && bench.faults[2].key == "sdc:uuid")
    // What the guest said is told all the same.
    #expect(bench.transcript.askedKeys == ["sdc:uuid"] && bench.transcript.resets == 2)
  }

  @Test func lateCountsFromTheFirstLine() {
    var bench = Bench(.late(seconds: 5))
    #expect(bench.say(Self.opening).isEmpty)
    bench.seconds += 4.9
    #expect(bench.say("\n").isEmpty)
    bench.seconds += 0.2
    #expect(bench.answer("\n" + Self.get("sdc:uuid")) == "invalid command\n" + Self.success("u-1"))
    #expect(bench.faults.map(\.what).last == "answers from here on" && bench.faults.count == 4)
    #expect(bench.transcript.spoiltKeys.isEmpty)
  }

  @Test func slowIsOneByteASecondAndThenAtOnce() {
    var bench = Bench(.slow)
    let began = bench.seconds
    #expect(bench.answer("\n") == "invalid command\n")
    #expect(bench.seconds == began + 16)
    let sends = bench.steps.compactMap {
      if case .send(let bytes, let delay) = $0 { (bytes.count, delay) } else { nil }
    }
    #expect(sends.count == 16 && sends.allSatisfy { $0 == (1, 1) })
    #expect(bench.answer("\n\n\n") == String(repeating: "invalid command\n", count: 3))
    #expect(bench.seconds == began + Double(MetadataFault.slowBytes))
    #expect(bench.answer(Self.opening + Self.get("user-script")) == Self.answered + Self.success("#!/bin/sh\n"))
    #expect(bench.seconds == began + Double(MetadataFault.slowBytes))
    // A very long answer is no more steps than a short one.
    var huge = MetadataMisbehaviour(.slow, store: Self.store)
    let steps = huge.steps(for: [.send([UInt8](repeating: 65, count: 1 << 20))], at: 0)
    #expect(steps.count == 1 + MetadataFault.slowBytes + 1)
  }

  @Test func garbageComesOnceAndSpoilsTheFirstAnswer() {
    var bench = Bench(.garbage)
    let noise = MetadataMisbehaviour.noise
    #expect(bench.say("\n") == noise + Array("invalid command\n".utf8))
    #expect(bench.answer(Self.opening) == Self.answered)
    #expect(bench.faults.count == 1)
    // A line of its own, then the beginning of one; not text, and nothing that a terminal obeys.
    #expect(noise.contains(0x0a) && noise.last != 0x0a && !noise.contains(0x1b))
    #expect(String(validating: noise, as: UTF8.self) == nil)
  }

  @Test func theFirstValueHasAWrongChecksumOnce() throws {
    var bench = Bench(.badCRC)
    #expect(bench.answer(Self.opening) == Self.answered)
    #expect(bench.answer(Self.get("nothing")) == MetadataFrame(id: "0a", code: "NOTFOUND").line)
    let sound = Self.success("u-1")
    let damaged = bench.answer(Self.get("sdc:uuid"))
    #expect(damaged != sound && damaged.count == sound.count)
    let (bad, good) = (damaged.split(separator: " "), sound.split(separator: " "))
    #expect(bad[0] == good[0] && bad[1] == good[1] && bad[2] != good[2] && bad[3...] == good[3...])
    #expect(bench.transcript.spoiltKeys == ["sdc:uuid"])
    #expect(bench.answer(Self.get("sdc:uuid")) == sound)
    #expect(bench.transcript.spoiltKeys.isEmpty && bench.faults.count == 1)
  }

  /// Version 1 has no checksum to be wrong.
  @Test func aValueOfVersion1IsLeftAsItIs() {
    var bench = Bench(.badCRC)
    #expect(bench.answer("\nGET sdc:uuid\n") == "invalid command\nSUCCESS\nu-1\n.\n")
    #expect(bench.faults.isEmpty)
  }

  @Test func theFirstValueIsDroppedOnce() {
    var bench = Bench(.dropped)
    #expect(bench.answer(Self.opening + Self.get("nothing")).hasSuffix("NOTFOUND\n"))
    #expect(bench.say(Self.get("sdc:uuid")).isEmpty)
    #expect(bench.transcript.spoiltKeys == ["sdc:uuid"])
    #expect(bench.answer(Self.get("user-data")) == Self.success("short"))
    #expect(bench.transcript.spoiltKeys == ["sdc:uuid"])
    #expect(bench.answer(Self.get("sdc:uuid")) == Self.success("u-1"))
    #expect(bench.transcript.spoiltKeys.isEmpty && bench.faults.count == 1)
  }

  @Test func whatIsOptionalIsNotFoundButWhatTheGuestPutsIs() {
    var bench = Bench(.notFound)
    #expect(bench.answer(Self.opening + Self.get("sdc:uuid")) == Self.answered + Self.success("u-1"))
    #expect(bench.answer(Self.get("user-script")).hasSuffix(" NOTFOUND\n"))
    #expect(bench.answer("KEYS\n") == "SUCCESS\nroot_authorized_keys\n.\n")
    #expect(bench.answer(Self.get("never-there")).hasSuffix(" NOTFOUND\n"))
    // What is not there anyway is no doing of ours.
    #expect(bench.faults.map(\.what) == ["user-script is there, and is denied"])
    let put = "\(Base64.encode("mine".utf8)) \(Base64.encode("x".utf8))"
    _ = bench.answer(MetadataFrame(id: "0a", code: "PUT", content: Array(put.utf8)).line)
    #expect(bench.answer(Self.get("mine")) == Self.success("x"))
  }

  @Test func theHugeValueIsCompleteAndAsLongAsPromised() throws {
    var bench = Bench(.huge)
    _ = bench.answer(Self.opening)
    let answer = bench.answer(Self.get("user-data"))
    let payload = try #require(answer.split(separator: " ").last).dropLast()
    let value = Base64.decode(payload.utf8)
    #expect(value.count == MetadataFault.hugeBytes && value.last == 0x0a)
    #expect(answer == MetadataFrame(id: "0a", code: "SUCCESS", content: value).line)
    #expect(bench.answer(Self.get("sdc:uuid")) == Self.success("u-1"))
    #expect(bench.faults.count == 1)
    // Where there is no such key, there is one now.
    let bare = MetadataMisbehaviour(.huge, store: MetadataStore(["a": "b"])).served
    #expect(bare.value(of: "user-data")?.utf8.count == MetadataFault.hugeBytes && bare.keys == ["a", "user-data"])
  }

  @Test func aRestartSendsHalfAndForgets() {
    var bench = Bench(.restart)
    #expect(bench.answer(Self.opening) == Self.answered)
    let whole = Self.success("u-1")
    #expect(bench.answer(Self.get("sdc:uuid")) == String(whole.prefix(whole.count / 2)))
    #expect(bench.steps.count { $0 == .restart } == 1)
    // It is away, and what is asked meanwhile is lost, too.
    bench.seconds += 1
    #expect(bench.say("\n" + Self.get("user-script")).isEmpty)
    #expect(bench.transcript.spoiltKeys == ["sdc:uuid", "user-script"])
    bench.seconds += Double(MetadataFault.awaySeconds)
    #expect(bench.answer("\n") == "invalid command\n")
    #expect(bench.answer(Self.get("sdc:uuid")) == whole)
    #expect(bench.transcript.spoiltKeys == ["user-script"])
    #expect(bench.answer(Self.get("user-script")) == Self.success("#!/bin/sh\n"))
    #expect(bench.transcript.spoiltKeys.isEmpty && bench.steps.count { $0 == .restart } == 1)
  }

  /// Once a fault is over, a session is what it always is.
  @Test(arguments: MetadataFault.all.filter { ![.silent, .notFound, .huge].contains($0) })
  func afterwardsAllIsAsAlways(fault: MetadataFault) {
    var bench = Bench(fault)
    _ = bench.say(Self.opening + Self.get("user-data"))
    bench.seconds += 1000
    _ = bench.say("\n\n\n\n")
    let told = bench.faults.count
    var session = MetadataSession(store: Self.store)
    let script = Self.opening + Self.get("user-data") + Self.get("none") + "KEYS\nGET sdc:uuid\nV2 1 x\n"
    #expect(bench.answer(script) == session.answer(script))
    #expect(bench.faults.count == told)
  }

  @Test func actsAreTheHostsInTheTranscript() throws {
    let event = MetadataEvent.fault(.late(seconds: 60), what: "an answer of 6 bytes is withheld", spoiltKey: "sdc:uuid")
    let entry = MetadataTranscript.Entry(seconds: 1.5, event: event)
    #expect(
      entry.json
        == #"{"seconds":1.5,"from":"host","event":"fault","fault":"late=60","what":"an answer of 6 bytes is withheld","key":"sdc:uuid"}"#
    )
    #expect(entry.line.hasSuffix("host   FAULT late=60: an answer of 6 bytes is withheld (sdc:uuid)"))
    let mode = MetadataTranscript.Entry(seconds: 0, event: .faultMode(.silent))
    #expect(mode.json.contains(#""event":"fault-mode","fault":"silent","what":"nothing is ever answered""#))
    #expect(mode.line.hasSuffix("host   FAULT silent: nothing is ever answered"))
  }
}
