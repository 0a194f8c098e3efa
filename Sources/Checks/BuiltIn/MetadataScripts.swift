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

  static let keys = ["user-script", "sdc:operator-script", "user-data"]

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    let missing = keys.filter { !transcript.askedKeys.contains($0) }
    guard !missing.isEmpty else { return .passed }
    return .failed("the guest never asked for \(missing.joined(separator: " nor "))")
  }
}
