package import Model

/// How far the guest has come, as its console shows it.
extension Console {
  /// The lines that showed a stage, each stage once, in the order in which they came.
  package var landmarks: [Landmark] { spotter.landmarks }

  /// What the guest last said that it waits for, unless it has said that it got it.
  package var wait: ConsoleWait? { spotter.wait }

  package var kernelClock: KernelClock { spotter.clock }

  /// Waits for landmarks behind the first `count`, and gives them.
  ///
  /// - Throws: ``VerifyError`` `.timedOut` when `deadline` passes without one.
  package func landmarks(after count: Int, until deadline: Deadline) async throws -> [Landmark] {
    try await landmarkSignal.value("a stage on the console", until: deadline) {
      let seen = await self.landmarks
      return seen.count > count ? Array(seen[count...]) : nil
    }
  }
}
