import Metadata
import Model
import Testing

/// Every exchange recorded from the real SmartOS agent must come out equal.
struct AgentSessionTests {
  struct Exchange {
    var name: String
    var send: [UInt8]
    var receive: String
  }

  let store: MetadataStore
  let exchanges: [Exchange]

  init() throws {
    let file = try Fixture.json("smartos-agent-sessions.json")
    store = MetadataStore(machine: try #require(file["machine"]))
    exchanges = try #require(file["exchanges"]?.array).map { exchange in
      Exchange(
        name: try #require(exchange["name"]?.string), send: Array(try #require(exchange["send"]?.string).utf8),
        receive: try #require(exchange["recv"]?.string))
    }
  }

  @Test(arguments: Chunking.all) func answersAreThoseOfTheAgent(chunking: Chunking) {
    var session = MetadataSession(store: store)
    for exchange in exchanges {
      let answer = String(decoding: session.answers(to: exchange.send, chunking), as: UTF8.self)
      #expect(answer == exchange.receive, "\(exchange.name)")
    }
    #expect(exchanges.count == 69)
  }

  @Test func answersAreTheSameWhenAllRequestsComeAtOnce() {
    var session = MetadataSession(store: store)
    let answer = session.answers(to: exchanges.flatMap(\.send))
    #expect(answer == exchanges.flatMap { Array($0.receive.utf8) })
  }

  @Test func transcriptTellsTheSessions() {
    var session = MetadataSession(store: store)
    var transcript = MetadataTranscript()
    for exchange in exchanges {
      for case .note(let event) in session.receive(exchange.send) { transcript.append(event, seconds: 1.5) }
    }
    #expect(transcript.negotiatedV2 && transcript.usedV1)
    #expect(transcript.badFrames == 5)
    #expect(transcript.foreignLines == 4)
    #expect(transcript.firstRequestSeconds == 1.5)
    #expect(transcript.askedKeys.first == "root_authorized_keys")
    #expect(transcript.result(of: "nope") == .notFound)
    #expect(transcript.result(of: "sdc:tags") == .failure(""))
    #expect(session.store.guestKeys == ["new_pw"])
    #expect(session.store.value(of: "new_pw") == "s")
  }
}
