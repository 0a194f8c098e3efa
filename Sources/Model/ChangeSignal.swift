import Synchronization

/// Lets tasks sleep until some state has changed; a change between look and wait is never lost.
///
/// Take the ``generation``, look at the state, and if it is not yet as wished, wait for a later generation.
package final class ChangeSignal: Sendable {
  private struct State {
    var generation: UInt64 = 0
    var nextID: UInt64 = 0
    var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
    var cancelledEarly: Set<UInt64> = []
  }
  private let state = Mutex(State())

  package init() {}

  package var generation: UInt64 { state.withLock { $0.generation } }

  /// Wakes everyone who waits.
  package func notify() {
    let waiting = state.withLock { state in
      state.generation += 1
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns once the generation is past `seen`, or the task is cancelled (then it throws).
  package func changed(since seen: UInt64) async throws {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let now = state.withLock { state in
          if state.cancelledEarly.remove(id) != nil || state.generation > seen { return true }
          state.waiters[id] = continuation
          return false
        }
        if now { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        if let waiter = state.waiters.removeValue(forKey: id) { return Optional(waiter) }
        state.cancelledEarly.insert(id)
        return nil
      }
      waiter?.resume()
    }
    _ = state.withLock { $0.cancelledEarly.remove(id) }
    try Task.checkCancellation()
  }

  /// Waits until `look` gives a value, looking again after every change.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` naming `what` when `deadline` passes.
  package func value<T: Sendable>(
    _ what: String, until deadline: Deadline, _ look: @escaping @Sendable () async throws -> T?
  ) async throws -> T {
    try await withDeadline(deadline, for: what) {
      while true {
        let seen = self.generation
        if let value = try await look() { return value }
        try await self.changed(since: seen)
      }
    }
  }
}
