/// One line of `journal.jsonl`: what happened and when. Every report is made from these lines and nothing else.
package struct JournalEntry: Sendable, Hashable, Codable {
  /// Seconds since the run began.
  package var seconds: Double
  package var event: JournalEvent

  package init(seconds: Double, event: JournalEvent) {
    self.seconds = seconds
    self.event = event
  }

  private enum Key: String, CodingKey { case seconds, event, data }

  package init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Key.self)
    seconds = try c.decode(Double.self, forKey: .seconds)
    switch try c.decode(String.self, forKey: .event) {
    case "run-started": event = .runStarted(try c.decode(RunStarted.self, forKey: .data))
    case "contract": event = .contract(try c.decode(ContractTerms.self, forKey: .data))
    case "waivers": event = .waivers(try c.decode(WaiversRead.self, forKey: .data))
    case "intake": event = .intake(try c.decode(IntakeFacts.self, forKey: .data))
    case "accelerator": event = .accelerator(try c.decode(AcceleratorChoice.self, forKey: .data))
    case "planned": event = .planned(try c.decode(Plan.self, forKey: .data))
    case "boot-added": event = .bootAdded(try c.decode(Boot.self, forKey: .data))
    case "boot-started": event = .bootStarted(try c.decode(BootStarted.self, forKey: .data))
    case "stage": event = .stage(try c.decode(StageReached.self, forKey: .data))
    case "standstill": event = .standstill(try c.decode(Standstill.self, forKey: .data))
    case "finding": event = .finding(try c.decode(Finding.self, forKey: .data))
    case "trouble": event = .trouble(try c.decode(Trouble.self, forKey: .data))
    case "boot-skipped": event = .bootSkipped(try c.decode(BootSkipped.self, forKey: .data))
    case "boot-ended": event = .bootEnded(try c.decode(BootEnded.self, forKey: .data))
    case "explained": event = .explained(try c.decode(Explanation.self, forKey: .data))
    case "interrupted": event = .interrupted(try c.decode(Interrupted.self, forKey: .data))
    case "run-ended": event = .runEnded
    case let other:
      throw DecodingError.dataCorruptedError(forKey: .event, in: c, debugDescription: "no event '\(other)'")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Key.self)
    try c.encode(seconds, forKey: .seconds)
    try c.encode(event.name, forKey: .event)
    switch event {
    case .runStarted(let data): try c.encode(data, forKey: .data)
    case .contract(let data): try c.encode(data, forKey: .data)
    case .waivers(let data): try c.encode(data, forKey: .data)
    case .intake(let data): try c.encode(data, forKey: .data)
    case .accelerator(let data): try c.encode(data, forKey: .data)
    case .planned(let data): try c.encode(data, forKey: .data)
    case .bootAdded(let data): try c.encode(data, forKey: .data)
    case .bootStarted(let data): try c.encode(data, forKey: .data)
    case .stage(let data): try c.encode(data, forKey: .data)
    case .standstill(let data): try c.encode(data, forKey: .data)
    case .finding(let data): try c.encode(data, forKey: .data)
    case .trouble(let data): try c.encode(data, forKey: .data)
    case .bootSkipped(let data): try c.encode(data, forKey: .data)
    case .bootEnded(let data): try c.encode(data, forKey: .data)
    case .explained(let data): try c.encode(data, forKey: .data)
    case .interrupted(let data): try c.encode(data, forKey: .data)
    case .runEnded: break
    }
  }
}

