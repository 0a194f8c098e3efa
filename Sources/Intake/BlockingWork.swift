import Dispatch
import Synchronization

/// Why work that blocks should end early: the task for which it runs was cancelled, or another part of it failed.
final class Cancellation: Sendable {
  private let reason = Mutex<(any Error)?>(nil)

  func cancel() { fail(CancellationError()) }

  /// Ends the other parts of the work with `error`; the first error stays.
  func fail(_ error: any Error) {
    reason.withLock { $0 = $0 ?? error }
  }

  /// - Throws: `CancellationError` once the task has been cancelled; the error of another part once that has failed.
  func check() throws {
    if let error = reason.withLock({ $0 }) { throw error }
  }
}

/// Runs `body`, which blocks, on a thread apart from those that tasks share; it is told of a cancel and awaited.
func blocking<T: Sendable>(_ body: @escaping @Sendable (Cancellation) throws -> T) async throws -> T {
  let cancellation = Cancellation()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "imgverify.intake").async {
        continuation.resume(with: Result { try body(cancellation) })
      }
    }
  } onCancel: {
    cancellation.cancel()
  }
}
