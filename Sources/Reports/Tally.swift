import Model

/// How many findings came out how.
struct Tally {
  private var counts: [Standing: Int] = [:]
  /// Of those that leave a doubt, the flaky ones.
  private var flaky = 0

  init(_ findings: some Sequence<Finding>) {
    for finding in findings {
      if finding.isFlaky, finding.standing == .doubtful {
        flaky += 1
      } else {
        counts[finding.standing, default: 0] += 1
      }
    }
  }

  /// `45 passed`, `1 failed`, `2 flaky`, …; what there is none of is left out.
  ///
  /// - Parameter passedFirst: whether what passed stands in front, even when nothing did; else what is bad does.
  func words(passedFirst: Bool) -> [String] {
    let bad = [
      (counts[.rejects], "failed"), (flaky > 0 ? flaky : nil, "flaky"), (counts[.doubtful], "broken"),
      (counts[.warns], "warned"),
    ]
    let rest = [(counts[.informs], "noted"), (counts[.waived], "waived"), (counts[.skipped], "skipped")]
    let all = passedFirst ? [(counts[.passed] ?? 0, "passed")] + bad : bad + [(counts[.passed], "passed")]
    return (all + rest).compactMap { count, word in count.map { "\($0) \(word)" } }
  }
}
