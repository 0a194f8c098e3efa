import Foundation
import Metadata
import Model
import Testing

struct ServiceTests {
  let store = MetadataStore(["name": "value"])

  func service(log: String? = nil, writeLimit: Duration = .seconds(30)) throws -> MetadataService {
    try MetadataService(store: store, powerOn: .now, log: log, writeLimit: writeLimit)
  }

  /// Sends `text` as the guest and reads until `count` bytes have come back.
  func ask(_ guest: DescriptorStream, _ text: String, expecting answer: String) async throws {
    let deadline = Deadline.after(.seconds(600))
    try await guest.write(Array(text.utf8), until: deadline)
    var bytes: [UInt8] = []
    while bytes.count < answer.utf8.count {
      let more = try await guest.read(atMost: answer.utf8.count - bytes.count, until: deadline)
      try #require(!more.isEmpty)
      bytes += more
    }
    #expect(String(decoding: bytes, as: UTF8.self) == answer)
  }

  @Test func answersUntilTheGuestEndsAndAgainAfterAReconnect() async throws {
    let service = try service()
    for round in 1...2 {
      let (host, guest) = try DescriptorStream.pair()
      async let served: Void = service.serve(host)
      try await ask(guest, "\nNEGOTIATE V2\n", expecting: "invalid command\nV2_OK\n")
      try await ask(guest, "GET name\n", expecting: "SUCCESS\nvalue\n.\n")
      try await guest.write(Array("GET na".utf8), until: .after(.seconds(600)))
      guest.close()
      await served
      #expect(await service.transcript.resets == round)
    }
    let events = await service.transcript.entries.map(\.event.name)
    #expect(events == Array([["connected", "reset", "negotiate", "get", "disconnected"]].joined()) + events.prefix(5))
    #expect(await service.transcript.entries.last?.event == .disconnected("end of stream"))
  }

  @Test func whatTheGuestPutsCanBeSeen() async throws {
    let service = try service()
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    let payload = "\(Base64.encode("imgverify:user-script".utf8)) \(Base64.encode("nonce".utf8))"
    try await ask(
      guest, MetadataFrame(id: "1", code: "PUT", content: Array(payload.utf8)).line,
      expecting: MetadataFrame(id: "1", code: "SUCCESS", content: Array("OK".utf8)).line)
    #expect(await service.store.value(of: "imgverify:user-script") == "nonce")
    #expect(await service.store.guestKeys == ["imgverify:user-script"])
    guest.close()
    await served
  }

  @Test func aCancelEndsIt() async throws {
    let service = try service()
    let (host, guest) = try DescriptorStream.pair()
    let task = Task { await service.serve(host) }
    try await ask(guest, "\n", expecting: "invalid command\n")
    task.cancel()
    await task.value
    #expect(await service.transcript.entries.last?.event == .disconnected("cancelled"))
  }

  @Test func aNewerConnectionEndsTheOlder() async throws {
    let service = try service()
    let (firstHost, firstGuest) = try DescriptorStream.pair()
    let (secondHost, secondGuest) = try DescriptorStream.pair()
    async let first: Void = service.serve(firstHost)
    try await ask(firstGuest, "\n", expecting: "invalid command\n")
    async let second: Void = service.serve(secondHost)
    try await ask(secondGuest, "\n", expecting: "invalid command\n")
    try await firstGuest.write([0x0a], until: .after(.seconds(600)))
    await first
    #expect(await service.transcript.entries.last?.event == .disconnected("superseded"))
    try await ask(secondGuest, "GET name\n", expecting: "SUCCESS\nvalue\n.\n")
    secondGuest.close()
    await second
  }

  /// A guest that asks and never reads: answers pile up in the socket, then are dropped, and reading goes on.
  @Test func aGuestThatDoesNotReadBlocksNothing() async throws {
    let big = MetadataStore(["big": String(repeating: "x", count: 100_000)])
    let service = try MetadataService(store: big, powerOn: .now, log: nil, writeLimit: .milliseconds(50))
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    for _ in 0..<500 { try await guest.write(Array("GET big\n".utf8), until: .after(.seconds(600))) }
    while await service.transcript.entries.count < 502 { try await Task.sleep(for: .milliseconds(5)) }
    // It reads again: what stands in the way is drained, and an empty line begins anew.
    try await guest.write(Array("\nNEGOTIATE V2\n".utf8), until: .after(.seconds(600)))
    var drained = 0
    var tail: [UInt8] = []
    while !tail.ends(with: "invalid command\nV2_OK\n".utf8) {
      let bytes = try await guest.read(atMost: 65536, until: .after(.seconds(600)))
      try #require(!bytes.isEmpty)
      drained += bytes.count
      tail = Array((tail + bytes).suffix(100))
    }
    #expect(drained < 10_000_000)
    #expect(await service.transcript.unreadAnswers == 1)
    guest.close()
    await served
  }

