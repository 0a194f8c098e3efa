/// How much a check weighs: `must` rejects, `should` warns, `may` informs.
package enum Level: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
  case must, should, may

  package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }
  private var rank: Int { Level.allCases.firstIndex(of: self)! }
}

/// The verdict of a check. *Failed* says that the image is bad, *broken* that we could not tell; never mixed.
package enum Outcome: Hashable, Sendable {
  case passed
  case failed(reason: String)
  case skipped(why: String)
  case waived(reason: String, until: String, by: String)
  case broken(error: String)
  /// It failed here and passed on another boot of equal hardware. Only reports say so: a single boot cannot know.
  case flaky(reason: String)

  /// `passed`, `failed`, `skipped`, `waived`, `broken` or `flaky`.
  package var name: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .skipped: "skipped"
    case .waived: "waived"
    case .broken: "broken"
    case .flaky: "flaky"
    }
  }

  /// The sentence that goes with it; empty for `passed`.
  package var text: String {
    switch self {
    case .passed: ""
    case .failed(let text), .skipped(let text), .broken(let text), .flaky(let text): text
    case .waived(let reason, let until, let by): "waived until \(until) by \(by): \(reason)"
    }
  }
}

extension Outcome: Codable {
  private enum Key: String, CodingKey { case outcome, text, until, by }

  package init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Key.self)
    let text = try c.decodeIfPresent(String.self, forKey: .text) ?? ""
    switch try c.decode(String.self, forKey: .outcome) {
    case "passed": self = .passed
    case "failed": self = .failed(reason: text)
    case "skipped": self = .skipped(why: text)
    case "broken": self = .broken(error: text)
    case "flaky": self = .flaky(reason: text)
    case "waived":
      self = .waived(
        reason: text, until: try c.decode(String.self, forKey: .until), by: try c.decode(String.self, forKey: .by))
    case let other:
      throw DecodingError.dataCorruptedError(forKey: .outcome, in: c, debugDescription: "no outcome '\(other)'")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Key.self)
    try c.encode(name, forKey: .outcome)
    switch self {
    case .passed: break
    case .failed(let text), .skipped(let text), .broken(let text), .flaky(let text): try c.encode(text, forKey: .text)
    case .waived(let reason, let until, let by):
      try c.encode(reason, forKey: .text)
      try c.encode(until, forKey: .until)
      try c.encode(by, forKey: .by)
    }
  }
}

/// Something that shows why a finding is as it is: a short text, or a file in the output folder.
package struct Evidence: Codable, Hashable, Sendable {
  package var name: String
  /// Guest text, unescaped; at most ``maximumText`` bytes.
  package var text: String?
  /// Path below the output folder.
  package var file: String?

  package static let maximumText = 16 << 10

  package init(name: String, text: String) {
    self.name = name
    self.text =
      text.utf8.count <= Evidence.maximumText
      ? text : String(decoding: text.utf8.prefix(Evidence.maximumText), as: UTF8.self) + "\n[cut]"
    self.file = nil
  }
  package init(name: String, file: String) {
    self.name = name
    self.text = nil
    self.file = file
  }
}

/// What one check says: of one boot, or (``boot`` nil) of the image as a whole.
package struct Finding: Codable, Hashable, Sendable {
  /// The check's id, `area.what`.
  package var check: String
  package var title: String
  package var level: Level
  /// Id of the boot that was judged.
  package var boot: String?
  package var outcome: Outcome
  /// How to mend it, for a finding that is not `passed`.
  package var remedy: String
  /// Clauses of the guest contract that the check tests, as written in its header.
  package var clauses: String
  package var evidence: [Evidence]
  /// Facts that the check noted, by name.
  package var notes: [String: String]
  package var seconds: Double

  package init(
    check: String, title: String, level: Level, boot: String?, outcome: Outcome, remedy: String = "",
    clauses: String = "", evidence: [Evidence] = [], notes: [String: String] = [:], seconds: Double = 0
  ) {
    self.check = check
    self.title = title
    self.level = level
    self.boot = boot
    self.outcome = outcome
    self.remedy = remedy
    self.clauses = clauses
    self.evidence = evidence
    self.notes = notes
    self.seconds = seconds
  }
}
