internal import Model

/// The loops that repeat a session's steps until they are through. Several tasks may be in them at once.
extension SSHSession {
  /// Repeats `step` until it has a value, waiting for the wire in between.
  ///
  /// - Throws: what `step` throws; ``VerifyError`` `.timedOut` that names the phase; `CancellationError`.
  func drive<Value>(_ phase: () -> Phase, until deadline: Deadline, _ step: () throws -> Value?) async throws -> Value {
    let started = ContinuousClock.now
    while true {
      try Task.checkCancellation()
      if let value = try wire.turn(step) { return value }
      guard try await waitForWire(until: deadline) else {
        throw VerifyError(
          .timedOut,
          "ssh \(peerName): no end of the \(phase().rawValue) after "
            + "\((ContinuousClock.now - started).forPeople)\(seenInstead)")
      }
    }
  }

  /// Starts `command` on `channel`, which was opened for it.
  func start(_ command: String, on channel: SSHChannel, until deadline: Deadline) async throws {
    try await drive({ .command }, until: deadline) { try channel.start(command) ? () : nil }
  }

  /// Moves what the command that was started on `channel` takes and gives, until it has ended, and frees the channel.
  ///
  /// When this throws, the channel is the caller's to close.
  func finish(
    _ channel: SSHChannel, input: inout CommandInput, until deadline: Deadline, gathering: inout OutputGathering
  ) async throws -> CommandResult {
    try await exchange(&input, with: channel, until: deadline, gathering: &gathering)
    let ending = channel.ending
    // The server has closed: this sends our close and waits for nothing.
    try await drive({ .command }, until: deadline) { try channel.free() ? () : nil }
    return CommandResult(
      status: ending.status, signal: ending.signal, standardOutput: gathering.kept[.standard] ?? [],
      standardError: gathering.kept[.error] ?? [], isTruncated: gathering.isTruncated)
  }

  /// Feeds `input` and takes both outputs in turns until the server has closed the channel.
  private func exchange(
    _ input: inout CommandInput, with channel: SSHChannel, until deadline: Deadline, gathering: inout OutputGathering
  ) async throws {
    var endSent = false
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      try Task.checkCancellation()
      var moved = false
      let isOver = try wire.turn {
        // Not more than the wire can hold while it is not being read.
        if wire.unsentCount < Wire.unsentLimit / 4, let next = try input.next() {
          let count = try channel.write(next)
          input.took(count)
          moved = count > 0
        }
        if input.isEmpty, !endSent { endSent = try channel.sendEnd() }
        for output in SSHChannel.Output.allCases {
          let count = try channel.read(output, into: &buffer)
          if count > 0 {
            try gathering.take(buffer[..<count], from: output)
            moved = true
          }
        }
        // Reading may have brought the room that writing found lacking; nothing more need come to wake us.
        if !input.isEmpty, channel.room > 0, wire.unsentCount < Wire.unsentLimit / 4 { moved = true }
        return try !moved && channel.outputsEnded && channel.closedByServer()
      }
      if isOver { return }
      if moved, !deadline.hasPassed {
        await Task.yield()
      } else if try await !waitForWire(until: deadline) {
        let stuck = input.isEmpty ? "" : "; it takes no more input after \(input.taken) bytes"
        throw VerifyError(
          .timedOut, "ssh \(peerName): the command did not end in time; \(gathering.lastSeen)\(stuck)")
      }
    }
  }

  /// Waits for the wire; `false` when `deadline` has passed, also while bytes keep coming.
  ///
  /// - Throws: ``VerifyError`` `.closed` when the peer has left all keepalives unanswered.
  func waitForWire(until deadline: Deadline) async throws -> Bool {
    while !deadline.hasPassed {
      let next = try keepAlive()
      do {
        try await wire.wait(until: min(deadline, next ?? deadline))
        return true
      } catch let error as VerifyError where error.code == .timedOut {}
    }
    return false
  }

  /// Asks a silent peer for a sign of life when that is due; when the next question will be.
  private func keepAlive() throws -> Deadline? {
    guard let keepalive else { return nil }
    let due = { [wire] in wire.lastHeard.advanced(by: keepalive.interval * (wire.unansweredKeepalives + 1)) }
    if due() <= .now {
      guard wire.unansweredKeepalives < keepalive.limit else {
        wire.hangUp()
        throw VerifyError(
          .closed,
          "ssh \(peerName): the server has said nothing for \((ContinuousClock.now - wire.lastHeard).forPeople) and "
            + "answers no keepalive (\(keepalive.limit) sent): it hangs, or the network is cut")
      }
      try wire.turn { try sendKeepalive() }
    }
    return Deadline(due())
  }
}

/// What a command is fed, in pieces.
struct CommandInput {
  private var piece: ArraySlice<UInt8>
  private var more: (() throws -> [UInt8])?
  /// Bytes that the server has taken.
  private(set) var taken = 0

  init(_ bytes: [UInt8]) { piece = bytes[...] }

  /// - Parameter more: gives the next bytes; none at the end.
  init(_ more: @escaping () throws -> [UInt8]) { (piece, self.more) = ([], more) }

  /// Whether all was taken.
  var isEmpty: Bool { piece.isEmpty && more == nil }

  /// What to send next; nil at the end. The same again until some of it was taken: libssh2 wants that.
  mutating func next() throws -> ArraySlice<UInt8>? {
    if piece.isEmpty, let more {
      piece = try more()[...]
      if piece.isEmpty { self.more = nil }
    }
    return piece.isEmpty ? nil : piece.prefix(32 << 10)
  }

  mutating func took(_ count: Int) {
    piece = piece.dropFirst(count)
    taken += count
  }
}
