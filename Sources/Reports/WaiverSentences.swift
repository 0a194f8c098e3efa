import Model

extension WaiverRecord {
  /// `the waiver of network.mtu in 03-* (waivers.yaml:7)`.
  private var subject: String {
    "the waiver of \(waiver.check)\(waiver.boot.map { " in \($0)" } ?? "") (\(waiver.place))"
  }

  var expiredSentence: String {
    "\(subject) expired on \(waiver.until) and does not apply: mend the image, or ask \(waiver.by) for another day"
  }

  /// What there is to do about it; nil: it applies, or the run is not over.
  var sentence: String? {
    if isExpired { return expiredSentence }
    return findings == 0
      ? "\(subject) was not used: nothing failed that it covers; take it out if the image is mended" : nil
  }

  /// Bounded and clean.
  var forReports: WaiverRecord {
    WaiverRecord(
      Waiver(
        check: line(waiver.check), boot: waiver.boot.map(line), reason: line(waiver.reason), by: line(waiver.by),
        until: line(waiver.until), place: line(waiver.place)),
      isExpired: isExpired, findings: findings)
  }
}

extension Report {
  /// Waivers that did not apply, or were not needed, each in a sentence; those that expired first.
  package var idleWaivers: [String] {
    (waivers.filter(\.isExpired) + waivers.filter { !$0.isExpired }).compactMap(\.sentence)
  }
}
