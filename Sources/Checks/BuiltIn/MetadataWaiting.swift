package import Metadata
import Model

/// The metadata client gets along with a service that answers at once.
package struct MetadataWaiting: TranscriptCheck {
  package static let info = CheckInfo(
    id: "metadata.waiting", title: "The metadata client loses no time waiting", level: .should, clauses: [15],
    kind: .host,
    remedy:
      "Have the client switch off echo and line discipline on the port, drain it before its first byte, and read whole lines.",
    description: """
      Every request is answered at once. The time from the first empty line to the granted NEGOTIATE, and empty lines \
      that are followed by another, tell of answers that the client did not understand; answers that it never reads \
      stay in the port.
      """)

  /// On a fast machine; cloud-init and mdata-get need one.
  static let openingSeconds = 15.0
  static let patience = 3

  package static func judge(_ transcript: MetadataTranscript, timeoutScale: Double) -> Judgement {
    var notes = ["empty lines": String(transcript.resets), "in vain": String(transcript.abandonedResets)]
    if let first = transcript.firstResetSeconds {
      notes["first seconds"] = String(Int(first))
      if let negotiated = transcript.negotiatedSeconds { notes["opening seconds"] = String(Int(negotiated - first)) }
      if let last = transcript.lastRequestSeconds { notes["last request seconds"] = String(Int(last)) }
    }
    var problems: [String] = []
    if transcript.unreadAnswers > 0 {
      problems.append("the guest left \(transcript.unreadAnswers) answers unread on COM2")
    }
    if transcript.abandonedResets > patience {
      problems.append("\(transcript.abandonedResets) times a client began anew, though it had been answered")
    }
    if let first = transcript.firstResetSeconds, let negotiated = transcript.negotiatedSeconds,
      negotiated - first > openingSeconds * timeoutScale
    {
      problems.append(
        "\(Int(negotiated - first)) s passed from a client's first empty line to its NEGOTIATE, though it was answered at once"
      )
    }
    return .judged(problems, evidence: "all that is wrong", notes: notes)
  }
}
