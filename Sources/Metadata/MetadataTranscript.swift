import Model

/// What was said on the metadata port of one boot, from power-on.
///
/// Shape: at most ``maximumEntries`` entries are kept, the counts go on beyond them.
package struct MetadataTranscript: Hashable, Sendable {
  package static let maximumEntries = 4096
  /// Different keys that are remembered.
  package static let maximumKeys = 1024

  /// One line of `mdata.jsonl`.
  package struct Entry: Hashable, Sendable {
    /// Since power-on.
    package var seconds: Double
    package var event: MetadataEvent

    package init(seconds: Double, event: MetadataEvent) { (self.seconds, self.event) = (seconds, event) }

    /// One JSON object, without line end.
    package var json: String {
      OrderedJSON.object(
        [
          .init("seconds", .number(MetadataEvent.milliseconds(seconds))),
          .init("from", .string(event.isFromGuest ? "guest" : "host")),
          .init("event", .string(event.name)),
        ] + event.details
      ).text
    }
  }

  package private(set) var entries: [Entry] = []
  /// Entries that found no room.
  package private(set) var dropped = 0

  /// Keys that the guest asked for with GET, in the order of their first asking.
  package private(set) var askedKeys: [String] = []
  private var results: [String: MetadataEvent.Result] = [:]
  /// Whether `NEGOTIATE V2` was asked and granted.
  package var negotiatedV2: Bool { negotiatedSeconds != nil }
  /// Whether a request came by protocol version 1.
  package private(set) var usedV1 = false
  /// Empty lines, and those of them that were followed by another: a client that began anew.
  package private(set) var resets = 0
  package private(set) var abandonedResets = 0
  package private(set) var badFrames = 0
  /// Lines of a console, a login prompt, an echo; over-long lines too.
  package private(set) var foreignLines = 0
  /// Times that two clients were seen at once: a request or a NEGOTIATE that does not belong to the session that the
  /// last empty line began, or two lines glued together.
  package private(set) var interleavings = 0
  /// What the first of them was, for people.
  package private(set) var firstInterleaving: String?
  /// Answers that the guest did not read in time.
  package private(set) var unreadAnswers = 0
  /// Seconds from power-on to the first empty line, the first granted NEGOTIATE, the first GET, KEYS, PUT or DELETE.
  package private(set) var firstResetSeconds: Double?
  package private(set) var negotiatedSeconds: Double?
  package private(set) var firstRequestSeconds: Double?
  package private(set) var lastRequestSeconds: Double?
  private var lastWasReset = false
  /// Times that we misbehaved, on purpose.
  package private(set) var faults = 0
  /// Seconds from power-on to the last of them.
  package private(set) var lastFaultSeconds: Double?
  /// Keys whose answers we spoilt, and that were not asked for again.
  package private(set) var spoiltKeys: Set<String> = []

  /// How far the session has come that the last empty line began.
  private enum Opening { case none, asked, negotiated }
  private var opening = Opening.none
  /// Whether a client has negotiated since the guest's last reset or the port's last opening.
  private var negotiates = false

  package init() {}

  /// How the last GET of `key` was answered, or nil when it was never asked for.
  package func result(of key: String) -> MetadataEvent.Result? { results[key] }

  /// The first foreign texts, as evidence.
  package var foreignTexts: [String] {
    entries.lazy.compactMap { entry -> String? in
      if case .foreign(let text, _) = entry.event { return text }
      return nil
    }.prefix(20).map { $0 }
  }

  package mutating func append(_ event: MetadataEvent, seconds: Double) {
    if entries.count < MetadataTranscript.maximumEntries {
      entries.append(Entry(seconds: seconds, event: event))
    } else {
      dropped += 1
    }
    if event.isRequest {
      if firstRequestSeconds == nil { firstRequestSeconds = seconds }
      lastRequestSeconds = seconds
    }
    noteInterleaving(event, seconds)
    switch event {
    case .reset:
      resets += 1
      if lastWasReset { abandonedResets += 1 }
      if firstResetSeconds == nil { firstResetSeconds = seconds }
    case .negotiate(_, true):
      if negotiatedSeconds == nil { negotiatedSeconds = seconds }
    case .get(let key, let version, let result):
      if version == .one { usedV1 = true }
      spoiltKeys.remove(key)
      if results[key] == nil {
        guard askedKeys.count < MetadataTranscript.maximumKeys else { break }
        askedKeys.append(key)
      }
      results[key] = result
    case .keys(.one, _): usedV1 = true
    case .badFrame: badFrames += 1
    case .foreign, .overlong: foreignLines += 1
    case .unread: unreadAnswers += 1
    case .fault(_, _, let spoiltKey):
      faults += 1
      lastFaultSeconds = seconds
      if let spoiltKey, spoiltKeys.count < MetadataTranscript.maximumKeys { spoiltKeys.insert(spoiltKey) }
    default: break
    }
    if case .reset = event { lastWasReset = true } else if event.isFromGuest { lastWasReset = false }
  }

  /// A client sends an empty line, NEGOTIATE, then its requests; one that does not know NEGOTIATE never sends it.
  private mutating func noteInterleaving(_ event: MetadataEvent, _ seconds: Double) {
    func noted(_ what: String) {
      interleavings += 1
      if firstInterleaving == nil { firstInterleaving = "\(what) after \(Int(seconds)) s" }
    }
    switch event {
    case .connected, .guestReset: (opening, negotiates) = (.none, false)
    case .reset: opening = .asked
    case .negotiate(_, let accepted):
      if opening == .negotiated { noted("a second NEGOTIATE in one session") }
      (opening, negotiates) = (.negotiated, negotiates || accepted)
    case .badFrame(_, let text) where text.dropFirst(2).contains("V2 ") || text.contains("NEGOTIATE"):
      noted("two requests in one line")
    // A client of version 1 is legal, and knows no NEGOTIATE.
    case .get(_, .one, _), .keys(.one, _): break
    case _ where event.isRequest && opening == .asked && negotiates:
      noted("a request of one session behind the empty line of another")
    default: break
    }
  }
}
