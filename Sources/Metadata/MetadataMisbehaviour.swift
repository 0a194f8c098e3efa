package import Model

/// What a service that misbehaves does with the actions of its ``MetadataSession``, step by step.
package enum MetadataStep: Hashable, Sendable {
  case note(MetadataEvent)
  /// Send these bytes, `after` seconds have passed since the step before.
  case send([UInt8], after: Int = 0)
  /// Forget the session, and end the stream if the guest can open it again.
  case restart
}

/// A fault of the metadata service as a state machine between a ``MetadataSession`` and what is sent: actions and times
/// in, timed sends out, no I/O and no clock of its own.
///
/// Shape: every act is a ``MetadataEvent/fault(_:what:spoiltKey:)`` before the bytes that it concerns; a slow answer is at
/// most ``MetadataFault/slowBytes`` steps longer than a fast one, no other is. Faults of one answer (`bad-crc`, `dropped`,
/// `restart`) befall the first value that is given, and no other after it.
package struct MetadataMisbehaviour: Sendable {
  package let fault: MetadataFault
  /// All that is there, of which `not-found` serves a part.
  private let whole: MetadataStore
  /// Nothing is answered before this many seconds; nil: not known yet.
  private var awayUntil: Double?
  /// Bytes that are still sent one a second.
  private var slowBytes: Int
  /// What happens once has happened.
  private var isDone = false
  /// Answers were withheld, and the first that is not has still to be told.
  private var wasAway = false

  /// - Parameter store: what the service is to serve; see ``served``.
  package init(_ fault: MetadataFault, store: MetadataStore) {
    (self.fault, whole) = (fault, store)
    slowBytes = fault == .slow ? MetadataFault.slowBytes : 0
  }

  /// What the session has to serve: the store, changed where the fault is in the values.
  package var served: MetadataStore {
    switch fault {
    case .notFound: whole.keeping(MetadataFault.neededKeys)
    case .huge: whole.replacing(MetadataFault.hugeKey, with: MetadataMisbehaviour.hugeValue)
    default: whole
    }
  }

  /// Lines that a text editor could have made, so that nothing but the length is unusual.
  static var hugeValue: String {
    let line = "# imgverify: this value is long on purpose, and complete only with the last of its lines.\n"
    let count = MetadataFault.hugeBytes / line.utf8.count
    let head = String(repeating: line, count: count)
    return head + String(repeating: "#", count: MetadataFault.hugeBytes - head.utf8.count - 1) + "\n"
  }

  /// What comes before the first answer of `garbage`: a line with bytes that are no text, and the beginning of another,
  /// which ends with the answer. No byte of it is one that a terminal would answer.
  package static let noise: [UInt8] =
    [0xff, 0x00, 0xfe, 0x80] + Array("V2 17 ".utf8) + [0x9c, 0x01, 0xc3, 0x0a] + Array("0a SUCCESS ".utf8) + [0xf8]

  /// Takes what the session made of one line of the guest, `seconds` after any moment that stays the same.
  package mutating func steps(for actions: [MetadataAction], at seconds: Double) -> [MetadataStep] {
    var steps: [MetadataStep] = []
    var key: String?
    var isValue = false
    for action in actions {
      switch action {
      case .note(let event):
        steps.append(.note(event))
        (key, isValue) = (nil, false)
        if case .get(let asked, _, let result) = event {
          key = asked
          if case .success = result { isValue = true }
          tellValue(asked, result, &steps)
        }
        if event.isFromGuest { listen(at: seconds) }
      case .send(let bytes): send(bytes, key: key, isValue: isValue, at: seconds, &steps)
      }
    }
    return steps
  }

  /// The guest's first line starts the clock of `late`.
  private mutating func listen(at seconds: Double) {
    if case .late(let delay) = fault, awayUntil == nil { awayUntil = seconds + Double(delay) }
  }

  /// Values that are not what they were.
  private func tellValue(_ key: String, _ result: MetadataEvent.Result, _ steps: inout [MetadataStep]) {
    switch (fault, result) {
    case (.notFound, .notFound):
      guard case .found = whole.lookup(key) else { return }
      steps.append(act("\(key) is there, and is denied"))
    case (.huge, .success) where key == MetadataFault.hugeKey:
      steps.append(act("\(key) is \(MetadataFault.hugeBytes) bytes long"))
    default: break
    }
  }

  private mutating func send(
    _ bytes: [UInt8], key: String?, isValue: Bool, at seconds: Double, _ steps: inout [MetadataStep]
  ) {
    if fault == .silent || awayUntil.map({ seconds < $0 }) == true {
      wasAway = true
      steps.append(act("an answer of \(bytes.count) bytes is withheld", key))
      return
    }
    if wasAway {
      wasAway = false
      steps.append(act("answers from here on"))
    }
    switch fault {
    case .slow where slowBytes > 0: sendSlowly(bytes, &steps)
    case .garbage where !isDone:
      isDone = true
      steps.append(act("\(MetadataMisbehaviour.noise.count) bytes of garbage", key))
      steps.append(.send(MetadataMisbehaviour.noise + bytes))
    case .badCRC where isValue && !isDone:
      guard let damaged = damaged(bytes) else { return steps.append(.send(bytes)) }
      isDone = true
      steps += [act("a wrong checksum", key), .send(damaged)]
    case .dropped where isValue && !isDone:
      isDone = true
      steps.append(act("an answer of \(bytes.count) bytes is dropped", key))
    case .restart where isValue && !isDone:
      isDone = true
      awayUntil = seconds + Double(MetadataFault.awaySeconds)
      let half = bytes.count / 2
      steps += [
        act("restarts after \(half) of \(bytes.count) bytes, away for \(MetadataFault.awaySeconds) s", key),
        .send(Array(bytes[..<half])), .restart,
      ]
    default: steps.append(.send(bytes))
    }
  }

  private mutating func sendSlowly(_ bytes: [UInt8], _ steps: inout [MetadataStep]) {
    let slow = min(slowBytes, bytes.count)
    slowBytes -= slow
    steps.append(act("\(slow) of \(bytes.count) bytes one a second"))
    steps += bytes[..<slow].map { .send([$0], after: 1) }
    if slow < bytes.count { steps.append(.send(Array(bytes[slow...]))) }
  }

  /// The frame with its checksum's last digit exchanged; nil when it is none.
  private func damaged(_ bytes: [UInt8]) -> [UInt8]? {
    let words = bytes.split(separator: UInt8(ascii: " "), maxSplits: 3)
    guard words.count == 4, words[0].elementsEqual("V2".utf8), let last = words[2].indices.last else { return nil }
    var damaged = bytes
    damaged[last] = bytes[last] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
    return damaged
  }

  private func act(_ what: String, _ spoiltKey: String? = nil) -> MetadataStep {
    .note(.fault(fault, what: what, spoiltKey: spoiltKey))
  }
}
