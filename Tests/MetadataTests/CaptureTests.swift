import Metadata
import Model
import Testing

/// Replays what real clients sent; the answers must be those of the capture but for what its server did otherwise.
struct CaptureTests {
  /// One line of the guest and the answer in the capture.
  struct Exchange {
    var request: String
    var answer: String
  }

  /// A capture as exchanges; a protocol line may be spread over many lines of the file.
  static func exchanges(_ name: String) throws -> [Exchange] {
    let text = String(decoding: try Fixture.bytes("\(name).capture"), as: UTF8.self)
    var exchanges: [Exchange] = []
    var request = ""
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let fields = line.split(separator: " ", maxSplits: 2)
      let bytes = try #require(try OrderedJSON(parsing: Array(fields[2].utf8)).string)
      if fields[1] == "G" {
        request += bytes
      } else {
        try #require(fields[1] == "H")
        exchanges.append(Exchange(request: request, answer: bytes))
        request = ""
      }
    }
    try #require(request.isEmpty)
    return exchanges
  }

  static func replay(_ exchanges: [Exchange], of name: String, _ chunking: Chunking) throws -> [String] {
    var session = MetadataSession(store: try MetadataStore(parsing: try Fixture.bytes("\(name).store.json")))
    return exchanges.map { String(decoding: session.answers(to: Array($0.request.utf8), chunking), as: UTF8.self) }
  }

  @Test(arguments: Chunking.all) func cloudInitGetsTheSameBytes(chunking: Chunking) throws {
    let exchanges = try CaptureTests.exchanges("cloud-init-debian12")
    #expect(exchanges.count == 110)
    #expect(try CaptureTests.replay(exchanges, of: "cloud-init-debian12", chunking) == exchanges.map(\.answer))
  }

  /// The capture's server differs from the SmartOS agent, which is right, in these texts and no others.
  static func asTheAgentWouldSay(_ exchange: Exchange) -> (answer: String, difference: String?) {
    let request = exchange.request.split(separator: " ").map { word in word.trimmingSuffix { $0 == "\n" } }
    guard request.count >= 5 else { return (exchange.answer, nil) }
    let id = String(request[3])
    func frame(_ code: String, _ content: String) -> String {
      MetadataFrame(id: id, code: code, content: Array(content.utf8)).line
    }
    func isAnswer(_ body: String) -> Bool { exchange.answer.hasSuffix(" \(id) \(body)\n") }
    switch request[4] {
    case "PUT" where isAnswer("FAILURE cmVhZCBvbmx5"):
      return (frame("FAILURE", "Cannot update the \"sdc\" Namespace."), "text of a refused PUT")
    case "PUT" where isAnswer("SUCCESS"): return (frame("SUCCESS", "OK"), "PUT acknowledged without payload")
    case "DELETE" where isAnswer("SUCCESS"): return (frame("SUCCESS", "OK"), "DELETE acknowledged without payload")
    case "GET" where isAnswer("SUCCESS "): return (frame("SUCCESS", ""), "blank behind SUCCESS of an empty value")
    case "KEYS" where !isAnswer("SUCCESS \(sorted)"):
      let names = "accents\nblank\ncolour\nhostname\nroot_authorized_keys\nuser-script\nnote"
      return (frame("SUCCESS", names), "order of KEYS")
    default: return (exchange.answer, nil)
    }
  }

  /// The KEYS answer while nothing has been put: byte order and the machine's own order are the same.
  static let sorted = Base64.encode("accents\nblank\ncolour\nhostname\nroot_authorized_keys\nuser-script".utf8)

  @Test(arguments: Chunking.all) func mdataClientGetsTheSameBytes(chunking: Chunking) throws {
    let exchanges = try CaptureTests.exchanges("mdata-client")
    let expected = exchanges.map(CaptureTests.asTheAgentWouldSay)
    #expect(exchanges.count == 51)
    #expect(try CaptureTests.replay(exchanges, of: "mdata-client", chunking) == expected.map(\.answer))
    let differences = Dictionary(grouping: expected.compactMap(\.difference)) { $0 }.mapValues(\.count)
    #expect(
      differences == [
        "text of a refused PUT": 1, "PUT acknowledged without payload": 2, "DELETE acknowledged without payload": 2,
        "blank behind SUCCESS of an empty value": 1, "order of KEYS": 1,
      ])
  }
}

extension StringProtocol {
  fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> SubSequence {
    var end = endIndex
    while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
    return self[startIndex..<end]
  }
}
