package import Guests
package import Metadata
import Model

/// A check that judges nothing but what was said on the metadata port.
package protocol TranscriptCheck: BootCheck {
  /// - Parameter timeoutScale: what seconds of a fast machine are multiplied with.
  static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement
}

extension TranscriptCheck {
  static var nothingAsked: String { "the guest asked the metadata service for nothing; see metadata.asked" }

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let transcript = await guest.metadata.transcript
    guard transcript.firstRequestSeconds != nil else {
      return .skipped(nothingAsked)
    }
    var judgement = judge(transcript, timeoutScale: guest.timeoutScale)
    if case .failed = judgement.outcome { judgement.evidence.append(guest.file("mdata.jsonl")) }
    return judgement
  }
}
