internal import Model

/// The loops that repeat a session's steps until they are through.
extension SSHSession {
  /// Repeats `step` until it has a value, waiting for the wire in between.
  ///
  /// - Throws: what `step` throws; ``VerifyError`` `.timedOut` that names the phase; `CancellationError`.
  func drive<Value>(_ phase: () -> Phase, until deadline: Deadline, _ step: () throws -> Value?) async throws -> Value {
    let started = ContinuousClock.now
    while true {
      try Task.checkCancellation()
      wire.beginTurn()
      if let value = try step() { return value }
      guard try await waitForWire(until: deadline) else {
        throw VerifyError(
          .timedOut,
          "ssh \(peerName): no end of the \(phase().rawValue) after "
            + "\((ContinuousClock.now - started).forPeople)\(seenInstead)")
      }
    }
  }

  /// Runs `command` on a channel of its own.
  ///
  /// - Parameter held: the channel, when this throws and it can be freed without harm to the session. An answer still
  ///   under way to a request to start would be taken for the answer to the next one's.
  func execute(
    _ command: String, input: [UInt8], until deadline: Deadline, gathering: inout OutputGathering,
    channel held: inout SSHChannel?
  ) async throws -> CommandResult {
    let phase = { Phase.command }
    let channel = try await drive(phase, until: deadline) { try openChannel() }
    do {
      try await drive(phase, until: deadline) { try channel.start(command) ? () : nil }
      held = channel
    } catch let error as VerifyError where error.code == .unsupported {
      held = channel
      throw error
    }
    try await exchange(input[...], with: channel, until: deadline, gathering: &gathering)
    let ending = channel.ending
    // The server has closed: this sends our close and waits for nothing.
    try await drive(phase, until: deadline) { try channel.free() ? () : nil }
    held = nil
    return CommandResult(
      status: ending.status, signal: ending.signal, standardOutput: gathering.kept[.standard] ?? [],
      standardError: gathering.kept[.error] ?? [], isTruncated: gathering.isTruncated)
  }

  /// Feeds `input` and takes both outputs in turns until the server has closed the channel.
  private func exchange(
    _ input: ArraySlice<UInt8>, with channel: SSHChannel, until deadline: Deadline, gathering: inout OutputGathering
  ) async throws {
    var input = input
    var endSent = false
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      try Task.checkCancellation()
      wire.beginTurn()
      var moved = false
      // Not more than the wire can hold while it is not being read.
      if !input.isEmpty, wire.unsentCount < Wire.unsentLimit / 4 {
        let count = try channel.write(input.prefix(32 << 10))
        input = input.dropFirst(count)
        moved = count > 0
      }
      if input.isEmpty, !endSent { endSent = try channel.sendEnd() }
      for output in SSHChannel.Output.allCases {
        let count = try channel.read(output, into: &buffer)
        if count > 0 {
          gathering.take(buffer[..<count], from: output)
          moved = true
        }
      }
      // Reading may have brought the room that writing found lacking; nothing more need come to wake us.
      if !input.isEmpty, channel.room > 0, wire.unsentCount < Wire.unsentLimit / 4 { moved = true }
      if !moved, channel.outputsEnded, try channel.closedByServer() { return }
      if moved, !deadline.hasPassed {
        await Task.yield()
      } else if try await !waitForWire(until: deadline) {
        throw VerifyError(.timedOut, "ssh \(peerName): the command did not end in time; \(gathering.lastSeen)")
      }
    }
  }

  /// Waits for the wire; `false` when `deadline` has passed, also while bytes keep coming.
  private func waitForWire(until deadline: Deadline) async throws -> Bool {
    if deadline.hasPassed { return false }
    do {
      try await wire.wait(until: deadline)
      return true
    } catch let error as VerifyError where error.code == .timedOut {
      return false
    }
  }
}
