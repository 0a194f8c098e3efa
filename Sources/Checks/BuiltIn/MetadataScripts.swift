package import Guests
package import Metadata
import Model

/// The guest asks the metadata service for the scripts and the data that it has to run and to keep.
package struct MetadataScripts: TranscriptCheck {
  package static let info = CheckInfo(
    id: "metadata.asked-scripts", title: "The guest asks for user-script, operator-script and user-data", level: .must,
    clauses: [47, 48, 49], kind: .host,
    remedy:
      "Let cloud-init's SmartOS data source do it, or have a service at each boot take sdc:operator-script, user-data and user-script by mdata-get.",
    description: """
      Looks at what was said on COM2 (boots/BOOT/mdata.jsonl). Whether the scripts then ran is for metadata.user-script \
      and metadata.operator-script; this check tells an image that has no such service from one whose service fails.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    // Scripts come last in a boot: one that stopped before has another defect, and one that has just shown its login
    // prompt may still be at it.
    guard awakening.end == .ready else { return .skipped("the boot did not get that far: \(awakening.sentence)") }
    let isFirst = guest.boot.continues == nil
    let deadline = guest.patience(30)
    while true {
      let transcript = await guest.metadata.transcript
      if transcript.firstRequestSeconds == nil { return .skipped(nothingAsked) }
      var judgement = judge(transcript, isFirstBoot: isFirst)
      if judgement.outcome == .passed { return judgement }
      guard !deadline.hasPassed else {
        judgement.evidence.append(guest.file("mdata.jsonl"))
        return judgement
      }
      try await Task.sleep(for: .milliseconds(500))
    }
  }

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    judge(transcript, isFirstBoot: true)
  }

  /// The contract takes a user-script that is run once for an instance as well as one that is run at each boot.
  static func judge(_ transcript: MetadataTranscript, isFirstBoot: Bool) -> Judgement {
    let keys = (isFirstBoot ? ["user-script"] : []) + ["sdc:operator-script", "user-data"]
    let missing = keys.filter { !transcript.askedKeys.contains($0) }
    guard !missing.isEmpty else { return .passed }
    return .failed("the guest never asked for \(missing.joined(separator: " nor "))")
  }
}
