/// How far a boot has come, in the order in which a guest passes it; some are passed unseen.
///
/// The raw values are the names in the journal and the reports.
package enum Stage: String, Codable, Hashable, Sendable, CaseIterable, Comparable {
  /// The firmware runs.
  case firmware
  /// It has jumped to the boot sector.
  case bootSector = "boot sector"
  case bootLoader = "boot loader"
  case kernel
  case initramfs
  case rootMounted = "root mounted"
  /// The first program of the real root file system.
  case userSpace = "init"
  /// It asked the metadata service for something.
  case metadata
  /// It has an address, or answers at the promised one.
  case network
  /// The SSH server starts, or answers.
  case sshd
  case loginPrompt = "login prompt"
  /// We have a session.
  case ssh
  /// The guest says that all its services have started.
  case bootFinished = "boot finished"
  case saved, restored

  package static func < (a: Stage, b: Stage) -> Bool { a.rank < b.rank }
  private var rank: Int { Stage.allCases.firstIndex(of: self)! }
}

extension StageReached {
  package init(boot: String, stage: Stage, seconds: Double, detail: String = "") {
    self.init(boot: boot, stage: stage.rawValue, seconds: seconds, detail: detail)
  }
}

extension Sequence where Element == StageReached {
  /// The stage that is the last of the way, whenever it was seen; names that we do not know come behind in time.
  package var farthest: StageReached? {
    self.max { a, b in
      if let first = Stage(rawValue: a.stage), let second = Stage(rawValue: b.stage) { return first < second }
      return a.seconds < b.seconds
    }
  }
}