/// What can happen in a run.
package enum JournalEvent: Sendable, Hashable {
  case runStarted(RunStarted)
  /// What the image is held to; older journals lack it.
  case contract(ContractTerms)
  /// The waivers that were given; the last word counts.
  case waivers(WaiversRead)
  case intake(IntakeFacts)
  case accelerator(AcceleratorChoice)
  case planned(Plan)
  /// A boot that was not in the plan: one of the search for a cause.
  case bootAdded(Boot)
  case bootStarted(BootStarted)
  case stage(StageReached)
  /// A boot did not come up, and was looked at.
  case standstill(Standstill)
  case finding(Finding)
  /// The harness, the host or the hypervisor failed outside of a check.
  case trouble(Trouble)
  case bootEnded(BootEnded)
  /// A planned boot that could not be, because of how an earlier boot of its instance ended.
  case bootSkipped(BootSkipped)
  /// What the search for the cause of a failure came to.
  case explained(Explanation)
  case interrupted(Interrupted)
  /// Everything that was planned has been done; without this line the run was cut off.
  case runEnded

  package var name: String {
    switch self {
    case .runStarted: "run-started"
    case .contract: "contract"
    case .waivers: "waivers"
    case .intake: "intake"
    case .accelerator: "accelerator"
    case .planned: "planned"
    case .bootAdded: "boot-added"
    case .bootStarted: "boot-started"
    case .stage: "stage"
    case .standstill: "standstill"
    case .finding: "finding"
    case .trouble: "trouble"
    case .bootEnded: "boot-ended"
    case .bootSkipped: "boot-skipped"
    case .explained: "explained"
    case .interrupted: "interrupted"
    case .runEnded: "run-ended"
    }
  }
}

package struct RunStarted: Codable, Hashable, Sendable {
  /// Version of imgverify.
  package var version: String
  /// The command line, without the program's name.
  package var arguments: [String]
  package var image: String
  package var manifest: String
  /// ISO 8601, UTC.
  package var date: String

  package init(version: String, arguments: [String], image: String, manifest: String, date: String) {
    (self.version, self.arguments, self.image, self.manifest, self.date) = (version, arguments, image, manifest, date)
  }
}

package struct AcceleratorChoice: Codable, Hashable, Sendable {
  /// `kvm` or `tcg`.
  package var accelerator: String
  /// Why this one, for people.
  package var reason: String
  /// What all time-outs are multiplied with.
  package var timeoutScale: Double
  /// `qemu-system-x86_64` version line.
  package var hypervisor: String

  package init(accelerator: String, reason: String, timeoutScale: Double, hypervisor: String) {
    (self.accelerator, self.reason, self.timeoutScale, self.hypervisor) = (
      accelerator, reason, timeoutScale, hypervisor
    )
  }
}

package struct BootStarted: Codable, Hashable, Sendable {
  package var boot: String
  package init(boot: String) { self.boot = boot }
}

/// A boot got somewhere.
package struct StageReached: Codable, Hashable, Sendable {
  package var boot: String
  /// Name of a ``Stage``; journals of other versions may have others.
  package var stage: String
  /// Seconds since power-on.
  package var seconds: Double
  package var detail: String

  package init(boot: String, stage: String, seconds: Double, detail: String = "") {
    (self.boot, self.stage, self.seconds, self.detail) = (boot, stage, seconds, detail)
  }
}

package struct Trouble: Codable, Hashable, Sendable {
  /// Id of the boot that it befell, or nil.
  package var boot: String?
  /// Name of the ``VerifyError/Code``.
  package var code: String
  package var message: String

  package init(boot: String?, code: String, message: String) {
    (self.boot, self.code, self.message) = (boot, code, message)
  }
}

package struct BootSkipped: Codable, Hashable, Sendable {
  package var boot: String
  package var why: String
  package init(boot: String, why: String) { (self.boot, self.why) = (boot, why) }
}

package struct BootEnded: Codable, Hashable, Sendable {
  package var boot: String
  /// Seconds since power-on.
  package var seconds: Double
  /// CPU seconds of the hypervisor process.
  package var cpuSeconds: Double
  /// Share of the processor time that the machine wanted and got, 0...1.
  package var cpuShare: Double

  package init(boot: String, seconds: Double, cpuSeconds: Double, cpuShare: Double) {
    (self.boot, self.seconds, self.cpuSeconds, self.cpuShare) = (boot, seconds, cpuSeconds, cpuShare)
  }
}

package struct Interrupted: Codable, Hashable, Sendable {
  /// `SIGINT` or `SIGTERM`.
  package var signal: String
  package init(signal: String) { self.signal = signal }
}
