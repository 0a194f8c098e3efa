import Model
import Synchronization
import Testing

@testable import SecureShell

/// How many tasks are in the turnstile, were at most, and have been.
private final class Count: Sendable {
  let inside = Mutex((now: 0, most: 0, total: 0))
}

struct TurnstileTests {
  private let turnstile = Turnstile()
  private let soon = Deadline.after(.seconds(600))

  @Test func oneAtATime() async throws {
    let count = Count()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<100 {
        group.addTask { [turnstile, soon] in
          try await turnstile.enter(until: soon)
          count.inside.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
            $0.total += 1
          }
          await Task.yield()
          count.inside.withLock { $0.now -= 1 }
          turnstile.leave()
        }
      }
      try await group.waitForAll()
    }
    #expect(count.inside.withLock { $0.most } == 1)
    #expect(count.inside.withLock { $0.total } == 100)
    #expect(turnstile.enterIfFree())
  }

  @Test func waitingEndsAtTheDeadlineAndHoldsNoTurn() async throws {
    try await turnstile.enter(until: soon)
    let error = await #expect(throws: VerifyError.self) {
      try await turnstile.enter(until: .after(.milliseconds(20)))
    }
    #expect(error?.code == .timedOut)
    #expect(!turnstile.enterIfFree())
    turnstile.leave()
    #expect(turnstile.enterIfFree())
  }

  @Test func waitingEndsWithACancelAndHoldsNoTurn() async throws {
    try await turnstile.enter(until: soon)
    let waiting = Task { [turnstile, soon] in try await turnstile.enter(until: soon) }
    await Task.yield()
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    turnstile.leave()
    #expect(turnstile.enterIfFree())
  }
}
