import Foundation
import Metadata
import Model
import Testing

/// Faults on a real stream: what needs a clock, or ends something.
@Suite struct FaultyServiceTests {
  func service(_ fault: MetadataFault, log: String? = nil, closes: Bool = false) throws -> MetadataService {
    try MetadataService(
      store: MisbehaviourTests.store, powerOn: .now, log: log, fault: fault, closesOnRestart: closes)
  }

  func read(_ stream: DescriptorStream, _ count: Int) async throws -> String {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let more = try await stream.read(atMost: count - bytes.count, until: .after(.seconds(600)))
      if more.isEmpty { break }
      bytes += more
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func theModeStandsFirstInTheLogAlsoWithoutAPort() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "imgverify-\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let service = try service(.absent, log: path)
    await service.tellFault()
    await service.tellFault()
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains(#""event":"fault-mode","fault":"absent""#))
    #expect(await service.transcript.entries.map(\.event) == [.faultMode(.absent)])
  }

  /// In the middle of a minute of single bytes a cancel ends it.
  @Test func aCancelEndsASlowAnswerAtOnce() async throws {
    let service = try service(.slow)
    let (host, guest) = try DescriptorStream.pair()
    let task = Task { await service.serve(host) }
    let began = ContinuousClock.now
    try await guest.write([0x0a], until: .after(.seconds(600)))
    #expect(try await read(guest, 1) == "i")
    #expect(ContinuousClock.now - began >= .milliseconds(900))
    let cancelled = ContinuousClock.now
    task.cancel()
    await task.value
    #expect(ContinuousClock.now - cancelled < .seconds(20))
    #expect(await service.transcript.entries.last?.event == .disconnected("cancelled"))
    guest.close()
  }

  @Test func aRestartEndsTheConnectionWhereTheGuestCanComeAgain() async throws {
    let service = try service(.restart, closes: true)
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    try await guest.write(Array("\nGET sdc:uuid\n".utf8), until: .after(.seconds(600)))
    await served
    host.close()
    // Half of what would have been `SUCCESS`, the value, and a dot.
    #expect(try await read(guest, 100) == "invalid command\nSUCCESS")
    #expect(await service.transcript.entries.last?.event == .disconnected("restarted, on purpose"))
    #expect(await service.transcript.spoiltKeys == ["sdc:uuid"])
    guest.close()
  }

  @Test func aRestartLeavesAPortThatIsOpenedOnceAsItIs() async throws {
    let service = try service(.restart)
    let (host, guest) = try DescriptorStream.pair()
    async let served: Void = service.serve(host)
    // What was half said before is forgotten, as is what is asked while it is away.
    try await guest.write(Array("GET sdc:uuid\n\n".utf8), until: .after(.seconds(600)))
    #expect(try await read(guest, 7) == "SUCCESS")
    while await service.transcript.faults < 2 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(await service.transcript.entries.contains { $0.event == .disconnected("restarted, on purpose") } == false)
    guest.close()
    await served
  }
}
