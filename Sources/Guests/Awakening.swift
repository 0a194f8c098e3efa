package import Consoles
import Hypervisors
import Metadata
package import Model
package import SecureShell
import Synchronization

/// How a guest woke up: what it reached, and what ended the waiting.
package struct Awakening: Sendable {
  /// Why nobody waits any longer.
  package enum End: Sendable, Hashable {
    /// Login prompt and SSH session are there, or the one that is missing has had its time.
    case ready
    /// A fatal line on the console.
    case alarm(ConsoleAlarm)
    /// The firmware runs the boot sector again and again.
    case bootLoop(Int)
    /// The firmware found nothing to boot.
    case noBootDevice
    /// The boot sector runs, and nothing comes of it on either serial port.
    case silent
    /// Something waits for a person.
    case prompt(PatientPrompt)
    /// The guest's kernel told QEMU of its panic.
    case panicked
    /// The guest powered itself off.
    case poweredOff(String)
    case deadline

    /// For the findings of checks that the boot did not get to.
    package var sentence: String {
      switch self {
      case .ready: "the guest is up"
      case .alarm(let alarm): alarm.meaning
      case .bootLoop: "the firmware runs the boot sector again and again"
      case .noBootDevice: "the firmware found nothing to boot"
      case .silent: "nothing was ever said on either serial port"
      case .prompt(let prompt): "it stopped in \(prompt.meaning)"
      case .panicked: "the kernel panicked"
      case .poweredOff: "the guest powered itself off"
      case .deadline: "the time-out passed"
      }
    }
  }

  package var end: End
  /// From power-on to the end of the waiting.
  package var duration: Duration
  /// From power-on to the login prompt on COM1.
  package var loginPrompt: Duration?
  package var ssh: SecureShell?
  package var sshTime: Duration?
  /// The last error when there is no session.
  package var sshError: VerifyError?
  /// With ``Transport/serial`` there is no session because none was wanted.
  package var transport = Transport.auto
  /// What was seen of a guest that did not come up; nil: it did, or was not looked at.
  package var examination: Examination?

  /// What became of the guest, in one sentence.
  package var sentence: String { examination?.standstill.sentence ?? end.sentence }
}

extension Guest {
  private enum Sign: Sendable {
    case login
    case ssh(SecureShell)
    case end(Awakening.End)
    /// Nothing more is to come from this watcher.
    case nothing
  }

  /// Waits until the guest is up or is known not to come up.
  ///
  /// - Parameters:
  ///   - bootLimit: for the first sign of being up: a login prompt or an SSH session.
  ///   - sshGrace: for an SSH session after the login prompt.
  ///   - loginGrace: for a login prompt after the SSH session.
  ///   - reached: is told of every stage when it is reached.
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU ends by itself.
  package func awaken(
    key: KeyPair, transport: Transport, bootLimit: Duration, sshGrace: Duration, loginGrace: Duration,
    reached: @escaping @Sendable (StageLog.Entry) -> Void
  ) async throws -> Awakening {
    let port = try await machine.sshPort(until: .after(.seconds(30)))
    let deadline = Deadline.after(bootLimit)
    let lastError = LastError()
    return try await withThrowingTaskGroup(of: Sign.self) { group in
      group.addTask { try await self.watchFirmware(until: deadline) }
      group.addTask { try await self.watchSilence(until: deadline) }
      group.addTask { try await self.watchMachine(until: deadline) }
      group.addTask { try await self.watchConsole(until: deadline) }
      group.addTask { try await self.watchLogin(until: deadline) }
      if transport != .serial {
        group.addTask {
          try await self.trySSH(port: port, key: key, until: deadline) { error in
            lastError.note(error)
            self.noteAnswer(error, reached)
          }
        }
      }
      group.addTask {
        try await self.quietly {
          try await self.watchStages(until: deadline, reached)
          return .nothing
        }
      }
      group.addTask { try await self.quietly { .end(.prompt(try await self.patientPrompt(until: deadline))) } }
      group.addTask { try await self.pause(until: deadline, then: .deadline) }
      defer { group.cancelAll() }

      var awakening = Awakening(end: .deadline, duration: .zero)
      awakening.transport = transport
      waiting: while let sign = try await group.next() {
        let wasUp = awakening.loginPrompt != nil || awakening.ssh != nil
        switch sign {
        case .nothing: continue
        case .end(let end):
          awakening.end = end
          break waiting
        case .login:
          awakening.loginPrompt = ContinuousClock.now - powerOn
          reach([.loginPrompt], "", reached)
        case .ssh(let session):
          awakening.ssh = session
          awakening.sshTime = ContinuousClock.now - powerOn
          reach([.network, .sshd, .ssh], session.peer.banner, reached)
        }
        if awakening.loginPrompt != nil, awakening.ssh != nil || transport == .serial {
          awakening.end = .ready
          break
        }
        if !wasUp {
          let grace = awakening.ssh == nil ? sshGrace : loginGrace
          group.addTask { try await self.pause(until: .after(grace), then: .ready) }
        }
      }
      awakening.sshError = awakening.ssh == nil ? lastError.error : nil
      awakening.duration = ContinuousClock.now - powerOn
      return awakening
    }
  }

