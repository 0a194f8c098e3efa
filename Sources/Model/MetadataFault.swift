/// How the metadata service misbehaves on purpose, to see what becomes of a guest: one word on every command line, in
/// plans and in journals.
package enum MetadataFault: Hashable, Sendable {
  /// The machine has no second serial port.
  case absent
  /// Nothing is ever answered.
  case silent
  /// Nothing is answered until so many seconds after the guest's first line; what it asked before is lost.
  case late(seconds: Int)
  /// The first ``slowBytes`` bytes of answers come one a second; what is asked meanwhile is read, and noted, after them.
  case slow
  /// Bytes that nobody asked for come first and spoil the first answer.
  case garbage
  /// The first value of version 2 comes with a checksum that is not its own.
  case badCRC
  /// The first value is not sent.
  case dropped
  /// Only ``neededKeys`` are there.
  case notFound
  /// ``hugeKey`` has a value of ``hugeBytes`` bytes.
  case huge
  /// The first value breaks off in its middle; then the service is away for ``awaySeconds`` and knows nothing of before.
  case restart

  /// Long enough that no client's first patience covers it, short enough for every boot time-out.
  package static let usualDelay = 60
  package static let delays = 1...600
  /// A minute of `invalid command`, `V2_OK` and the beginning of a frame, which is what clients are impatient for. A
  /// whole session at this speed would take hours.
  package static let slowBytes = 60
  /// What a guest cannot be configured without, and is still given when all else is not there.
  package static let neededKeys = ["sdc:uuid", "sdc:nics", "root_authorized_keys"]
  package static let hugeKey = "user-data"
  /// As long as no single argument of a program may be on Linux (128 KiB with its end), so that a client that hands
  /// values on as arguments is seen; with base64 some 15 s of a serial line of 115200 baud.
  package static let hugeBytes = 128 << 10
  package static let awaySeconds = 3

  /// Every mode, in the order in which they are booted.
  package static let all: [MetadataFault] = [
    .absent, .silent, .late(seconds: usualDelay), .slow, .garbage, .badCRC, .dropped, .notFound, .huge, .restart,
  ]

  /// The mode without its number: `late`; fit for the names of boots and checks.
  package var name: String {
    switch self {
    case .absent: "absent"
    case .silent: "silent"
    case .late: "late"
    case .slow: "slow"
    case .garbage: "garbage"
    case .badCRC: "bad-crc"
    case .dropped: "dropped"
    case .notFound: "not-found"
    case .huge: "huge"
    case .restart: "restart"
    }
  }

  /// What the service does, for people.
  package var meaning: String {
    switch self {
    case .absent: "there is no second serial port"
    case .silent: "nothing is ever answered"
    case .late(let seconds): "nothing is answered for \(seconds) s from the guest's first line on"
    case .slow: "the first \(MetadataFault.slowBytes) bytes of answers come one a second"
    case .garbage: "garbage comes before the first answer"
    case .badCRC: "the first value has a wrong checksum"
    case .dropped: "the first value is not sent"
    case .notFound: "only \(MetadataFault.neededKeys.joined(separator: ", ")) are there"
    case .huge: "\(MetadataFault.hugeKey) is \(MetadataFault.hugeBytes >> 10) KiB long"
    case .restart: "the service restarts in the middle of the first value"
    }
  }
}

extension MetadataFault: LosslessStringConvertible {
  /// `silent`, `late=60`.
  package var description: String {
    if case .late(let seconds) = self { return "late=\(seconds)" }
    return name
  }

  /// Reads ``description``; `late` alone is that of ``usualDelay``. nil for any other text.
  package init?(_ text: String) {
    if let fault = MetadataFault.all.first(where: { $0.name == text }) {
      self = fault
      return
    }
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "late", parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let seconds = Int(parts[1]), MetadataFault.delays.contains(seconds)
    else { return nil }
    self = .late(seconds: seconds)
  }

  /// All words, for errors and help: `absent, silent, late=SECONDS, …`.
  package static var words: String {
    all.map { fault in if case .late = fault { "late=SECONDS" } else { fault.name } }.joined(separator: ", ")
  }

  /// The modes that the words of a command line mean, in their order, none twice; `all` means every mode.
  ///
  /// - Throws: ``VerifyError`` `.usage` that lists the words.
  package static func list(_ words: [String]) throws -> [MetadataFault] {
    var faults: [MetadataFault] = []
    for word in words {
      let meant = word == "all" ? all : MetadataFault(word).map { [$0] }
      guard let meant else {
        throw VerifyError(
          .usage,
          "'\(word)' is no way for the metadata service to misbehave; there are \(self.words) "
            + "(\(delays.lowerBound) to \(delays.upperBound), 60 if left out), and all")
      }
      faults += meant.filter { !faults.contains($0) }
    }
    return faults
  }
}

extension MetadataFault: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let fault = MetadataFault(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no metadata fault of this name")
    }
    self = fault
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
