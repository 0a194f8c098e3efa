import Checks
import Guests
import Model
import SecureShell

/// The conduct of the checks that spoil the guest: each starts from the same saved state, and none leaves a trace.
///
/// Trouble with saving and restoring is never the image's: the checks are *broken* then.
enum IntrusiveChecks {
  /// The boot of `boots` in which they are judged: the first that decides and whose devices QEMU can save.
  ///
  /// What they find does not depend on where devices sit, so one boot is enough.
  static func boot(of boots: [Boot]) -> String? {
    boots.first { $0.purpose == .gate && $0.layout.bootDisk.model != .nvme }?.id
  }
}

extension BootRun {
  /// Judges by the intrusive checks, if this is the boot for them; SSH sessions must be closed before.
  ///
  /// - Throws: ``VerifyError`` `.hypervisorFailed` when QEMU has ended, or the guest could not be put back in the end:
  ///   nothing that comes later would say anything about the image.
  func judgeIntrusively(_ guest: Guest, _ awakening: Awakening, _ tally: Tally) async throws {
    let checks = BuiltIn.intrusiveChecks.filter { check in
      settings.catalogue.hostChecks.contains { $0.id == check.info.id }
    }
    guard boot.id == settings.intrusiveBoot, !checks.isEmpty else { return }
    guard awakening.end == .ready, awakening.ssh != nil else {
      let why = awakening.end == .ready ? "there is no SSH session" : awakening.end.sentence
      return conclude(checks, .skipped(why: "the boot did not get that far: \(why)"), guest, tally)
    }
    let saved: SavedGuest
    do { saved = try await guest.save() } catch let error as VerifyError {
      if await guest.hasEnded { throw error }
      return conclude(checks, .broken(error: "the guest could not be saved: \(error)"), guest, tally)
    }
    stage("saved", "\(saved.size.mebibytes) MiB of memory and devices", guest)
    for check in checks {
      let began = ContinuousClock.now
      let judgement = try await judge(guest, by: check, from: saved)
      let finding = check.info.finding(
        judgement.outcome, boot: boot.id, evidence: judgement.evidence, notes: judgement.notes,
        seconds: (ContinuousClock.now - began).inSeconds)
      record(finding, of: guest, tally)
    }
    do {
      try await guest.restore(saved)
      try await guest.drop(saved)
    } catch let error as VerifyError {
      throw VerifyError(
        .hypervisorFailed, "the guest could not be put back after the intrusive checks: \(error.message)",
        cause: error.cause)
    }
    stage("restored", "", guest)
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

  private func conclude(
    _ checks: [any IntrusiveCheck.Type], _ outcome: Outcome, _ guest: Guest, _ tally: Tally
  ) {
    for check in checks { record(check.info.finding(outcome, boot: boot.id), of: guest, tally) }
  }
}