  /// Waits further for the SSH session of a guest that has shown its login prompt alone.
  package func awaitSSH(_ awakening: inout Awakening, key: KeyPair, until deadline: Deadline) async throws {
    let port = try await machine.sshPort(until: .after(.seconds(30)))
    let lastError = LastError()
    if case .ssh(let session) = try await trySSH(port: port, key: key, until: deadline, onError: { lastError.note($0) })
    {
      awakening.ssh = session
      awakening.sshTime = ContinuousClock.now - powerOn
      awakening.sshError = nil
    } else {
      awakening.sshError = lastError.error ?? awakening.sshError
    }
  }

  /// Boot sectors that do nothing are run over and over by the firmware; a guest that restarts once, say after its
  /// first boot, has spoken before.
  private func watchFirmware(until deadline: Deadline) async throws -> Sign {
    try await quietly {
      let state = try await firmware.reached("the firmware's end", until: deadline) {
        $0.foundNoDevice || $0.handOvers >= 4
      }
      if state.foundNoDevice { return .end(.noBootDevice) }
      return await console.hasSpoken ? .nothing : .end(.bootLoop(state.handOvers))
    }
  }

  /// Whether the guest has said anything on one of its serial ports.
  package var hasSpoken: Bool {
    get async {
      if await console.hasSpoken { return true }
      return await metadata.transcript.firstResetSeconds != nil
    }
  }

  /// A boot sector that brings up anything at all makes it speak within 90 s, GRUB's menu and the kernel included;
  /// processors that are halted with interrupts off will never do anything.
  private func watchSilence(until deadline: Deadline) async throws -> Sign {
    try await quietly {
      _ = try await firmware.reached("hand-over", until: deadline) { $0.handOvers > 0 }
      let patience = Deadline.after(.seconds(90) * timeoutScale)
      while !patience.hasPassed {
        try await Task.sleep(for: min(.seconds(5), patience.remaining))
        if await hasSpoken { return .nothing }
        if ProcessorLook(await lookAtRegisters(times: 3)).behaviour == .halted { break }
      }
      return await hasSpoken ? .nothing : .end(.silent)
    }
  }

  private func watchMachine(until deadline: Deadline) async throws -> Sign {
    try await quietly {
      let event = try await machine.monitor.event("the guest's end", until: deadline) {
        $0.name == "GUEST_PANICKED" || ($0.name == "SHUTDOWN" && $0.data["guest"]?.bool == true)
      }
      guard let event else { throw VerifyError(.hypervisorFailed, "QEMU ended by itself in the middle of the boot") }
      return .end(event.name == "SHUTDOWN" ? .poweredOff(event.data["reason"]?.string ?? "no reason given") : .panicked)
    }
  }

  private func watchConsole(until deadline: Deadline) async throws -> Sign {
    try await quietly { try await console.fatalAlarm(until: deadline).map { .end(.alarm($0)) } ?? .nothing }
  }

  private func watchLogin(until deadline: Deadline) async throws -> Sign {
    try await quietly {
      _ = try await console.expect(.loginPrompt, from: .start, until: deadline)
      return .login
    }
  }

  private func trySSH(
    port: UInt16, key: KeyPair, until deadline: Deadline, onError: @escaping @Sendable (VerifyError) -> Void
  ) async throws -> Sign {
    do {
      // Before the guest has taken its address nobody is there to refuse: such an attempt hangs until its limit, and
      // would make us miss the moment when sshd comes up.
      let patience = Deadline.after(.seconds(30) * timeoutScale)
      while !patience.hasPassed, !deadline.hasPassed {
        let isSettingUp = await metadata.transcript.askedKeys.contains("sdc:nics")
        let hasPrompt = try? await console.expect(.loginPrompt, from: .start, until: .after(.milliseconds(200)))
        if isSettingUp || hasPrompt != nil { break }
        try Task.checkCancellation()
      }
      return .ssh(
        try await SecureShell.connectRetrying(
          to: "127.0.0.1", port: port, user: "root", key: key, until: deadline,
          attemptLimit: .seconds(3) * timeoutScale, onAttempt: { _, error in onError(error) }))
    } catch let error as VerifyError {
      onError(error)
      return .nothing
    }
  }

  private func pause(until deadline: Deadline, then end: Awakening.End) async throws -> Sign {
    try await Task.sleep(until: deadline.instant)
    return .end(end)
  }

  /// A watcher whose time is over has nothing to say; the pause beside it ends the waiting.
  private func quietly(_ body: () async throws -> Sign) async throws -> Sign {
    do { return try await body() } catch let error as VerifyError where [.timedOut, .closed].contains(error.code) {
      return .nothing
    }
  }

  private func reach(_ some: [Stage], _ detail: String, _ reached: @Sendable (StageLog.Entry) -> Void) {
    let time = ContinuousClock.now - powerOn
    for stage in some {
      if let entry = stages.reach(stage, at: time, detail: stage == .ssh ? detail : "") { reached(entry) }
    }
  }
}

/// The error of the latest of several attempts.
private final class LastError: Sendable {
  private let latest = Mutex<VerifyError?>(nil)

  var error: VerifyError? { latest.withLock { $0 } }
  func note(_ error: VerifyError) { latest.withLock { $0 = error } }
}
