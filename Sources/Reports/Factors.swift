import Model

/// How one boot came out for one check.
struct Judgement: Hashable {
  enum Result { case passed, failed, flaky }
  /// Index in ``Report/boots``.
  var boot: Int
  var result: Result
}

/// How many of the boots that had one value of an axis passed and failed a check.
package struct FactorCount: Codable, Hashable, Sendable {
  package var check: String
  /// `disk.model`.
  package var axis: String
  /// `virtio-scsi`.
  package var value: String
  package var passed: Int
  /// Flaky ones are among them.
  package var failed: Int
}

extension Report {
  static let maximumFactorChecks = 64

  /// ``Report/judgements``, from boots of every purpose but trials. What was skipped, waived or broke judges nothing.
  func gatherJudgements() -> [String: [Judgement]] {
    var all: [String: [Judgement]] = [:]
    for (index, boot) in boots.enumerated() where !boot.isTrial {
      for finding in boot.findings {
        let result: Judgement.Result
        switch finding.outcome {
        case .passed: result = .passed
        case .failed: result = .failed
        case .flaky: result = .flaky
        case .skipped, .waived, .broken: continue
        }
        var known = all[finding.check] ?? []
        // A boot counts once: it failed when anything that the check said of it failed.
        if known.last?.boot != index {
          known.append(Judgement(boot: index, result: result))
        } else if known[known.count - 1].result == .passed {
          known[known.count - 1].result = result
        }
        all[finding.check] = known
      }
    }
    return all.filter { $0.value.contains { $0.result != .passed } }
  }

  /// Of each check that failed in some boot, the counts of every value of every axis; at most 64 checks.
  package var factors: [FactorCount] {
    var seen: Set<String> = []
    let checks = boots.flatMap(\.findings).map(\.check).filter { judgements[$0] != nil && seen.insert($0).inserted }
    return checks.prefix(Report.maximumFactorChecks).flatMap { factors(of: $0).map(\.count) }
  }

  /// A count and how much it tells.
  struct Factor: Hashable {
    var count: FactorCount
    /// Boots that had another value of this axis.
    var othersPassed: Int
    var othersFailed: Int
    /// By how much the share of failures lies above that of the other boots, -1...1.
    var difference: Double {
      let (here, there) = (count.passed + count.failed, othersPassed + othersFailed)
      if here == 0 || there == 0 { return 0 }
      return Double(count.failed) / Double(here) - Double(othersFailed) / Double(there)
    }
    /// Whether it fails with this value, and never without.
    var separates: Bool { count.failed > 0 && count.passed == 0 && othersFailed == 0 && othersPassed > 0 }
  }

  /// The counts for one check: values with which it fails more often, then those with which it passes more often, each
  /// the most telling first; empty when it failed nowhere. At most 512.
  func factors(of check: String) -> [Factor] {
    struct Value: Hashable {
      var axis: String
      var value: String
    }
    var counts: [Value: (passed: Int, failed: Int)] = [:]
    var wholes: [String: (passed: Int, failed: Int)] = [:]
    for judgement in judgements[check] ?? [] {
      for (axis, value) in boots[judgement.boot].boot?.layout.choices ?? [:] {
        let (passed, failed) = judgement.result == .passed ? (1, 0) : (0, 1)
        counts[Value(axis: axis, value: value), default: (0, 0)].passed += passed
        counts[Value(axis: axis, value: value), default: (0, 0)].failed += failed
        wholes[axis, default: (0, 0)].passed += passed
        wholes[axis, default: (0, 0)].failed += failed
      }
    }
    let factors = counts.map { key, count in
      let whole = wholes[key.axis]!
      return Factor(
        count: FactorCount(
          check: check, axis: key.axis, value: key.value, passed: count.passed, failed: count.failed),
        othersPassed: whole.passed - count.passed, othersFailed: whole.failed - count.failed)
    }
    func key(_ factor: Factor) -> (Int, Double, Int) {
      let difference = factor.difference
      return (difference > 0 ? 0 : difference < 0 ? 1 : 2, -abs(difference), -factor.count.failed)
    }
    let sorted = factors.sorted { a, b in
      let (first, second) = (key(a), key(b))
      return first != second ? first < second : (a.count.axis, a.count.value) < (b.count.axis, b.count.value)
    }
    return Array(sorted.prefix(512))
  }

  /// `every boot with extra=blank before failed (2), none without (5)`; nil unless exactly one value divides the boots.
  func divide(of problem: Problem) -> String? {
    guard problem.standing == .rejects || problem.isFlaky else { return nil }
    let dividing = factors(of: problem.check).filter(\.separates)
    guard dividing.count == 1, let one = dividing.first else { return nil }
    return "every boot with \(one.count.axis)=\(one.count.value) failed (\(one.count.failed)), "
      + "none without (\(one.othersPassed))"
  }
}
