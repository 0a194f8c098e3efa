import Foundation
import Synchronization
import Testing

@testable import Intake

@Suite(.timeLimit(.minutes(1))) struct ConveyorTests {
  /// Runs `body` on a thread; its result is there once ``Stage/wait()`` has returned.
  private func thread<T: Sendable>(_ body: @escaping @Sendable () throws -> T) -> Stage<T> {
    Stage("test", Cancellation(), body)
  }

  @Test(arguments: [1, 2, 4]) func everythingArrivesInOrder(buffers: Int) throws {
    let conveyor = Conveyor(buffers: buffers, capacity: 8)
    let filler = thread {
      for number in 0..<5000 {
        guard let chunk = conveyor.empty() else { break }
        chunk.memory.storeBytes(of: number, as: Int.self)
        chunk.count = number % 9
        conveyor.send(chunk)
      }
      conveyor.end()
    }
    var seen = 0
    while let chunk = conveyor.next() {
      #expect(chunk.memory.load(as: Int.self) == seen)
      #expect(chunk.bytes.count == seen % 9)
      #expect(chunk.bytes.count + chunk.room.count == 8)
      seen += 1
      conveyor.giveBack(chunk)
    }
    try filler.wait().get()
    #expect(seen == 5000)
  }

  @Test func thereAreNeverMoreBuffersThanSaid() {
    let conveyor = Conveyor(buffers: 2, capacity: 1)
    let taken = Mutex(0)
    let filler = thread {
      while let chunk = conveyor.empty() {
        taken.withLock { $0 += 1 }
        conveyor.send(chunk)
      }
    }
    // Nobody empties: the filler stops after two, however long one waits.
    while taken.withLock({ $0 }) < 2 { usleep(1000) }
    usleep(20_000)
    #expect(taken.withLock { $0 } == 2)
    conveyor.stop()
    _ = filler.wait()
  }

  @Test func anEmptierThatLeavesWakesTheFiller() throws {
    let conveyor = Conveyor(buffers: 1, capacity: 1)
    let held = try #require(conveyor.empty())
    let filler = thread { conveyor.empty() == nil }
    usleep(10_000)
    conveyor.stop()
    #expect(try filler.wait().get())
    conveyor.giveBack(held)
    #expect(conveyor.empty() == nil)
  }

  @Test func aFillerThatLeavesWakesTheEmptier() throws {
    let conveyor = Conveyor(buffers: 1, capacity: 1)
    let emptier = thread { conveyor.next() == nil }
    usleep(10_000)
    conveyor.end()
    #expect(try emptier.wait().get())
  }

  @Test func whatWasSentBeforeTheEndStillArrives() throws {
    let conveyor = Conveyor(buffers: 2, capacity: 1)
    for _ in 0..<2 { conveyor.send(try #require(conveyor.empty())) }
    conveyor.end()
    #expect(conveyor.next() != nil)
    #expect(conveyor.next() != nil)
    #expect(conveyor.next() == nil)
  }

  @Test func theErrorOfAStageReachesTheOthers() throws {
    struct Trouble: Error {}
    let cancellation = Cancellation()
    let stage = Stage("test", cancellation) { throw Trouble() }
    #expect(throws: Trouble.self) { try stage.wait().get() }
    #expect(throws: Trouble.self) { try cancellation.check() }
    // The first error stays.
    cancellation.cancel()
    #expect(throws: Trouble.self) { try cancellation.check() }
  }
}
