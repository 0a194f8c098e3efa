import Metadata
import Model
import Testing

/// A console, a login prompt, a firmware or an echo on the metadata port; and input made to hurt.
struct ForeignTalkerTests {
  private func session() -> MetadataSession {
    MetadataSession(store: MetadataStore(["name": "value", "root_pw": "correct horse"]))
  }

  /// Plays a terminal that sends back all that it gets, and counts how often it is answered.
  private func rounds(of first: String, as reply: (String) -> String) -> Int {
    var session = session()
    var text = first
    var rounds = 0
    while rounds < 1000 {
      let answer = session.answer(text)
      if answer.isEmpty { break }
      rounds += 1
      text = reply(answer)
    }
    return rounds
  }

  @Test(arguments: ["\n", "BOGUS\n", "GET name\n", "V2 21 \(CRC32.text("ab GET bmFtZQ==".utf8)) ab GET bmFtZQ==\n"])
  func anEchoComesToAnEnd(first: String) {
    #expect(rounds(of: first) { $0 } < 20)
  }

  @Test func anEchoedFrameComesToAnEnd() {
    let request = MetadataFrame(id: "ab", code: "GET", content: Array("name".utf8)).line
    #expect(rounds(of: request) { $0 } == 9)
  }

  @Test func aLoginPromptComesToAnEnd() {
    let prompt = "\r\nDebian GNU/Linux 12 guest ttyS1\r\n\r\nguest login: "
    #expect(rounds(of: prompt) { "\($0)\r\nLogin incorrect\r\n\(prompt)" } < 10)
  }

  @Test func aKernelConsoleIsMutedAndRequestsAreStillAnswered() {
    var session = session()
    var answered = 0
    var events: [MetadataEvent] = []
    for line in 0..<100 {
      for action in session.receive("[    0.\(line)] pci 0000:00:0\(line): BAR 0\r\n".utf8) {
        switch action {
        case .send(let bytes):
          #expect(bytes == Array("FAILURE\n".utf8))
          answered += 1
        case .note(let event): events.append(event)
        }
      }
    }
    #expect(answered == MetadataSession.unknownLimit)
    #expect(events.filter { $0 == .muted }.count == 1)
    #expect(session.answer("\n") == "invalid command\n")
    #expect(session.answer("NEGOTIATE V2\n") == "V2_OK\n")
    #expect(session.answer("GET name\n") == "SUCCESS\nvalue\n.\n")
    #expect(session.answer("BOGUS\n") == "")
    session.reset()
    #expect(session.answer("BOGUS\n") == "FAILURE\n")
  }

  @Test func linesWithEscapesAreNeverAnswered() {
    var session = session()
    #expect(
      session.events("\u{1b}[2J\u{1b}[1;1H  GNU GRUB\n") == [
        .foreign(text: "\u{1b}[2J\u{1b}[1;1H  GNU GRUB", answered: false)
      ])
    #expect(session.answer("\u{1b}[0mGET name\n") == "")
    #expect(session.answer("GET name\n") == "SUCCESS\nvalue\n.\n")
  }

  @Test func passwordsAreNotWrittenDown() {
    var session = session()
    #expect(session.events("correct horse\n") == [.foreign(text: "[secret]", answered: true)])
    let bad = "V2 9 00000000 ab SUCCESS \(Base64.encode("correct horse".utf8))"
    #expect(
      session.events(bad + "\n") == [
        .badFrame(reason: "length says 9, is 31", text: "V2 9 00000000 ab SUCCESS [secret]")
      ])
    #expect(session.events("GET root_pw\n") == [.get(key: "root_pw", .one, .success(bytes: 13))])
    let inner = "\(Base64.encode("x_pw".utf8)) \(Base64.encode("hidden".utf8))"
    let put = MetadataFrame(id: "1", code: "PUT", content: Array(inner.utf8)).line
    #expect(session.events(put) == [.put(key: "x_pw", value: nil, .success(bytes: 2))])
  }

  @Test(arguments: [0, 1, 5]) func anOverLongLineIsDropped(beyond: Int) {
    var session = session()
    let long = [UInt8](repeating: 0x61, count: MetadataSession.maximumLine + beyond)
    var answers: [UInt8] = []
    var events: [MetadataEvent] = []
    for action in session.receive(long + Array("\nGET name\n".utf8)) {
      switch action {
      case .send(let bytes): answers += bytes
      case .note(let event): events.append(event)
      }
    }
    let value = "SUCCESS\nvalue\n.\n"
    #expect(String(decoding: answers, as: UTF8.self) == (beyond == 0 ? "FAILURE\n" + value : value))
    #expect((events.first == .overlong(bytes: MetadataSession.maximumLine + beyond)) == (beyond > 0))
  }

  @Test func aPartialLineIsForgottenOnReset() {
    var session = session()
    #expect(session.answer("V2 25 garb") == "")
    session.reset()
    #expect(session.answer("GET name\n") == "SUCCESS\nvalue\n.\n")
  }

  @Test(arguments: 1...20) func randomBytesDoNoHarm(seed: UInt64) {
    var generator = SplitMix(state: seed)
    let words = ["V2 ", "GET ", "\n", "\u{1b}[", " 12 ", "deadbeef ", "KEYS", "\r", "\u{2028}", "PUT ", "=="]
    var session = session()
    var transcript = MetadataTranscript()
    for _ in 0..<400 {
      var bytes = Array(words.randomElement(using: &generator)!.utf8)
      if Bool.random(using: &generator) { bytes = (0..<9).map { _ in .random(in: 0...255, using: &generator) } }
      for case .note(let event) in session.receive(bytes) { transcript.append(event, seconds: 0) }
    }
    _ = session.receive([0x0a])
    for entry in transcript.entries {
      #expect((try? OrderedJSON(parsing: Array(entry.json.utf8)))?["event"]?.string == entry.event.name)
    }
    #expect(session.answer("GET name\n") == "SUCCESS\nvalue\n.\n")
  }
}
