import Guests
import Hypervisors
import Model
import Testing

/// The signs of an operating system's driver, against answers of QEMU 7.2 as `hypervisors.md` E.5 shows them.
@Suite struct VirtioFactsTests {
  private func facts(_ status: JSONValue, interrupts: Bool) async throws -> VirtioFacts? {
    let (ours, theirs) = try DescriptorStream.pair()
    let client = QMPClient(stream: ours)
    let deadline = Deadline.after(.seconds(600))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await client.run() }
      group.addTask {
        var buffer: [UInt8] = []
        while true {
          let bytes = try await theirs.read(atMost: 4096, until: deadline)
          if bytes.isEmpty { return }
          buffer += bytes
          while let end = buffer.firstIndex(of: 10) {
            let request = try JSONValue(parsing: Array(buffer[..<end]))
            buffer.removeSubrange(...end)
            let answer: JSONValue =
              request["execute"] == "x-query-virtio-status" ? status : ["signalled-used-valid": .bool(interrupts)]
            let line: JSONValue =
              answer == .null
              ? ["error": ["class": "CommandNotFound", "desc": "no such command"], "id": request["id"]!]
              : ["return": answer, "id": request["id"]!]
            try await theirs.write(Array(line.text.utf8) + [10], until: deadline)
          }
        }
      }
      let facts = try await VirtioFacts.query("bootdisk", queues: 0..<1, monitor: client, until: deadline)
      group.cancelAll()
      ours.close()
      theirs.close()
      return facts
    }
  }

  private func status(features: [String], transports: [String], statuses: [String]) -> JSONValue {
    func list(_ names: [String]) -> JSONValue { .array(names.map { .string("\($0): words about it") }) }
    return [
      "status": ["statuses": list(statuses)],
      "guest-features": ["dev-features": list(features), "transports": list(transports)],
    ]
  }

  @Test func whatSeaBIOSLeavesIsNoDriver() async throws {
    let left = status(
      features: ["VIRTIO_BLK_F_BLK_SIZE", "VIRTIO_BLK_F_SEG_MAX"], transports: ["VIRTIO_F_VERSION_1"],
      statuses: ["VIRTIO_CONFIG_S_DRIVER_OK"])
    let facts = try #require(try await facts(left, interrupts: false))
    #expect(!facts.diskHasOSDriver)
  }

  @Test func anyOneSignOfADriverCounts() async throws {
    let bare = status(features: [], transports: [], statuses: [])
    #expect(try await facts(bare, interrupts: true)?.diskHasOSDriver == true)
    let ring = status(features: [], transports: ["VIRTIO_RING_F_EVENT_IDX"], statuses: [])
    #expect(try await facts(ring, interrupts: false)?.diskHasOSDriver == true)
    // A legacy device has neither VERSION_1 nor FEATURES_OK.
    let legacy = status(features: ["VIRTIO_BLK_F_FLUSH"], transports: [], statuses: [])
    #expect(try await facts(legacy, interrupts: false)?.diskHasOSDriver == true)
    #expect(try await facts(bare, interrupts: false)?.diskHasOSDriver == false)
  }

  @Test func aNICIsDrivenOnlyAtDRIVER_OK() async throws {
    let ready = status(features: [], transports: [], statuses: ["VIRTIO_CONFIG_S_DRIVER_OK"])
    #expect(try await facts(ready, interrupts: false)?.nicHasDriver == true)
    #expect(
      try await facts(status(features: [], transports: [], statuses: []), interrupts: false)?.nicHasDriver == false)
  }

  @Test func aQEMUWithoutTheQueryGivesNoEvidence() async throws {
    #expect(try await facts(.null, interrupts: true) == nil)
  }
}
