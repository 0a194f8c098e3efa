package import Metadata
import Model

/// Every frame that the guest sends is whole.
package struct MetadataFrames: TranscriptCheck {
  package static let info = CheckInfo(
    id: "metadata.frames", title: "Every frame of the metadata client has the right length and checksum",
    level: .should, clauses: [15], kind: .host,
    remedy:
      "Have the client count bytes from the request id to the last byte before the line feed, and take zlib's CRC-32 of them, as 8 lower-case digits; have it lock the port.",
    description: """
      Lines on COM2 that begin with V2 and are no sound frame get no answer from SmartOS, so that the client waits for its \
      time-out.
      """)

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    guard transcript.badFrames > 0 else { return .passed }
    let first = transcript.entries.lazy.compactMap { entry -> String? in
      guard case .badFrame(let reason, let text) = entry.event else { return nil }
      return "\(reason), after \(Int(entry.seconds)) s: '\(text)'"
    }.first
    let count = transcript.badFrames == 1 ? "a frame is" : "\(transcript.badFrames) frames are"
    return .failed("\(count) not sound\(first.map { "; the first: \($0)" } ?? "")")
  }
}
