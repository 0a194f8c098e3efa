import Consoles
package import Guests
package import Model

/// A host-side check of one boot.
///
/// It sees the guest and how it woke up, and says what it means; it starts nothing that others do not expect.
package protocol BootCheck: HostCheck {
  static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement
}

/// What a check says, before it is made a ``Finding`` of a boot.
package struct Judgement: Sendable {
  package var outcome: Outcome
  package var evidence: [Evidence]
  package var notes: [String: String]

  package init(_ outcome: Outcome, evidence: [Evidence] = [], notes: [String: String] = [:]) {
    self.outcome = outcome
    self.evidence = evidence
    self.notes = notes
  }

  package static let passed = Judgement(.passed)
  package static func failed(_ reason: String, evidence: [Evidence] = [], notes: [String: String] = [:]) -> Judgement {
    Judgement(.failed(reason: reason), evidence: evidence, notes: notes)
  }
  /// Failed for what became of a guest that did not come up: its sentence, then what was seen of it.
  static func failed(_ guest: Guest, _ awakening: Awakening, also: String = "") async throws -> Judgement {
    var evidence: [Evidence] =
      if let examination = awakening.examination {
        examination.evidence + [guest.file("console.log")]
      } else { await guest.consoleEvidence() }
    var sentence = awakening.sentence
    if case .alarm(let alarm) = awakening.end {
      evidence = try await guest.report(of: alarm) + evidence
      sentence += " (\(alarm.category) after \(alarm.time.map(\.forPeople) ?? "an unknown time"))"
    }
    return .failed(sentence + also, evidence: evidence)
  }
  package static func skipped(_ why: String) -> Judgement { Judgement(.skipped(why: why)) }

  /// Passed when there are no `problems`; else failed for the first, with all of them as evidence called `evidence`.
  static func judged(_ problems: [String], evidence: String, notes: [String: String] = [:]) -> Judgement {
    guard let first = problems.first else { return Judgement(.passed, notes: notes) }
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    let all = problems.count > 1 ? [Evidence(name: evidence, text: problems.joined(separator: "\n"))] : []
    return .failed(first + more, evidence: all, notes: notes)
  }
}

/// All built-in checks, in the order in which they judge.
package enum BuiltIn {
  package static let imageChecks: [any HostCheck.Type] = [
    ManifestValid.self, ManifestAdvice.self, ManifestHybrid.self, ImageDigest.self, ImageStream.self, ImageAdvice.self,
    ImageSmartOS.self, ImagePartitions.self,
  ]
  /// Judged when the guest has woken up, or has failed to.
  package static let bootChecks: [any BootCheck.Type] = [
    BootCode.self, NoRescueShell.self, RootFound.self, NoPanic.self, LoginPrompt.self, MetadataAsked.self,
    MetadataPortQuiet.self, VirtioFromHost.self, LoaderWaits.self, BootTime.self, MetadataFirst.self,
    VirtioRequests.self, DiskDiscards.self,
  ]
  /// Judged after the checks that run in the guest: those name the cause where SSH shows only the effect, or they read
  /// what all of those left, or end the guest.
  package static let lastChecks: [any BootCheck.Type] = [
    RootKey.self, SSHHostKeys.self, SSHAlgorithms.self, RootByKeyOnly.self, PasswordRefused.self,
    DefaultAccounts.self, PromptName.self, ConsoleLogin.self, ConsoleNoErrors.self, ConsoleClean.self,
    MetadataScripts.self, MetadataVersion.self, MetadataFrames.self, MetadataOneClient.self, MetadataWaiting.self,
    WireSources.self, WireNoDHCP.self, WireNoDHCPWait.self, WireAsksAsTold.self, WireARPAnswers.self,
    WireAnnounces.self, WireFrames.self, WireNameServers.self, WirePhonesHome.self,
    DecoyUntouched.self,
    PowerButton.self,
  ]

  /// Judged where the metadata service misbehaves, beside the ``MetadataFaultCheck`` of the fault.
  package static let trialChecks: [any BootCheck.Type] = [NoRescueShell.self, NoPanic.self, LoginPrompt.self]

  /// Judged at the very end, each on a guest that is put back to how it was before ``lastChecks``. Those come first that
  /// are over soonest: the guest's clock jumps by all that went before.
  package static let intrusiveChecks: [any IntrusiveCheck.Type] = [
    PowerOff.self, DiskFull.self, PowerReboot.self, PowerCut.self,
  ]

  package static var infos: [CheckInfo] {
    (imageChecks + bootChecks + lastChecks + intrusiveChecks).map { $0.info } + CloneChecks.infos
      + MetadataFaultCheck.all.map(\.info) + CleanCheck.all.map(\.info)
  }
}
