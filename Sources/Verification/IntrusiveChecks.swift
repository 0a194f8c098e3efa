import Checks
import Guests
import Hypervisors
import Model
import SecureShell

/// The conduct of the checks that spoil the guest: each starts from the same saved state, and none leaves a trace.
///
/// The guest is saved when it is ready; the last checks then judge it as in any other boot, and it is saved again as
/// they have left it. Only then come the intrusive checks, and behind them the disks go back to that second state. So
/// nothing but the intrusive checks ever sees a guest that was restored. Trouble with saving and restoring is never the
/// image's: the checks are *broken* then.
enum IntrusiveChecks {
  /// The boot of `boots` in which they are judged: the first that decides and whose devices QEMU can save.
  ///
  /// What they find does not depend on where devices sit, so one boot is enough.
  static func boot(of boots: [Boot]) -> String? {
    boots.first { $0.purpose == .gate && $0.metadataFault == nil && $0.layout.bootDisk.model != .nvme }?.id
  }
}

extension BootRun {
  /// Saves a ready guest for the intrusive checks, if this is the boot for them; SSH sessions must be closed before.
  ///
  /// - Returns: nil when there is nothing for ``judgeIntrusively(_:from:_:)`` to do.
  func saveForIntrusiveChecks(_ guest: Guest, _ awakening: Awakening, _ tally: Tally) async throws -> SavedGuest? {
    guard boot.id == settings.intrusiveBoot, !intrusiveChecks.isEmpty else { return nil }
    guard awakening.end == .ready, awakening.ssh != nil else {
      if awakening.end == .ready, awakening.transport == .serial {
        conclude(.skipped(why: "needs SSH, which --transport serial leaves out"), guest, tally)
        return nil
      }
      let why = awakening.end == .ready ? "there is no SSH session" : awakening.sentence
      conclude(.skipped(why: "the boot did not get that far: \(why)"), guest, tally)
      return nil
    }
    do {
      let saved = try await guest.save(as: "imgverify-ready")
      try await guest.staysAfterPowerOff(true)
      reach(.saved, "\(saved.machine.size.mebibytes) MiB of memory and devices", guest)
      return saved
    } catch let error as VerifyError {
      if await guest.hasEnded { throw error }
      conclude(.broken(error: "the guest could not be saved: \(error)"), guest, tally)
      return nil
    }
  }

  /// Judges by the intrusive checks, and leaves the guest as it found it: switched off, with QEMU ended, or running.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU has ended, or the guest could not be put back in the end:
  ///   nothing that comes later would say anything about the image.
  func judgeIntrusively(_ guest: Guest, from ready: SavedGuest, _ tally: Tally) async throws {
    do {
      let off = await guest.isOff ? try await guest.save(as: "imgverify-off") : nil
      for check in intrusiveChecks {
        let began = ContinuousClock.now
        let judgement = try await judge(guest, by: check, from: ready)
        let finding = check.info.finding(
          judgement.outcome, boot: boot.id, evidence: judgement.evidence, notes: judgement.notes,
          seconds: (ContinuousClock.now - began).inSeconds)
        record(finding, of: guest, tally)
      }
      try await guest.restore(off ?? ready)
      if let off { try await guest.drop(off) }
      try await guest.drop(ready)
      if off == nil { try await guest.staysAfterPowerOff(false) } else { try await guest.endMachine() }
      reach(.restored, "", guest)
    } catch let error as VerifyError {
      throw VerifyError(
        .hypervisorFailed, "the guest could not be put back after the intrusive checks: \(error.message)",
        cause: error.cause)
    }
  }

  /// Those that were selected.
  private var intrusiveChecks: [any IntrusiveCheck.Type] {
    BuiltIn.intrusiveChecks.filter { check in
      settings.catalogue.hostChecks.contains { $0.id == check.info.id }
    }
  }

  /// One check, on the guest as it was saved.
  private func judge(_ guest: Guest, by check: any IntrusiveCheck.Type, from saved: SavedGuest) async throws
    -> Judgement
  {
    do {
      try await guest.restore(saved)
      let session: SecureShell
      do { session = try await guest.reconnect(key: settings.key, until: guest.patience(60)) } catch let error
        as VerifyError where error.code != .hypervisorFailed
      {
        return Judgement(.broken(error: "the guest was restored and is not reached any more: \(error)"))
      }
      let terms = IntrusiveTerms(key: settings.key, bootLimit: settings.bootTimeout)
      let result: Result<Judgement, any Error>
      do { result = .success(try await check.judge(guest, over: session, terms)) } catch { result = .failure(error) }
      await session.close()
      return try result.get()
    } catch let error as VerifyError {
      if await guest.hasEnded { throw error }
      return Judgement(.broken(error: "\(error)"))
    }
  }

  private func conclude(_ outcome: Outcome, _ guest: Guest, _ tally: Tally) {
    for check in intrusiveChecks { record(check.info.finding(outcome, boot: boot.id), of: guest, tally) }
  }
}
