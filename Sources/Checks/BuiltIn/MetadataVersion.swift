package import Metadata
import Model

/// The metadata client speaks the second version of the protocol.
package struct MetadataVersion: TranscriptCheck {
  package static let info = CheckInfo(
    id: "metadata.protocol-v2", title: "The metadata client negotiates protocol version 2", level: .may,
    clauses: [15], kind: .host,
    remedy: "Use cloud-init, or the mdata-client tools of today; both speak version 2.",
    description: """
      Version 1 is legal. It has neither request ids nor checksums, so that a byte lost on the line goes unnoticed, and \
      it cannot put or delete keys.
      """)

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    if transcript.negotiatedV2, !transcript.usedV1 { return .passed }
    return .failed(
      transcript.negotiatedV2
        ? "a client negotiated version 2, yet requests came by version 1 too" : "no client negotiated version 2")
  }
}
