import Model
import Synchronization

/// Whether anything in a boot failed or broke, for `--keep failed`.
final class Tally: Sendable {
  private let bad = Mutex(0)

  var hasFailures: Bool { bad.withLock { $0 > 0 } }

  func count(_ finding: Finding) {
    switch finding.outcome {
    case .failed, .broken, .flaky: bad.withLock { $0 += 1 }
    case .passed, .skipped, .waived: break
    }
  }
}
