package import Metadata
import Model

/// Clients of the metadata service use the port one after the other.
package struct MetadataOneClient: TranscriptCheck {
  package static let info = CheckInfo(
    id: "metadata.one-client", title: "Only one metadata client at a time uses the port", level: .should,
    clauses: [12, 15], kind: .host,
    remedy:
      "Have every client lock /dev/ttyS1 exclusively (fcntl or lockf) before its first byte, for all of its session.",
    description: """
      A client sends an empty line, NEGOTIATE V2 and then its requests. Two at once take each other's answers: what shows \
      is a request or a NEGOTIATE that does not belong to the session begun last, or two requests in one line.
      """)

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    guard let first = transcript.firstInterleaving else { return .passed }
    let more = transcript.interleavings > 1 ? " (and \(transcript.interleavings - 1) more)" : ""
    return .failed("two metadata clients used the port at once: \(first)\(more)")
  }
}
