package import Model

/// A machine as it was saved in its own disks.
package struct SavedMachine: Sendable {
  package var name: String
  /// Of memory and devices, in the boot disk's file.
  package var size: ByteCount
  /// What the monitor had told until then.
  var events: [QMPClient.Event]
}

/// Saving a machine and going back to it: processor, memory and devices go into the boot disk's qcow2 file, and every
/// disk that can be written keeps its state beside it. The sockets stay connected throughout.
extension QMPClient {
  /// Saves the machine as `name`; it stands still meanwhile (about a second), and then goes on if it was running.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words, for one when a device cannot be saved (NVMe).
  package func saveMachine(_ name: String, until deadline: Deadline) async throws -> SavedMachine {
    let disks = try await writableDisks(until: deadline)
    try await runJob("snapshot-save", disks.arguments(name, state: true), until: deadline)
    let sizes = try await blocks(until: deadline).flatMap { block in
      (block["inserted"]?["image"]?["snapshots"]?.array ?? []).filter { $0["name"] == .string(name) }
        .compactMap { $0["vm-state-size"]?.integer }
    }
    return SavedMachine(name: name, size: ByteCount(bytes: sizes.max() ?? 0), events: events)
  }

  /// Goes back to what was saved, whatever the guest has done since, power-off included; it stands still then.
  ///
  /// The monitor forgets later events: what they tell of has not happened to this guest. QEMU's clocks go back, the
  /// guest's may not: under TCG the time stamp counter of a QEMU process never decreases, so the guest sees a jump
  /// forward by all the time that it ran since the save (Linux may speak of a soft lockup).
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words.
  package func restoreMachine(_ saved: SavedMachine, until deadline: Deadline) async throws {
    let disks = try await writableDisks(until: deadline)
    try await execute("stop", until: deadline)
    try await leaveShutdown(until: deadline)
    try await runJob("snapshot-load", disks.arguments(saved.name, state: true), until: deadline)
    putBack(to: saved.events)
  }

  /// Deletes what was saved, and frees its room in the disks.
  package func deleteSavedMachine(_ saved: SavedMachine, until deadline: Deadline) async throws {
    let disks = try await writableDisks(until: deadline)
    try await runJob("snapshot-delete", disks.arguments(saved.name, state: false), until: deadline)
  }

  /// Whether QEMU stays after the guest's power-off, with the machine paused, or ends, as it does from the start.
  ///
  /// It ends on SIGTERM either way.
  package func stayAfterPowerOff(_ stay: Bool, until deadline: Deadline) async throws {
    try await execute("set-action", ["shutdown": stay ? "pause" : "poweroff"], until: deadline)
  }

  /// A machine that was powered off runs again only after a reset, whatever is loaded into it.
  private func leaveShutdown(until deadline: Deadline) async throws {
    guard try await needsReset(until: deadline) else { return }
    // QEMU answers before it has done it.
    try await execute("system_reset", until: deadline)
    while try await needsReset(until: deadline) { try await Task.sleep(for: .milliseconds(10)) }
  }

  private func needsReset(until deadline: Deadline) async throws -> Bool {
    let status = try await execute("query-status", until: deadline)["status"]?.string ?? ""
    return status == "shutdown" || status == "internal-error"
  }

  private func blocks(until deadline: Deadline) async throws -> [JSONValue] {
    try await execute("query-block", until: deadline).array ?? []
  }

  private func writableDisks(until deadline: Deadline) async throws -> WritableDisks {
    try WritableDisks(try await blocks(until: deadline))
  }
}

/// QEMU's names of the disks that take part in a snapshot.
private struct WritableDisks {
  /// The boot disk's, which takes the memory as well.
  let boot: JSONValue
  let all: [JSONValue]

  /// - Parameter blocks: the answer to `query-block`.
  init(_ blocks: [JSONValue]) throws {
    let disks = blocks.compactMap { block -> (device: String, node: JSONValue)? in
      guard let inserted = block["inserted"], inserted["ro"]?.bool == false, let node = inserted["node-name"] else {
        return nil
      }
      return (block["device"]?.string ?? "", node)
    }
    guard let boot = disks.first(where: { $0.device == "disk0" }) else {
      throw VerifyError(.hypervisorFailed, "QEMU names no writable boot disk to keep a snapshot in")
    }
    self.boot = boot.node
    all = disks.map(\.node)
  }

  func arguments(_ name: String, state: Bool) -> [String: JSONValue] {
    var arguments: [String: JSONValue] = ["tag": .string(name), "devices": .array(all)]
    if state { arguments["vmstate"] = boot }
    return arguments
  }
}
