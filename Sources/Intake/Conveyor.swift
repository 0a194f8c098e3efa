import Foundation

/// A buffer on its way between two stages; at any time exactly one of them holds it.
///
/// `@unchecked Sendable`: whoever took it from a ``Conveyor`` has it alone until it gives it away again.
final class Chunk: @unchecked Sendable {
  let memory: UnsafeMutableRawBufferPointer
  /// Bytes of `memory` that are filled.
  var count = 0

  init(capacity: Int) { memory = .allocate(byteCount: capacity, alignment: 4096) }

  deinit { memory.deallocate() }

  /// The bytes that it brings.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
  /// Room behind them.
  var room: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: memory[count...]) }
}

/// A bounded queue between two threads, whose buffers go round: the filler takes an empty one and sends it full, the
/// emptier takes the full one and hands it back.
///
/// ```swift
/// // filler                                          // emptier
/// while let chunk = conveyor.empty() {               while let chunk = conveyor.next() {
///   guard fill(chunk) else { break }                   use(chunk.bytes)
///   conveyor.send(chunk)                               conveyor.giveBack(chunk)
/// }                                                  }
/// conveyor.end()                                     conveyor.stop()
/// ```
/// Shape: chunks arrive in the order in which they were sent. There are never more than `buffers` of them, so the
/// faster side waits for the slower one and memory is bounded. Either side may leave at any time, and the other then
/// does not wait for ever: it is given nil.
final class Conveyor: Sendable {
  /// Both sides' chunks, under the lock of `condition`.
  private final class Belt: @unchecked Sendable {
    var empty: [Chunk]
    var full: [Chunk] = []
    /// Nothing more is sent; nothing more is wanted.
    var (ended, stopped) = (false, false)
    /// How many there are in all.
    let count: Int
    init(_ chunks: [Chunk]) { (empty, count) = (chunks, chunks.count) }
  }

  private let condition = NSCondition()
  private let belt: Belt

  /// - Parameter capacity: bytes of each buffer.
  init(buffers: Int, capacity: Int) {
    precondition(buffers > 0 && capacity > 0)
    belt = Belt((0..<buffers).map { _ in Chunk(capacity: capacity) })
  }

  /// An empty buffer, as soon as there is one; nil when nothing more is wanted.
  func empty() -> Chunk? {
    condition.withLock {
      while belt.empty.isEmpty, !belt.stopped { condition.wait() }
      guard !belt.stopped, let chunk = belt.empty.popLast() else { return nil }
      chunk.count = 0
      return chunk
    }
  }

  /// Sends a filled buffer.
  func send(_ chunk: Chunk) {
    condition.withLock {
      belt.full.append(chunk)
      condition.signal()
    }
  }

  /// The next full buffer, as soon as there is one; nil when all have come and no other will.
  func next() -> Chunk? {
    condition.withLock {
      while belt.full.isEmpty, !belt.ended { condition.wait() }
      return belt.full.isEmpty ? nil : belt.full.removeFirst()
    }
  }

  /// Whether more than half of the buffers wait for the emptier, which is thus the slower side.
  var isCrowded: Bool { condition.withLock { belt.full.count * 2 > belt.count } }

  /// Hands back a buffer whose bytes are no longer needed.
  func giveBack(_ chunk: Chunk) {
    condition.withLock {
      belt.empty.append(chunk)
      condition.signal()
    }
  }

  /// The filler's last word: nothing more is sent.
  func end() {
    condition.withLock {
      belt.ended = true
      condition.signal()
    }
  }

  /// The emptier's last word: nothing more is wanted.
  func stop() {
    condition.withLock {
      belt.stopped = true
      condition.signal()
    }
  }
}
