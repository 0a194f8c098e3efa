import Checks
import Foundation
import Glibc
import Hosts
import Hypervisors
import Intake
import Model
import Planning
import Reports
import SecureShell

/// One run of the gate: intake → plan → boots. It appends to the journal and gives nothing back.
struct Run: Sendable {
  let options: VerifyOptions
  let journal: JournalWriter
  let progress: ProgressPrinter

  /// Never throws: what goes wrong stands in the journal as trouble.
  func perform() async {
    let date = ISO8601DateFormatter().string(from: Date())
    journal.append(
      .runStarted(
        RunStarted(
          version: imgverifyVersion, arguments: options.arguments, image: options.image, manifest: options.manifest,
          date: date)))
    do {
      try await steps()
      journal.append(.runEnded)
    } catch is CancellationError {
      // The conductor's caller knows the signal.
    } catch {
      guard !Task.isCancelled else { return }
      journal.append(trouble: error, boot: nil)
      journal.append(.runEnded)
    }
  }

  private func steps() async throws {
    let all = try loadCatalogue(folders: options.checkFolders)
    let catalogue = try all.select(only: options.only, skip: options.skip, profile: options.profile)
    journal.append(.contract(all.terms(in: options.profile)))
    let waivers = try WaiverBook(file: options.waivers, catalogue: all)
    if let read = waivers.read(isOver: false) { journal.append(.waivers(read)) }
    try await withScratch { scratch in
      try await withJudgedDisk(scratch: scratch, catalogue: catalogue, waivers) { disk, manifest in
        try await boot(disk, manifest, catalogue, waivers, scratch: scratch)
      }
    }
    if let read = waivers.read(isOver: true) { journal.append(.waivers(read)) }
  }

  /// Plans the boots of the disk, and runs them.
  private func boot(
    _ disk: String, _ manifest: Manifest, _ catalogue: Catalogue, _ waivers: WaiverBook, scratch: Scratch
  ) async throws {
    var choice = try await chooseAccelerator(options.accelerator, scratch: scratch)
    let accelerator = Accelerator(rawValue: choice.accelerator) ?? .tcg
    let axes = Axes.qemu(minimumMemory: manifest.minimumRAM, maximumCPUs: maximumCPUs(accelerator))
    let plan = try options.replaying ?? makePlan(options.wishes, axes: axes)
    let jobs = min(options.jobs ?? defaultJobs(for: plan.boots), chains(of: plan.boots).count)
    if let scale = options.timeoutScale {
      choice.timeoutScale = scale
    } else {
      let cpus = accelerator == .tcg ? 1 : plan.boots.map(\.layout.cpus).max() ?? 1
      choice.timeoutScale *= crowding(jobs: jobs, cores: coreCount(), cpusPerBoot: cpus)
    }
    journal.append(.accelerator(choice))
    try write(plan, to: "\(options.output)/plan.json")
    journal.append(.planned(plan))

    let decoy = scratch.file("decoy.raw")
    // The search for a cause may put a decoy beside any machine.
    if options.explain != nil || plan.boots.contains(where: { $0.layout.extraDisk?.content == .decoy }) {
      try makeDecoy(of: disk, at: decoy)
    }
    let scale = choice.timeoutScale
    let settings = BootSettings(
      disk: disk, diskSize: manifest.imageSize, image: ImagePromise(manifest), decoy: decoy, output: options.output,
      accelerator: accelerator,
      timeoutScale: scale, bootTimeout: options.bootTimeout * scale, key: try KeyPair.generate(comment: "imgverify"),
      catalogue: catalogue, waivers: waivers, keep: options.keep, transport: options.transport,
      intrusiveBoot: IntrusiveChecks.boot(of: plan.boots))
    let runner = BootRunner(
      settings: settings, disks: BootDisks(scratch: scratch, settings: settings), journal: journal, jobs: jobs,
      keepsStarts: options.explain != nil)
    let results = try await runner.run(plan.boots)
    for finding in CloneChecks.judge(results.map { ($0.boot, $0.findings) }, catalogue: catalogue) {
      journal.append(.finding(waivers.applied(to: finding)))
    }
    if let explain = options.explain {
      var finder = CauseFinder(axes: axes, plan: plan, limit: explain.boots, journal: journal) { boots in
        for boot in boots { journal.append(.bootAdded(boot)) }
        return try await runner.run(boots)
      }
      try await finder.explain(results)
    }
  }

  /// Manifest, digests, stream: three judgements and, if they are good, the disk for `body`.
  private func withJudgedDisk(
    scratch: Scratch, catalogue: Catalogue, _ waivers: WaiverBook,
    _ body: (_ disk: String, _ manifest: Manifest) async throws -> Void
  ) async throws {
    let reading = try Manifest.read(path: options.manifest)
    for finding in ImageChecks.judge(manifest: reading, catalogue: catalogue) {
      journal.append(.finding(waivers.applied(to: finding)))
    }
    guard let manifest = reading.manifest else { return }
    let progress = progress
    try await withDisk(
      of: options.image, limit: manifest.imageSize, cache: options.cache, scratch: scratch.file("image.raw"),
      note: { progress.note($0) }, progress: { progress.show($0) }
    ) { found in
      var taken = found
      progress.finish()
      (taken.facts.name, taken.facts.version, taken.facts.uuid) = (manifest.name, manifest.version, manifest.uuid)
      journal.append(.intake(taken.facts))
      let match = match(taken, image: options.image, manifest: manifest)
      for finding in ImageChecks.judge(taken, match: match, manifest: manifest, catalogue: catalogue) {
        journal.append(.finding(waivers.applied(to: finding)))
      }
      for finding in try await FileChecks.judge(taken, manifest: manifest, catalogue: catalogue) {
        journal.append(.finding(finding))
      }
      guard let disk = taken.disk, match.isGood, reading.violations.isEmpty else { return }
      try await body(disk, manifest)
    }
  }

  private func write(_ plan: Plan, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do { try encoder.encode(plan).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
      throw VerifyError(.system, "cannot write \(path)", cause: error)
    }
  }
}
