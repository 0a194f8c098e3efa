package import Guests
import Metadata
import Model

/// Nothing but the metadata client uses the second serial port.
package struct MetadataPortQuiet: BootCheck {
  package static let info = CheckInfo(
    id: "metadata.port-quiet", title: "Only the metadata client uses the second serial port", level: .must,
    clauses: [12], kind: .host,
    remedy: "Take gettys, console=ttyS1, GRUB's second serial unit and modem managers off ttyS1.",
    description: "Every line on COM2 must be one of the metadata protocol.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let transcript = await guest.metadata.transcript
    guard transcript.foreignLines > 0 else { return .passed }
    let first = transcript.foreignTexts.first ?? ""
    return .failed(
      "\(transcript.foreignLines) lines on COM2 are not of the metadata protocol; the first: '\(first)'",
      evidence: [
        Evidence(name: "foreign lines", text: transcript.foreignTexts.joined(separator: "\n")),
        guest.file("mdata.jsonl"),
      ])
  }
}
