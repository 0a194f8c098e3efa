import Foundation
import Guests
import Model
import Testing

@Suite struct FirmwareLogTests {
  /// Feeds `pieces` to a log and gives the state after the last of them.
  private func state(after pieces: [[UInt8]]) async throws -> (FirmwareLog.State, log: String) {
    let path = NSTemporaryDirectory() + "firmware-\(UUID().uuidString).log"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (ours, theirs) = try DescriptorStream.pair()
    let log = FirmwareLog(stream: ours, logPath: path)
    async let drained: Void = log.drain()
    for piece in pieces { try await theirs.write(piece, until: .after(.seconds(600))) }
    theirs.close()
    await drained
    return (await log.state, try String(contentsOfFile: path, encoding: .utf8))
  }

  @Test func aHandOverIsCountedWhateverTheCuts() async throws {
    let text = Array("Booting from Hard Disk...\nBooting from 0000:7c00\n".utf8)
    for cut in [1, 7, 30, text.count - 1] {
      let (state, log) = try await state(after: [Array(text[..<cut]), Array(text[cut...])])
      #expect(state.handOvers == 1)
      #expect(state.lastBootLine == "Booting from 0000:7c00")
      #expect(!state.foundNoDevice)
      #expect(log == String(decoding: text, as: UTF8.self))
    }
  }

  @Test func theLastWordNeedsNoLineEnd() async throws {
    let (state, _) = try await state(after: [Array("Boot failed: not a bootable disk\n\nNo bootable device.".utf8)])
    #expect(state.foundNoDevice)
    #expect(state.handOvers == 0)
  }

  @Test func silenceIsNoState() async throws {
    let (state, log) = try await state(after: [])
    #expect(state == FirmwareLog.State())
    #expect(log.isEmpty)
  }

  /// The guest can write to this port at will.
  @Test func aFloodIsBoundedAndHarmless() async throws {
    let flood = [UInt8](repeating: 0x1b, count: 3 << 20)
    let (state, log) = try await state(after: [flood, Array("\nBooting from 0000:7c00\n".utf8)])
    #expect(log.utf8.count == 1 << 20)
    #expect(!log.contains("\u{1b}"))
    #expect(state.handOvers == 1)
  }
}
