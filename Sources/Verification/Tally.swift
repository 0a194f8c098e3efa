import Model
import Synchronization

/// The findings of a boot, as they come.
final class Tally: Sendable {
  private let all = Mutex<[Finding]>([])
  private let slow = Mutex<String?>(nil)

  /// Why the guest, which did not come up, cannot be blamed for being slow; nil: it can, or it came up.
  var slowness: String? {
    get { slow.withLock { $0 } }
    set { slow.withLock { $0 = newValue } }
  }

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

  /// Whether the image was found wrong by this check.
  func hasFailed(_ check: String) -> Bool {
    findings.contains { finding in
      if case .failed = finding.outcome { finding.check == check } else { false }
    }
  }

  func count(_ finding: Finding) { all.withLock { $0.append(finding) } }
}
