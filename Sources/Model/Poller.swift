import Glibc
import Synchronization

/// Waits until descriptors can be read or written: one thread, poll(2), any number of waiting tasks.
///
/// The caller keeps the descriptor open until its wait has ended.
package final class Poller: Sendable {
  package static let shared = Poller()

  /// What to wait for.
  package enum Readiness: Sendable, Hashable { case readable, writable }

  private struct Waiter {
    var descriptor: CInt
    var events: CShort
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Result<Void, any Error>, Never>
  }

  private struct State {
    var nextID: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
    /// Tasks that were cancelled before their wait was registered.
    var cancelledEarly: Set<UInt64> = []
  }

  private let state = Mutex(State())
  private let wakeRead: CInt
  private let wakeWrite: CInt

  private init() {
    var ends: [CInt] = [0, 0]
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    precondition(socketpair(AF_UNIX, kind, 0, &ends) == 0, "no socket pair for the poller: errno \(errno)")
    (wakeRead, wakeWrite) = (ends[0], ends[1])
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let failed = pthread_create(
      &thread, nil,
      { raw in
        Unmanaged<Poller>.fromOpaque(raw!).takeUnretainedValue().loop()
      }, me.toOpaque())
    precondition(failed == 0, "no thread for the poller: \(failed)")
    pthread_detach(thread)
  }

  /// Waits until `descriptor` is ready for any of `readiness` (or has hung up, or has an error), or until a ``nudge(_:)``.
  ///
  /// - Parameter isStale: asked once the wait can be nudged; the wait is over at once when it says so.
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes; `CancellationError` when the task is cancelled.
  package func wait(
    for descriptor: CInt, _ readiness: Set<Readiness>, until deadline: Deadline, isStale: () -> Bool = { false }
  ) async throws {
    var events: CShort = 0
    if readiness.contains(.readable) { events |= CShort(POLLIN) }
    if readiness.contains(.writable) { events |= CShort(POLLOUT) }
    let wanted = events
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known: Result<Void, any Error>? = state.withLock { state in
          if state.cancelledEarly.remove(id) != nil { return .failure(CancellationError()) }
          if isStale() { return .success(()) }
          state.waiters[id] = Waiter(
            descriptor: descriptor, events: wanted, deadline: deadline.instant, continuation: continuation)
          return nil
        }
        if let known { continuation.resume(returning: known) } else { wake() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        if let waiter = state.waiters.removeValue(forKey: id) { return Optional(waiter) }
        state.cancelledEarly.insert(id)
        return nil
      }
      waiter?.continuation.resume(returning: .failure(CancellationError()))
    }
    _ = state.withLock { $0.cancelledEarly.remove(id) }
    try result.get()
  }

  /// Ends every wait for `descriptor`, as if it had become ready: something else has changed that the waiting look at.
  package func nudge(_ descriptor: CInt) {
    let waiting = state.withLock { state in
      let found = state.waiters.filter { $0.value.descriptor == descriptor }
      for id in found.keys { state.waiters[id] = nil }
      return found.values.map(\.continuation)
    }
    for continuation in waiting { continuation.resume(returning: .success(())) }
  }

  private func wake() {
    var byte: UInt8 = 0
    _ = write(wakeWrite, &byte, 1)  // a full pipe wakes as well
  }

  private func loop() -> Never {
    while true {
      let (ids, descriptors, timeout) = state.withLock { state -> ([UInt64], [pollfd], CInt) in
        var ids: [UInt64] = []
        var descriptors = [pollfd(fd: wakeRead, events: CShort(POLLIN), revents: 0)]
        var next: ContinuousClock.Instant?
        for (id, waiter) in state.waiters {
          ids.append(id)
          descriptors.append(pollfd(fd: waiter.descriptor, events: waiter.events, revents: 0))
          next = min(next ?? waiter.deadline, waiter.deadline)
        }
        return (ids, descriptors, next.map { Deadline($0).remaining.inMilliseconds } ?? -1)
      }
      var polled = descriptors
      if poll(&polled, nfds_t(polled.count), timeout) < 0, errno != EINTR { continue }
      if polled[0].revents != 0 {
        var drain = [UInt8](repeating: 0, count: 256)
        while read(wakeRead, &drain, drain.count) > 0 {}
      }
      let now = ContinuousClock.now
      var done: [(Waiter, Result<Void, any Error>)] = []
      state.withLock { state in
        for (id, entry) in zip(ids, polled.dropFirst()) {
          guard let waiter = state.waiters[id] else { continue }
          if entry.revents != 0 {
            done.append((waiter, .success(())))
          } else if now >= waiter.deadline {
            done.append((waiter, .failure(VerifyError(.timedOut, "waited for bytes until the deadline passed"))))
          } else {
            continue
          }
          state.waiters[id] = nil
        }
      }
      for (waiter, result) in done { waiter.continuation.resume(returning: result) }
    }
  }
}
