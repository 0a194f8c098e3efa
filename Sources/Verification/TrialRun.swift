import Checks
import Guests
import Model
import SecureShell

/// A boot in which the metadata service misbehaves: how the guest comes up is all that is judged.
extension BootRun {
  /// Waits for the guest as in any other boot, a configured one somewhat longer, and judges what it came to.
  func judgeTrial(_ fault: MetadataFault, _ guest: Guest, _ tally: Tally) async throws -> Awakening {
    var awakening = try await guest.awaken(
      key: settings.key, transport: settings.transport, bootLimit: settings.bootTimeout,
      sshGrace: .seconds(5) * settings.timeoutScale, loginGrace: .seconds(60) * settings.timeoutScale
    ) { journal($0) }
    if awakening.end != .ready || awakening.loginPrompt == nil { await examine(guest, &awakening, tally) }
    let check = MetadataFaultCheck.check(for: fault)
    // A login prompt may come before the client has asked once more, for which it may wait a minute.
    if check?.needsConfiguration == true, settings.transport != .serial, awakening.end == .ready, awakening.ssh == nil {
      try await guest.awaitSSH(&awakening, key: settings.key, until: guest.patience(120))
      reachSSH(awakening, guest)
    }
    try await judge(guest, awakening, by: BuiltIn.trialChecks, tally)
    if let check, settings.catalogue.holds(check.info.id) {
      let judgement = check.judge(await FaultedBoot(fault, guest, awakening))
      var evidence = [guest.file("mdata.jsonl")]
      if judgement.outcome != .passed { evidence += await guest.consoleEvidence() }
      record(
        check.info.finding(judgement.outcome, boot: boot.id, evidence: evidence, notes: judgement.notes), of: guest,
        tally)
    }
    await awakening.ssh?.close()
    return awakening
  }
}