  @Test func aResetOfTheGuestForgetsHalfALine() async throws {
    let service = try service()
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    try await ask(guest, "\nGET na", expecting: "invalid command\n")
    await service.guestWasReset()
    #expect(await service.transcript.entries.last?.event == .guestReset)
    guest.close()
    await served
  }

  /// Two clients on one port: each finds the answer to its request by the id, whatever the other sends in between.
  @Test(arguments: 1...6) func requestsOfTwoClientsAreAllAnswered(seed: UInt64) async throws {
    let service = try service()
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    var generator = SplitMix(state: seed)
    var clients = ["a", "b"].map { name in
      ["\n", "NEGOTIATE V2\n"]
        + (0..<5).map { MetadataFrame(id: "\(name)\($0)", code: "GET", content: Array("name".utf8)).line }
    }
    var answers = 0
    while let next = clients.indices.filter({ !clients[$0].isEmpty }).randomElement(using: &generator) {
      let line = clients[next].removeFirst()
      let words = line.split(separator: " ")
      let expected =
        words.isEmpty || line == "\n"
        ? "invalid command\n"
        : words.count == 2
          ? "V2_OK\n"
          : MetadataFrame(id: String(words[3]), code: "SUCCESS", content: Array("value".utf8)).line
      try await ask(guest, line, expecting: expected)
      answers += 1
    }
    #expect(answers == 14)
    guest.close()
    await served
  }

  /// Garbage of any kind, then a guest that resets or comes anew: it is answered as if nothing had been.
  @Test(arguments: 1...8, ["reset", "reconnect", "empty line"])
  func whateverWasSentANewSessionIsAnswered(seed: UInt64, how: String) async throws {
    let service = try service()
    var (host, guest) = try DescriptorStream.pair()
    var task = Task { [host] in await service.serve(host) }
    var generator = SplitMix(state: seed)
    // No line feed behind the last piece: what comes next would be glued to it.
    let garbage = (0..<Int.random(in: 1...3000, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    try await guest.write(garbage + Array("\nEND".utf8), until: .after(.seconds(600)))
    switch how {
    case "reconnect":
      guest.close()
      await task.value
      (host, guest) = try DescriptorStream.pair()
      task = Task { [host] in await service.serve(host) }
    case "reset":
      while await service.transcript.foreignLines + service.transcript.resets == 0 {
        try await guest.write(Array("\n".utf8), until: .after(.seconds(600)))
        try await Task.sleep(for: .milliseconds(2))
      }
      await service.guestWasReset()
    default: try await guest.write([0x0a], until: .after(.seconds(600)))
    }
    // A client sends empty lines until it reads what it wants; what older lines were answered stands before.
    try await guest.write(Array("\nNEGOTIATE V2\nGET name\n".utf8), until: .after(.seconds(600)))
    var seen: [UInt8] = []
    while !seen.ends(with: "invalid command\nV2_OK\nSUCCESS\nvalue\n.\n".utf8) {
      let bytes = try await guest.read(atMost: 65536, until: .after(.seconds(600)))
      try #require(!bytes.isEmpty)
      seen = Array((seen + bytes).suffix(4096))
    }
    guest.close()
    await task.value
  }

  @Test func theLogHasALineForEachEventAndEndsAtItsBound() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "imgverify-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let service = try service(log: path)
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    try await ask(guest, "\nGET name\n", expecting: "invalid command\nSUCCESS\nvalue\n.\n")
    let flood = Array(String(repeating: "V2 \(String(repeating: "y", count: 190))\n", count: 40_000).utf8)
    try await guest.write(flood, until: .after(.seconds(300)))
    try await ask(guest, "GET name\n", expecting: "SUCCESS\nvalue\n.\n")
    guest.close()
    await served
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(separator: "\n")
    #expect(text.utf8.count <= MetadataService.maximumLog + 200)
    #expect(lines.prefix(3).map { $0.split(separator: "\"")[9] } == ["connected", "reset", "get"])
    #expect(lines.last?.contains("\"log-full\"") == true)
    #expect(await service.transcript.badFrames == 40_000)
    #expect(await service.transcript.entries.count == MetadataTranscript.maximumEntries)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func aLogThatCannotBeMadeIsAnError() {
    #expect(throws: VerifyError.self) { try service(log: "/nonexistent/mdata.jsonl") }
  }
}

extension [UInt8] {
  fileprivate func ends(with tail: some Collection<UInt8>) -> Bool { suffix(tail.count).elementsEqual(tail) }
}
