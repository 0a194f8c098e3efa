package import Model

/// What a check is, whoever runs it: the one line that `checks list` prints and that every finding repeats.
package struct CheckInfo: Hashable, Sendable, Codable {
  /// Where a check looks from: inside the guest (a file in `checks/`), or from the host (Swift, built in).
  package enum Kind: String, Hashable, Sendable, Codable { case guest, host }
  /// In which profiles it has a place: in `triton` alone, or in `any`.
  package enum Scope: String, Hashable, Sendable, Codable, CaseIterable { case triton, any }

  /// `area.what`: lower-case letters, digits and hyphens on both sides of one dot.
  package var id: String
  /// What holds when the check passes; one line, at most 80 characters.
  package var title: String
  package var level: Level
  /// Numbers of the guest contract's clauses, ascending as written; empty for a rule that is not in it.
  package var clauses: [Int]
  package var kind: Kind
  /// What to do about a failure.
  package var remedy: String
  /// What is looked at and why; lines separated by line feeds.
  package var description: String
  /// nil: as its clauses say; see ``Contract/holds(_:in:)``.
  package var profile: Scope?

  package init(
    id: String, title: String, level: Level, clauses: [Int], kind: Kind, remedy: String, description: String,
    profile: Scope? = nil
  ) {
    self.id = id
    self.title = title
    self.level = level
    self.clauses = clauses
    self.kind = kind
    self.remedy = remedy
    self.description = description
    self.profile = profile
  }

  /// `25, 28`; empty when there are none.
  package var clauseText: String { clauses.map(String.init).joined(separator: ", ") }

  /// What this check says of `boot`, or of the image as a whole when `boot` is nil.
  package func finding(
    _ outcome: Outcome, boot: String?, evidence: [Evidence] = [], notes: [String: String] = [:], seconds: Double = 0
  ) -> Finding {
    Finding(
      check: id, title: title, level: level, boot: boot, outcome: outcome,
      remedy: outcome == .passed ? "" : remedy, clauses: clauseText, evidence: evidence, notes: notes,
      seconds: seconds)
  }
}

/// A check that is Swift and looks from the host: at the disk, the firmware's log, the metadata transcript, the monitor.
///
/// One file in `BuiltIn/` is one such type; what it needs to look at, it takes as arguments of its own method.
package protocol HostCheck: Sendable {
  static var info: CheckInfo { get }
}
