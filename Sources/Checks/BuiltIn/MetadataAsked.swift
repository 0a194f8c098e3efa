package import Guests
import Metadata
import Model
import SecureShell

/// The guest asks the metadata service for what it must know.
package struct MetadataAsked: BootCheck {
  package static let info = CheckInfo(
    id: "metadata.asked", title: "The guest asks the metadata service for NICs and keys", level: .must, clauses: [15],
    kind: .host,
    remedy:
      "Let cloud-init use the SmartOS data source alone (datasource_list: [ SmartOS ]; it needs python3-serial), or run another metadata client on ttyS1.",
    description:
      "Looks at what was said on COM2 (boots/BOOT/mdata.jsonl): sdc:nics and root_authorized_keys must be asked for.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let transcript = await guest.metadata.transcript
    var notes = ["keys asked": String(transcript.askedKeys.count), "bad frames": String(transcript.badFrames)]
    notes["version"] = transcript.negotiatedV2 ? "2" : transcript.usedV1 ? "1" : "none"
    if let first = transcript.firstResetSeconds { notes["first seconds"] = String(Int(first)) }
    let missing = ["sdc:nics", "root_authorized_keys"].filter { !transcript.askedKeys.contains($0) }
    if missing.isEmpty { return Judgement(.passed, notes: notes) }
    guard awakening.loginPrompt != nil || awakening.ssh != nil || transcript.firstResetSeconds != nil else {
      return .skipped("the boot did not get that far: \(awakening.sentence)")
    }
    let said =
      transcript.firstResetSeconds == nil
      ? "the guest never spoke to the metadata service on COM2"
      : "the guest never asked for \(missing.joined(separator: " nor "))"
    return .failed(said, evidence: [guest.file("mdata.jsonl")], notes: notes)
  }
}
