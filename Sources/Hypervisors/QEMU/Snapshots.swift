package import Model

/// Saving a machine and going back to it: processor, memory and devices go into the boot disk's qcow2 file, and every
/// disk that can be written keeps its state beside it. The sockets stay connected throughout.
extension QMPClient {
  /// Saves the machine as `name`; it stands still meanwhile (about a second), and then goes on.
  ///
  /// - Returns: how large the saved memory and devices are.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words, for one when a device cannot be saved (NVMe).
  @discardableResult
  package func saveMachine(_ name: String, until deadline: Deadline) async throws -> ByteCount {
    let disks = try await writableDisks(until: deadline)
    try await runJob("snapshot-save", disks.arguments(name, state: true), until: deadline)
    let sizes = try await blocks(until: deadline).flatMap { block in
      (block["inserted"]?["image"]?["snapshots"]?.array ?? []).filter { $0["name"] == .string(name) }
        .compactMap { $0["vm-state-size"]?.integer }
    }
    return ByteCount(bytes: sizes.max() ?? 0)
  }

  /// Goes back to what was saved as `name`, whatever the guest has done since, power-off included.
  ///
  /// The monitor forgets its events: what they tell of has not happened to this guest. The guest's clock goes on from
  /// where it stood; the real-time clock of the machine shows the time of the host.
  /// - Parameter whilePaused: runs when the machine is as it was, before it goes on.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` with QEMU's words; the machine then stands still.
  package func restoreMachine(
    _ name: String, until deadline: Deadline, whilePaused: @Sendable () async -> Void
  ) async throws {
    let disks = try await writableDisks(until: deadline)
    try await execute("stop", until: deadline)
    try await leaveShutdown(until: deadline)
    try await runJob("snapshot-load", disks.arguments(name, state: true), until: deadline)
    forgetEvents()
    await whilePaused()
    try await execute("cont", until: deadline)
  }

  /// Deletes what was saved as `name`, and frees its room in the disks.
  package func deleteSavedMachine(_ name: String, until deadline: Deadline) async throws {
    let disks = try await writableDisks(until: deadline)
    try await runJob("snapshot-delete", disks.arguments(name, state: false), until: deadline)
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
