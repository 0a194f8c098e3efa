import Model
import Synchronization

/// The findings of a boot, as they come.
final class Tally: Sendable {
  private let all = Mutex<[Finding]>([])

  var findings: [Finding] { all.withLock { $0 } }

  /// Whether anything failed or broke, for `--keep failed`.
  var hasFailures: Bool {
    findings.contains { finding in
      switch finding.outcome {
      case .failed, .broken, .flaky: true
      case .passed, .skipped, .waived: false
      }
    }
  }

  /// Whether a check whose id begins with `area` failed.
  func hasFailures(of area: String) -> Bool {
    findings.contains { finding in
      if case .failed = finding.outcome { finding.check.hasPrefix(area) } else { false }
    }
  }

  func count(_ finding: Finding) { all.withLock { $0.append(finding) } }
}
