import Model

extension MetadataTranscript.Entry {
  /// The entry as a line for people: seconds, who spoke, what; guest text in it is as it came.
  package var line: String {
    let time = MetadataEvent.milliseconds(seconds)
    let padding = String(repeating: " ", count: max(0, 9 - time.count))
    return "\(padding)\(time)  \(event.isFromGuest ? "guest" : "host ")  \(event.words)"
  }
}

extension MetadataEvent {
  /// What happened, in a few words.
  var words: String {
    switch self {
    case .reset(let answered): "empty line" + (answered ? "" : ", not answered")
    case .negotiate(let version, let accepted): "NEGOTIATE \(version): \(accepted ? "V2_OK" : "FAILURE")"
    case .get(let key, let version, let result): "GET \(key): \(result.words)\(version.words)"
    case .keys(let version, let count): "KEYS: \(count)\(version.words)"
    case .put(let key, let value, let result): "PUT \(key) = \(value ?? "[secret]"): \(result.words)"
    case .delete(let key, let result): "DELETE \(key): \(result.words)"
    case .unknownCode(let text): "unknown command \(text)"
    case .incomplete(let text): "\(text) without its argument"
    case .badFrame(let reason, let text): "bad frame (\(reason)): \(text)"
    case .foreign(let text, let answered): "no client's line\(answered ? "" : ", not answered"): \(text)"
    case .overlong(let bytes): "line of \(bytes) bytes, dropped"
    case .muted: "foreign lines are not answered any more"
    case .connected: "connected"
    case .disconnected(let reason): "disconnected: \(reason)"
    case .guestReset: "the guest was reset"
    case .unread(let seconds): "an answer was not read for \(Int(seconds)) s; answers are dropped until an empty line"
    case .faultMode(let fault): "FAULT \(fault): \(fault.meaning)"
    case .fault(let fault, let what, let key): "FAULT \(fault): \(what)\(key.map { " (\($0))" } ?? "")"
    case .logFull: "the log is full"
    }
  }
}

extension MetadataEvent.Version {
  /// Nothing for the usual one.
  fileprivate var words: String { self == .two ? "" : " (V1)" }
}

extension MetadataEvent.Result {
  fileprivate var words: String {
    switch self {
    case .success(let bytes): "\(bytes) bytes"
    case .notFound: "NOTFOUND"
    case .failure(let text): text.isEmpty ? "FAILURE" : "FAILURE (\(text))"
    }
  }
}
