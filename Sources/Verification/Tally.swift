import Model
import Synchronization

/// The findings of a boot, as they come.
final class Tally: Sendable {
  private let all = Mutex<[Finding]>([])

  var findings: [Finding] { all.withLock { $0 } }

  /// Whether anything failed or broke, for `--keep failed`.
  var hasFailures: Bool { hasProblems(of: "") }

  /// Whether a check whose id begins with `area` failed or broke.
  func hasProblems(of area: String) -> Bool {
    findings.contains { finding in
      switch finding.outcome {
      case .failed, .broken, .flaky: finding.check.hasPrefix(area)
      case .passed, .skipped, .waived: false
      }
    }
  }

  func count(_ finding: Finding) { all.withLock { $0.append(finding) } }
}
