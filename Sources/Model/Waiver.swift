/// A failure that somebody has accepted for some time.
package struct Waiver: Codable, Hashable, Sendable {
  /// Id of the check.
  package var check: String
  /// Pattern of boot ids; nil: the image as a whole and every boot.
  package var boot: String?
  package var reason: String
  /// Who accepted it: a name, a ticket.
  package var by: String
  /// Last day on which it applies, `YYYY-MM-DD`, UTC.
  package var until: String
  /// Where it is written: `waivers.yaml:3`.
  package var place: String

  package init(check: String, boot: String? = nil, reason: String, by: String, until: String, place: String) {
    (self.check, self.boot, self.reason) = (check, boot, reason)
    (self.by, self.until, self.place) = (by, until, place)
  }
}

/// The waivers of a run, and what became of them.
package struct WaiverRecord: Codable, Hashable, Sendable {
  package var waiver: Waiver
  /// It had expired when the run began, and did not apply.
  package var isExpired: Bool
  /// Findings that it has waived; nil: the run is not over.
  package var findings: Int?

  package init(_ waiver: Waiver, isExpired: Bool, findings: Int? = nil) {
    (self.waiver, self.isExpired, self.findings) = (waiver, isExpired, findings)
  }
}

/// What the journal says of waivers: once when the run begins, and again when it is over.
package struct WaiversRead: Codable, Hashable, Sendable {
  package var records: [WaiverRecord]
  package init(records: [WaiverRecord]) { self.records = records }
}
