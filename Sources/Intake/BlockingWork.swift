import Dispatch
import Synchronization

/// Whether the task for which blocking work runs has been cancelled.
final class Cancellation: Sendable {
  private let cancelled = Atomic(false)
  func cancel() { cancelled.store(true, ordering: .relaxed) }

  /// - Throws: `CancellationError` once the task has been cancelled.
  func check() throws {
    if cancelled.load(ordering: .relaxed) { throw CancellationError() }
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
