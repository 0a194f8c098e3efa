import Model
import Testing

@Suite struct ByteStreamTests {
  @Test func bytesArriveInOrderAndTheEndIsEmpty() async throws {
    let (a, b) = try DescriptorStream.pair()
    let deadline = Deadline.after(.seconds(600))
    try await a.write([1, 2, 3], until: deadline)
    #expect(try await b.read(atMost: 2, until: deadline) == [1, 2])
    #expect(try await b.read(atMost: 2, until: deadline) == [3])
    a.close()
    #expect(try await b.read(atMost: 2, until: deadline) == [])
  }

  @Test func aReadThatNobodyAnswersTimesOut() async throws {
    let (a, b) = try DescriptorStream.pair()
    defer { a.close() }
    let error = await #expect(throws: VerifyError.self) {
      try await b.read(atMost: 1, until: .after(.milliseconds(30)))
    }
    #expect(error?.code == .timedOut)
  }

  @Test func aWaitingReadEndsWhenItsTaskIsCancelled() async throws {
    let (a, b) = try DescriptorStream.pair()
    defer { a.close() }
    let task = Task { try await b.read(atMost: 1, until: .after(.seconds(600))) }
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func closingEndsAWaitingRead() async throws {
    let (a, b) = try DescriptorStream.pair()
    defer { a.close() }
    let task = Task { try await b.read(atMost: 1, until: .after(.seconds(600))) }
    try await Task.sleep(for: .milliseconds(20))
    b.close()
    #expect(try await task.value == [])
  }

  @Test func moreBytesThanTheSocketHoldsAreAllWritten() async throws {
    let (a, b) = try DescriptorStream.pair()
    let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    async let writing: Void = a.write(sent, until: .after(.seconds(600)))
    var got: [UInt8] = []
    while got.count < sent.count { got += try await b.read(atMost: 1 << 16, until: .after(.seconds(600))) }
    try await writing
    #expect(got == sent)
  }

  @Test func writingToAClosedPeerIsAnErrorNotASignal() async throws {
    let (a, b) = try DescriptorStream.pair()
    b.close()
    let error = await #expect(throws: VerifyError.self) { try await a.write([1], until: .after(.seconds(600))) }
    #expect(error?.code == .closed)
  }
}
