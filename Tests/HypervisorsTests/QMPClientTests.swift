import Hypervisors
import Model
import Testing

/// A stub monitor: answers each request line with the lines that `answer` gives for it.
func withMonitor<T: Sendable>(
  greeting: Bool = true, answer: @escaping @Sendable (JSONValue) -> [String]?,
  _ body: @escaping @Sendable (QMPClient, any ByteStream) async throws -> T
) async throws -> T {
  let (ours, theirs) = try DescriptorStream.pair()
  let client = QMPClient(stream: ours)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await client.run() }
    group.addTask {
      if greeting {
        try await theirs.write(Array(#"{"QMP":{"version":{}}}"#.utf8) + [10], until: .after(.seconds(600)))
      }
      var buffer: [UInt8] = []
      while true {
        let bytes = try await theirs.read(atMost: 4096, until: .after(.seconds(600)))
        if bytes.isEmpty { return }
        buffer += bytes
        while let end = buffer.firstIndex(of: 10) {
          let request = try JSONValue(parsing: Array(buffer[..<end]))
          buffer.removeSubrange(...end)
          guard let lines = answer(request) else {
            theirs.close()
            return
          }
          for line in lines { try await theirs.write(Array(line.utf8) + [10], until: .after(.seconds(600))) }
        }
      }
    }
    let result = try await body(client, theirs)
    group.cancelAll()
    ours.close()
    theirs.close()
    return result
  }
}

private func plain(_ request: JSONValue) -> [String]? {
  [#"{"return":{},"id":\#(request["id"]!.text)}"#]
}

@Suite struct QMPClientTests {
  let deadline = Deadline.after(.seconds(600))

  @Test func answersAreMatchedByIdAndEventsKept() async throws {
    try await withMonitor(answer: { request in
      let id = request["id"]!.text
      return [
        #"{"event":"RESET","data":{"guest":true,"reason":"guest-reset"},"timestamp":{}}"#,
        #"{"return":{"status":"running"},"id":999}"#,
        #"{"return":{"status":"\#(request["execute"]!.string!)"},"id":\#(id)}"#,
      ]
    }) { client, _ in
      try await client.handshake(until: deadline)
      #expect(try await client.execute("query-status", until: deadline)["status"] == "query-status")
      #expect(await client.events.first?.data["reason"] == "guest-reset")
    }
  }

  @Test func aRefusalCarriesQEMUsWords() async throws {
    try await withMonitor(answer: { request in
      [#"{"error":{"class":"GenericError","desc":"There is no console"},"id":\#(request["id"]!.text)}"#]
    }) { client, _ in
      let error = await #expect(throws: VerifyError.self) { try await client.execute("screendump", until: deadline) }
      #expect(error?.code == .hypervisorFailed)
      #expect(error?.message.contains("There is no console") == true)
    }
  }

  @Test func anEndInMidCommandIsTheHypervisorsFailure() async throws {
    try await withMonitor(answer: { _ in nil }) { client, _ in
      let error = await #expect(throws: VerifyError.self) { try await client.execute("cont", until: deadline) }
      #expect(error?.code == .hypervisorFailed)
      let hasEnded = await client.hasEnded
      #expect(hasEnded)
      let event = try await client.event("anything", until: deadline) { _ in true }
      #expect(event == nil)
    }
  }

  @Test func anEventThatCameBeforeTheWaitCounts() async throws {
    try await withMonitor(answer: plain) { client, peer in
      let line = #"{"event":"SHUTDOWN","data":{"guest":true,"reason":"guest-shutdown"}}"#
      try await peer.write(Array(line.utf8) + [10], until: deadline)
      try await client.handshake(until: deadline)
      let event = try await client.event("shutdown", until: deadline) { $0.name == "SHUTDOWN" }
      #expect(event?.data["reason"] == "guest-shutdown")
    }
  }

  @Test func silenceTimesOutAndSaysWhatWasAwaited() async throws {
    try await withMonitor(answer: { _ in [] }) { client, _ in
      let error = await #expect(throws: VerifyError.self) {
        try await client.execute("query-block", until: .after(.milliseconds(50)))
      }
      #expect(error?.code == .timedOut)
      #expect(error?.message.contains("query-block") == true)
    }
  }

  @Test func garbageBetweenTheLinesIsPassedOver() async throws {
    try await withMonitor(answer: { request in ["\u{1}\u{2}{{{", "[]"] + plain(request)! }) { client, _ in
      try await client.handshake(until: deadline)
      #expect(try await client.execute("cont", until: deadline) == .object([:]))
    }
  }

  @Test func resetsByTheGuestAreCountedWhateverIsKept() async throws {
    let reset = #"{"event":"RESET","data":{"guest":true,"reason":"guest-reset"}}"#
    let ours = #"{"event":"RESET","data":{"guest":false,"reason":"host-qmp-system-reset"}}"#
    try await withMonitor(answer: { request in
      switch request["execute"] {
      case "quit": nil
      case "stop": (0..<1500).flatMap { _ in [ours, reset] } + plain(request)!
      default: [ours, reset, reset] + plain(request)!
      }
    }) { client, _ in
      try await client.execute("cont", until: deadline)
      #expect(try await client.resets(beyond: 0, until: deadline) == 2)
      try await client.execute("stop", until: deadline)
      #expect(try await client.resets(beyond: 2, until: deadline) == 1502)
      let none = await #expect(throws: VerifyError.self) {
        try await client.resets(beyond: 1502, until: .after(.milliseconds(50)))
      }
      #expect(none?.code == .timedOut)
      _ = try? await client.execute("quit", until: deadline)
      #expect(try await client.resets(beyond: 1502, until: deadline) == nil)
    }
  }

  @Test func aFloodOfEventsIsBounded() async throws {
    try await withMonitor(answer: { request in
      (0..<3000).map { #"{"event":"RTC_CHANGE","data":{"offset":\#($0)}}"# } + plain(request)!
    }) { client, _ in
      try await client.execute("cont", until: deadline)
      let events = await client.events
      #expect(events.count == 1000)
      #expect(events.first?.data["offset"] == 0)
      #expect(events.last?.data["offset"] == 2999)
    }
  }
}
