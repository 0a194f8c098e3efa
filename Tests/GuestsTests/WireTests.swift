import Foundation
import Guests
import Model
import Packets
import Testing

struct WireTests {
  private func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
  private var header: [UInt8] {
    [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8) + little(65_536) + little(1)
  }
  private func record(_ size: Int) -> [UInt8] {
    little(1) + little(0) + little(size) + little(size) + [UInt8](repeating: 0x42, count: size)
  }

  /// The file ends behind a whole frame, and a flood is drained and counted to its end.
  @Test func theFileIsBounded() async throws {
    let path = NSTemporaryDirectory() + "imgverify-wire-\(UUID()).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (ours, theirs) = try DescriptorStream.pair()
    let wire = Wire(stream: ours, path: path, network: [], fileLimit: 1000)
    let flood = header + (0..<500).flatMap { _ in record(100) } + record(20)
    async let drained: Void = wire.drain()
    try await theirs.write(flood, until: .after(.seconds(20)))
    theirs.close()
    await drained
    let file = try Data(contentsOf: URL(filePath: path))
    #expect(file.count == 24 + 8 * 116 && file.prefix(24) == Data(header))
    #expect(await wire.leftOut == 493)
    #expect(await wire.facts.frames == 501)
    #expect(await wire.trouble == nil)
  }

  @Test func whatIsNoCaptureIsDrainedAndTold() async throws {
    let path = NSTemporaryDirectory() + "imgverify-wire-\(UUID()).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (ours, theirs) = try DescriptorStream.pair()
    let wire = Wire(stream: ours, path: path, network: [])
    async let drained: Void = wire.drain()
    try await theirs.write([UInt8](repeating: 7, count: 200_000), until: .after(.seconds(20)))
    theirs.close()
    await drained
    #expect(try Data(contentsOf: URL(filePath: path)).isEmpty)
    #expect(await wire.trouble?.hasPrefix("it does not begin") == true)
  }
}
