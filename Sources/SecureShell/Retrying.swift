package import Model

extension SecureShell {
  /// Connects as ``connect(to:port:user:key:keepalive:until:)`` does, again and again until it works or `deadline` passes.
  ///
  /// A guest that boots refuses, resets, stalls, and answers before its keys are there; all these are tried again.
  /// What will not change is thrown at once: no common algorithm, no SSH server, our own trouble.
  /// - Parameters:
  ///   - attemptLimit: how long one attempt may take.
  ///   - onAttempt: told of each attempt that failed: its number, from 1, and why.
  /// - Throws: ``VerifyError`` `.timedOut` with the last telling error as its cause; `CancellationError`.
  package static func connectRetrying(
    to host: String, port: UInt16, user: String, key: KeyPair, until deadline: Deadline, attemptLimit: Duration,
    onAttempt: (@Sendable (Int, VerifyError) -> Void)? = nil
  ) async throws -> SecureShell {
    let started = ContinuousClock.now
    var pause = Duration.milliseconds(250)
    var attempts = 0
    var last: VerifyError?
    repeat {
      let limit = deadline.capped(at: attemptLimit)
      do {
        return try await connect(to: host, port: port, user: user, key: key, until: limit)
      } catch let error as VerifyError where isWorthRetrying(error.code) {
        attempts += 1
        onAttempt?(attempts, error)
        // An attempt that the deadline cut short says less than the one before it.
        if last == nil || !(error.code == .timedOut && limit == deadline) { last = error }
      }
      try await Task.sleep(until: min(.now.advanced(by: pause), deadline.instant))
      pause = min(pause * 3 / 2, .seconds(1))
    } while !deadline.hasPassed
    throw VerifyError(
      .timedOut,
      "ssh \(host):\(port): no session for \(user) after \((ContinuousClock.now - started).forPeople) and "
        + "\(attempts) attempt\(attempts == 1 ? "" : "s")", cause: last)
  }

  private static func isWorthRetrying(_ code: VerifyError.Code) -> Bool {
    code == .closed || code == .timedOut || code == .authenticationRefused
  }
}
