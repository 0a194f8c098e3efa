import Consoles
import Hypervisors
import Metadata
package import Model
package import SecureShell
import Synchronization

/// What became of a guest that was told to switch itself off or to restart.
package enum PowerSign: Sendable, Hashable {
  case poweredOff
  /// The machine was reset by the guest.
  case restarted
  case panicked
  /// The kernel stopped, and left the machine on.
  case halted
}

extension Guest {
  /// Runs `command` in the guest, and waits for what becomes of the machine.
  ///
  /// The command's own end says little: it may lose its session at any time, once it was started.
  /// - Returns: nil when nothing has become of it before `deadline`.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU ends, `.closed` when nothing has become of it and it was
  ///   never started: then the guest was not asked.
  package func powerSign(
    after command: String, over session: SecureShell, until deadline: Deadline
  ) async throws -> PowerSign? {
    let from = await console.cursor
    let sent = PowerCommand(command)
    let sign = try await withThrowingTaskGroup(of: PowerSign?.self) { group -> PowerSign? in
      group.addTask {
        try await sent.run(over: session, until: deadline)
        // Whatever it said, the machine decides.
        try await Task.sleep(until: deadline.instant)
        return nil
      }
      group.addTask { try await self.powerEvent(until: deadline) }
      group.addTask {
        do { _ = try await console.expect(.text("reboot: System halted"), from: from, until: deadline) } catch let error
          as VerifyError where [.timedOut, .closed].contains(error.code)
        { return nil }
        return .halted
      }
      defer { group.cancelAll() }
      while let sign = try await group.next() {
        if let sign { return sign }
        if deadline.hasPassed { return nil }
      }
      return nil
    }
    if sign == nil { try sent.check() }
    return sign
  }

  /// The first thing that the guest does to its machine's power; what it did before counts.
  package func powerEvent(until deadline: Deadline) async throws -> PowerSign? {
    do {
      let event = try await machine.monitor.event("the guest's power-off or restart", until: deadline) {
        PowerSign($0) != nil
      }
      guard let event else { throw VerifyError(.hypervisorFailed, "QEMU ended by itself in the middle of a check") }
      return PowerSign(event)
    } catch let error as VerifyError where error.code == .timedOut { return nil }
  }

  /// Waits for the first request on the metadata port after entry `count` of the transcript.
  package func metadataAsked(after count: Int, until deadline: Deadline) async throws -> Bool {
    while !deadline.hasPassed {
      if await metadata.transcript.entries.dropFirst(count).contains(where: \.event.isRequest) { return true }
      try await Task.sleep(for: .milliseconds(200))
    }
    return false
  }
}

/// A command that may take its session down with it, and whether the guest ever began it.
package final class PowerCommand: Sendable {
  private let command: String
  private let state = Mutex<(isStarted: Bool, error: VerifyError?)>((false, nil))

  package init(_ command: String) { self.command = command }

  /// Runs the command; that its session ends is no trouble.
  package func run(over session: SecureShell, until deadline: Deadline) async throws {
    do {
      _ = try await session.run(
        command, outputLimit: ByteCount(bytes: 64 << 10), until: deadline,
        onStart: { self.state.withLock { $0.isStarted = true } })
    } catch let error as VerifyError {
      state.withLock { $0.error = error }
    }
  }

  /// - Throws: ``VerifyError`` `.closed` when the session broke, or the deadline passed, before the command was started.
  package func check() throws {
    let (isStarted, error) = state.withLock { $0 }
    guard isStarted else {
      throw VerifyError(.closed, "'\(command)' was never started in the guest, so nothing can be said", cause: error)
    }
  }
}

extension PowerSign {
  fileprivate init?(_ event: QMPClient.Event) {
    switch event.name {
    case "GUEST_PANICKED": self = .panicked
    case "SHUTDOWN" where event.data["guest"]?.bool == true: self = .poweredOff
    case "RESET" where event.data["guest"]?.bool == true: self = .restarted
    default: return nil
    }
  }
}
