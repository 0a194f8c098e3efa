package import Model

/// One thing that happened on the metadata port, fit to be written down: short, and without passwords.
package enum MetadataEvent: Hashable, Sendable {
  package enum Version: String, Hashable, Sendable {
    case one = "V1"
    case two = "V2"
  }

  /// How a request was answered.
  package enum Result: Hashable, Sendable {
    case success(bytes: Int)
    case notFound
    case failure(String)
  }

  /// An empty line, with which clients begin a session.
  case reset(answered: Bool)
  case negotiate(String, accepted: Bool)
  case get(key: String, Version, Result)
  case keys(Version, count: Int)
  /// `value` is nil when it is a password, and cut when long.
  case put(key: String, value: String?, Result)
  case delete(key: String, Result)
  /// A sound V2 frame with a code that the protocol does not know.
  case unknownCode(String)
  /// A V1 command without its argument.
  case incomplete(String)
  /// A line that begins with `V2` and is no sound frame; not answered.
  case badFrame(reason: String, text: String)
  /// A line that no metadata client sends: a console, a login prompt, a firmware, an echo.
  case foreign(text: String, answered: Bool)
  /// A line longer than ``MetadataSession/maximumLine``; not answered.
  case overlong(bytes: Int)

  /// From here on foreign lines are not answered any more.
  case muted
  case connected
  case disconnected(String)
  case guestReset
  /// The guest did not take an answer in time; answers are dropped until it sends an empty line.
  case unread(seconds: Double)
  /// From here on we misbehave in this way, on purpose.
  case faultMode(MetadataFault)
  /// We misbehaved, on purpose; with the key whose answer the guest did not get as it should, if it is one.
  case fault(MetadataFault, what: String, spoiltKey: String?)
  /// The log has reached its bound; nothing is added behind this line.
  case logFull

  /// Whether the guest sent something, rather than that something befell the host's side.
  package var isFromGuest: Bool {
    switch self {
    case .muted, .connected, .disconnected, .guestReset, .unread, .faultMode, .fault, .logFull: false
    default: true
    }
  }

  /// Whether it is a request that only a metadata client sends, sound in form.
  package var isRequest: Bool {
    switch self {
    case .get, .keys, .put, .delete: true
    default: false
    }
  }
}

extension MetadataEvent {
  /// The word for it in `mdata.jsonl`.
  package var name: String {
    switch self {
    case .reset: "reset"
    case .negotiate: "negotiate"
    case .get: "get"
    case .keys: "keys"
    case .put: "put"
    case .delete: "delete"
    case .unknownCode: "unknown-code"
    case .incomplete: "incomplete"
    case .badFrame: "bad-frame"
    case .foreign: "foreign"
    case .overlong: "over-long"
    case .muted: "muted"
    case .connected: "connected"
    case .disconnected: "disconnected"
    case .guestReset: "guest-reset"
    case .unread: "unread"
    case .faultMode: "fault-mode"
    case .fault: "fault"
    case .logFull: "log-full"
    }
  }

  /// What goes with it.
  var details: [OrderedJSON.Member] {
    switch self {
    case .reset(let answered): [.init("answered", .bool(answered))]
    case .negotiate(let version, let accepted):
      [.init("version", .string(version)), .init("accepted", .bool(accepted))]
    case .get(let key, let version, let result):
      [.init("key", .string(key)), .init("protocol", .string(version.rawValue))] + result.members
    case .keys(let version, let count):
      [.init("protocol", .string(version.rawValue)), .init("count", .number(count))]
    case .put(let key, let value, let result):
      [.init("key", .string(key)), .init("value", value.map(OrderedJSON.string) ?? .null)] + result.members
    case .delete(let key, let result): [.init("key", .string(key))] + result.members
    case .unknownCode(let text), .incomplete(let text): [.init("text", .string(text))]
    case .badFrame(let reason, let text): [.init("reason", .string(reason)), .init("text", .string(text))]
    case .foreign(let text, let answered): [.init("text", .string(text)), .init("answered", .bool(answered))]
    case .overlong(let bytes): [.init("bytes", .number(bytes))]
    case .disconnected(let reason): [.init("reason", .string(reason))]
    case .unread(let seconds): [.init("waited", .number(MetadataEvent.milliseconds(seconds)))]
    case .faultMode(let fault): [.init("fault", .string(fault.description)), .init("what", .string(fault.meaning))]
    case .fault(let fault, let what, let key):
      [.init("fault", .string(fault.description)), .init("what", .string(what))]
        + (key.map { [.init("key", .string($0))] } ?? [])
    case .muted, .connected, .guestReset, .logFull: []
    }
  }

  /// Seconds with three digits behind the point.
  static func milliseconds(_ seconds: Double) -> String { String((seconds * 1000).rounded() / 1000) }
}

extension MetadataEvent.Result {
  var members: [OrderedJSON.Member] {
    switch self {
    case .success(let bytes): [.init("outcome", .string("success")), .init("bytes", .number(bytes))]
    case .notFound: [.init("outcome", .string("not found"))]
    case .failure(let text): [.init("outcome", .string("failure")), .init("text", .string(text))]
    }
  }
}
