/// An instant after which nobody waits any more; it is made once and handed down.
package struct Deadline: Sendable, Hashable, Comparable {
  package let instant: ContinuousClock.Instant

  package init(_ instant: ContinuousClock.Instant) { self.instant = instant }

  /// The deadline `duration` from now.
  package static func after(_ duration: Duration) -> Deadline { Deadline(.now.advanced(by: duration)) }

  /// Time left, never negative.
  package var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }
  package var hasPassed: Bool { ContinuousClock.now >= instant }

  /// The nearer of this deadline and `duration` from now.
  package func capped(at duration: Duration) -> Deadline { min(self, .after(duration)) }

  package static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }
}

extension Duration {
  /// The duration as seconds, fractions kept.
  package var inSeconds: Double {
    let parts = components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
  }

  /// The duration in whole milliseconds, rounded up, at most `Int32.max`.
  package var inMilliseconds: Int32 { Int32(clamping: Int64((inSeconds * 1000).rounded(.up))) }

  /// `0.4 s`, `75 s`, `12 min 5 s`.
  package var forPeople: String {
    let seconds = inSeconds
    if seconds < 10 { return "\(Double((seconds * 10).rounded()) / 10) s" }
    let whole = Int(seconds.rounded())
    return whole < 120 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
  }
}

/// Runs `body`, and ends it with a `.timedOut` error that names `what` when `deadline` passes first.
///
/// A cancel from outside stays a `CancellationError`. `body` must react to cancellation.
package func withDeadline<T: Sendable>(
  _ deadline: Deadline, for what: String, _ body: @escaping @Sendable () async throws -> T
) async throws -> T {
  let started = ContinuousClock.now
  return try await withThrowingTaskGroup(of: T?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(until: deadline.instant)
      return nil
    }
    defer { group.cancelAll() }
    guard let first = try await group.next(), let value = first else {
      throw VerifyError(.timedOut, "\(what): no result after \((ContinuousClock.now - started).forPeople)")
    }
    return value
  }
}
