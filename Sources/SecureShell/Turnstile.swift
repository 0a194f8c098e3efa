internal import Model
internal import Synchronization

/// Lets one task through at a time, in the order they came.
///
/// An actor alone does not: at every `await` another call may step in, and a libssh2 session does one thing at a time.
final class Turnstile: Sendable {
  private struct Waiter {
    var ticket: UInt64
    var continuation: CheckedContinuation<Result<Void, any Error>, Never>
  }
  private struct State {
    var isTaken = false
    var nextTicket: UInt64 = 0
    var waiters: [Waiter] = []
    /// Tickets whose holders are still waiting.
    var waiting: Set<UInt64> = []
    /// Gave up before their continuation was known.
    var goneEarly: [UInt64: any Error] = [:]
  }
  private let state = Mutex(State())

  /// Waits for the turn; whoever got it must ``leave()``.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes first; `CancellationError`. No turn is held then.
  func enter(until deadline: Deadline) async throws {
    try Task.checkCancellation()
    let ticket: UInt64? = state.withLock { state in
      guard state.isTaken else {
        state.isTaken = true
        return nil
      }
      state.nextTicket += 1
      state.waiting.insert(state.nextTicket)
      return state.nextTicket
    }
    guard let ticket else { return }
    async let _ = expire(ticket, at: deadline)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known: Result<Void, any Error>? = state.withLock { state in
          if let error = state.goneEarly.removeValue(forKey: ticket) { return .failure(error) }
          guard state.isTaken else {
            state.isTaken = true
            return .success(())
          }
          state.waiters.append(Waiter(ticket: ticket, continuation: continuation))
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      giveUp(ticket, CancellationError())
    }
    state.withLock { state in
      state.waiting.remove(ticket)
      state.goneEarly[ticket] = nil
    }
    try result.get()
  }

  /// Takes the turn if nobody has it.
  func enterIfFree() -> Bool {
    state.withLock { state in
      defer { state.isTaken = true }
      return !state.isTaken
    }
  }

  /// Passes the turn on.
  func leave() {
    let next: Waiter? = state.withLock { state in
      guard !state.waiters.isEmpty else {
        state.isTaken = false
        return nil
      }
      let next = state.waiters.removeFirst()
      state.waiting.remove(next.ticket)
      return next
    }
    next?.continuation.resume(returning: .success(()))
  }

  @concurrent private func expire(_ ticket: UInt64, at deadline: Deadline) async {
    guard (try? await Task.sleep(until: deadline.instant)) != nil else { return }
    giveUp(ticket, VerifyError(.timedOut, "the SSH session was busy with another command until the deadline"))
  }

  private func giveUp(_ ticket: UInt64, _ error: any Error) {
    let waiter: Waiter? = state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.ticket == ticket }) else {
        if state.waiting.contains(ticket) { state.goneEarly[ticket] = error }
        return nil
      }
      return state.waiters.remove(at: index)
    }
    waiter?.continuation.resume(returning: .failure(error))
  }
}
