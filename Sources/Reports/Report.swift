package import Model

/// Everything that the reports say of a run, folded from its journal; whole or cut off anywhere.
///
/// All texts in it are bounded and clean of control characters, so a recorder has only to escape for its format.
package struct Report: Sendable, Hashable {
  /// Nil when the journal lacks its first line.
  package var run: RunStarted?
  package var image = IntakeFacts()
  /// Nil in journals of older versions.
  package var terms: ContractTerms?
  package var waivers: [WaiverRecord] = []
  package var accelerator: AcceleratorChoice?
  /// Nil when the run never came to a plan.
  package var seed: UInt64?
  /// Of the image as a whole, in the journal's order.
  package var findings: [Finding] = []
  /// Of the run as a whole.
  package var troubles: [Trouble] = []
  /// In the plan's order; then boots that were not in the plan.
  package var boots: [BootReport] = []
  /// What the searches for causes came to, in the journal's order; at most ``maximumExplanations``.
  package var explanations: [Explanation] = []
  package var interrupted: Interrupted?
  /// Whether the journal says that everything planned has been done.
  package var complete = false
  /// Lines of the journal that could not be read.
  package var unreadableLines = 0
  /// Seconds from the start of the run to the last entry.
  package var seconds = 0.0
  /// Of each check that failed in some boot: how every boot came out that it judged.
  var judgements: [String: [Judgement]] = [:]

  static let maximumExplanations = 64

  package init(_ entries: some Sequence<JournalEntry>, unreadableLines: Int = 0) {
    self.unreadableLines = unreadableLines
    for entry in entries { fold(entry) }
    markFlaky()
    judgements = gatherJudgements()
  }

  package init(_ journal: Journal) { self.init(journal.entries, unreadableLines: journal.unreadableLines) }

  private mutating func fold(_ entry: JournalEntry) {
    seconds = max(seconds, sane(seconds: entry.seconds))
    switch entry.event {
    case .runStarted(let started): run = started.forReports
    case .contract(let terms): self.terms = terms.forReports
    case .waivers(let read): waivers = read.records.prefix(1000).map(\.forReports)
    case .intake(let facts): image = facts.forReports
    case .accelerator(let choice): accelerator = choice.forReports
    case .planned(let plan):
      seed = plan.seed
      for boot in plan.boots { add(boot) }
    case .bootAdded(let boot): add(boot)
    case .explained(let explanation):
      if explanations.count < Report.maximumExplanations { explanations.append(explanation.forReports) }
    case .bootStarted(let data):
      withBoot(data.boot) { $0.started = sane(seconds: entry.seconds) }
    case .stage(let data):
      withBoot(data.boot) { $0.stages.append(data.forReports) }
    case .standstill(let data):
      withBoot(data.boot) { $0.standstill = data.forReports }
    case .finding(let finding):
      if let id = finding.boot {
        withBoot(id) { $0.findings.append(finding.forReports) }
      } else {
        findings.append(finding.forReports)
      }
    case .trouble(let trouble):
      if let id = trouble.boot {
        withBoot(id) { $0.troubles.append(trouble.forReports) }
      } else {
        troubles.append(trouble.forReports)
      }
    case .bootEnded(let data):
      withBoot(data.boot) { $0.ended = data.forReports }
    case .bootSkipped(let data):
      withBoot(data.boot) { $0.skipped = line(data.why) }
    case .interrupted(let data): interrupted = Interrupted(signal: cleaned(data.signal, atMost: 64, lines: false))
    case .runEnded: complete = true
    }
  }

  /// The first word counts: a boot that was planned to decide cannot be taken out of the verdict later.
  private mutating func add(_ boot: Boot) {
    withBoot(boot.id) { if $0.boot == nil { $0.boot = boot.forReports } }
  }

  private mutating func withBoot(_ id: String, _ change: (inout BootReport) -> Void) {
    let id = cleaned(id, atMost: 512, lines: false)
    // From the back: events of a boot come in a row, and a plan is short.
    if let index = boots.lastIndex(where: { $0.id == id }) {
      change(&boots[index])
    } else {
      var boot = BootReport(id: id)
      change(&boot)
      boots.append(boot)
    }
  }
}

/// What the journal says of one boot.
package struct BootReport: Sendable, Hashable {
  package var id: String
  /// As planned; nil when the journal has no plan for it.
  package var boot: Boot?
  /// Seconds since the run began; nil: never started.
  package var started: Double?
  package var stages: [StageReached] = []
  /// Where the guest stood when it had not come up; nil: it came up, or was never looked at.
  package var standstill: Standstill?
  package var findings: [Finding] = []
  package var troubles: [Trouble] = []
  /// Why it could not be run, although it was planned.
  package var skipped: String?
  /// Nil: still running when the journal ended, or never started.
  package var ended: BootEnded?

  init(id: String) { self.id = id }

  /// Seconds from power-on to power-off, as far as the journal tells.
  package var seconds: Double { ended?.seconds ?? stages.map(\.seconds).max() ?? 0 }
  /// How far the guest came: the name of the stage that is the last of the way.
  package var lastStage: String? { stages.farthest?.stage }
  /// The stages by their times: `kernel 4.1 s · init 9 s`.
  package var way: String {
    stages.sorted { $0.seconds < $1.seconds }.prefix(32).map { "\($0.stage) \(forPeople(seconds: $0.seconds))" }
      .joined(separator: " · ")
  }
}

extension Report {
  /// What the image is called: its name and version from the manifest, else its file's name.
  package var imageName: String {
    if let name = image.name { return image.version.map { "\(name) \($0)" } ?? name }
    return run?.image.split(separator: "/").last.map(String.init) ?? "image"
  }
}

func line(_ text: String) -> String { cleaned(text, atMost: 1024, lines: false) }

extension RunStarted {
  fileprivate var forReports: RunStarted {
    RunStarted(
      version: line(version), arguments: arguments.prefix(256).map(line), image: line(image), manifest: line(manifest),
      date: line(date))
  }
}

extension AcceleratorChoice {
  fileprivate var forReports: AcceleratorChoice {
    AcceleratorChoice(
      accelerator: line(accelerator), reason: line(reason), timeoutScale: sane(seconds: timeoutScale),
      hypervisor: line(hypervisor))
  }
}

extension StageReached {
  fileprivate var forReports: StageReached {
    StageReached(boot: line(boot), stage: line(stage), seconds: sane(seconds: seconds), detail: line(detail))
  }
}

extension Standstill {
  fileprivate var forReports: Standstill {
    Standstill(
      boot: line(boot), sentence: line(sentence), seconds: sane(seconds: seconds), stage: stage.map(line),
      stageSeconds: stageSeconds.map(sane), lastLine: line(lastLine), silence: silence.map(sane),
      processor: processor, address: address.map(line), isUserMode: isUserMode, load: load.map(sane),
      starved: starved.map(line))
  }
}

extension BootEnded {
  fileprivate var forReports: BootEnded {
    BootEnded(
      boot: line(boot), seconds: sane(seconds: seconds), cpuSeconds: sane(seconds: cpuSeconds),
      cpuShare: min(1, sane(seconds: cpuShare)))
  }
}
