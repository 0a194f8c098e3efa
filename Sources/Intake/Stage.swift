import Foundation
import Synchronization

/// A stage of the pipeline on a thread of its own; its error ends the other stages.
///
/// ```swift
/// let unpack = Stage("unpack", cancellation) { try unpacking.run() }
/// …
/// let outcome = unpack.wait()
/// ```
/// Whoever starts a stage waits for it, on every way out: no thread is left behind.
final class Stage<Value: Sendable>: Sendable {
  private let outcome = Mutex<Result<Value, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// - Parameter name: of the thread, as `top -H` shows it; at most 15 bytes.
  init(_ name: String, _ cancellation: Cancellation, _ body: @escaping @Sendable () throws -> Value) {
    let thread = Thread { [self] in
      Thread.current.name = name
      let result = Result(catching: body)
      if case .failure(let error) = result { cancellation.fail(error) }
      outcome.withLock { $0 = result }
      done.signal()
    }
    thread.start()
  }

  /// What came of it; to be called once.
  func wait() -> Result<Value, any Error> {
    done.wait()
    guard let result = outcome.withLock({ $0 }) else { preconditionFailure("a stage that ended has an outcome") }
    return result
  }
}
