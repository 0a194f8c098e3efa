import Consoles
import Metadata
package import Model
import Synchronization

/// The stages that a boot has reached, each once, however many signs there are of it.
package final class StageLog: Sendable {
  /// A stage and when it was reached.
  package struct Entry: Sendable, Hashable {
    package var stage: Stage
    /// Since power-on.
    package var time: Duration
    package var detail: String
  }

  private let entries = Mutex<[Entry]>([])

  package init() {}

  /// In the order in which they became known.
  package var all: [Entry] { entries.withLock { $0 } }

  /// The last stage of the way, whenever it was seen.
  package var farthest: Entry? { all.max { $0.stage < $1.stage } }

  /// - Returns: nil when the stage is known already.
  package func reach(_ stage: Stage, at time: Duration, detail: String = "") -> Entry? {
    entries.withLock { entries in
      guard !entries.contains(where: { $0.stage == stage }) else { return nil }
      let entry = Entry(stage: stage, time: time, detail: detail)
      entries.append(entry)
      return entry
    }
  }
}

extension Guest {
  /// Tells of each stage that shows on COM1, in the firmware's log or on the metadata port, until `deadline`.
  func watchStages(until deadline: Deadline, _ reached: @escaping @Sendable (StageLog.Entry) -> Void) async throws {
    @Sendable func reach(_ stage: Stage, at time: Duration? = nil, _ detail: String = "") {
      let time = time ?? ContinuousClock.now - powerOn
      if let entry = stages.reach(stage, at: time, detail: String(detail.prefix(200))) { reached(entry) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        _ = try await firmware.reached("the firmware's first word", until: deadline) { $0.hasSpoken }
        reach(.firmware)
        let state = try await firmware.reached("hand-over", until: deadline) { $0.handOvers > 0 }
        reach(.bootSector, state.lastBootLine)
      }
      group.addTask {
        var count = 0
        while true {
          for landmark in try await console.landmarks(after: count, until: deadline) {
            reach(landmark.stage, at: landmark.time)
            count += 1
          }
        }
      }
      group.addTask {
        while true {
          let transcript = await metadata.transcript
          if let seconds = transcript.firstRequestSeconds {
            return reach(.metadata, at: .milliseconds(Int64(seconds * 1000)), transcript.askedKeys.first ?? "")
          }
          try await Task.sleep(for: .milliseconds(200))
        }
      }
      try await group.waitForAll()
    }
  }

  /// Notes what a failed attempt to get an SSH session says of how far the guest is.
  ///
  /// A refusal comes from the guest: QEMU takes every connection itself, and lets it hang until the guest answers.
  func noteAnswer(_ error: VerifyError, _ reached: @escaping @Sendable (StageLog.Entry) -> Void) {
    guard error.code == .closed || error.code == .authenticationRefused else { return }
    let time = ContinuousClock.now - powerOn
    if let entry = stages.reach(.network, at: time, detail: "answers at the promised address") { reached(entry) }
    if error.code == .authenticationRefused, let entry = stages.reach(.sshd, at: time) { reached(entry) }
  }
}
