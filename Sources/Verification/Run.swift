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
      report(error, boot: nil)
      journal.append(.runEnded)
    }
  }

  private func steps() async throws {
    let catalogue = try loadCatalogue(folders: options.checkFolders).select(only: options.only, skip: options.skip)
    try await withScratch { scratch in
      try await withJudgedDisk(scratch: scratch, catalogue: catalogue) { disk, manifest in
        try await boot(disk, manifest, catalogue, scratch: scratch)
      }
    }
  }

  /// Plans the boots of the disk, and runs them.
  private func boot(_ disk: String, _ manifest: Manifest, _ catalogue: Catalogue, scratch: Scratch) async throws {
    let choice = try await chooseAccelerator(options.accelerator, scratch: scratch)
    let scale = options.timeoutScale ?? choice.timeoutScale
    var reported = choice
    reported.timeoutScale = scale
    journal.append(.accelerator(reported))
    let accelerator = Accelerator(rawValue: choice.accelerator) ?? .tcg

    let cores = accelerator == .tcg ? 1 : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let axes = Axes.qemu(minimumMemory: manifest.minimumRAM, maximumCPUs: cores)
    let plan = try options.replaying ?? makePlan(options.wishes, axes: axes)
    try write(plan, to: "\(options.output)/plan.json")
    journal.append(.planned(plan))

    let decoy = scratch.file("decoy.raw")
    if plan.boots.contains(where: { $0.layout.extraDisk?.content == .decoy }) {
      try makeDecoy(of: disk, at: decoy)
    }
    let settings = BootSettings(
      disk: disk, diskSize: manifest.imageSize, decoy: decoy, output: options.output, accelerator: accelerator,
      timeoutScale: scale,
      bootTimeout: options.bootTimeout * scale, key: try KeyPair.generate(comment: "imgverify"),
      catalogue: catalogue, keep: options.keep, intrusiveBoot: IntrusiveChecks.boot(of: plan.boots))
    try await runBoots(plan.boots, settings, scratch: scratch)
  }

  /// All boots, at most as many instances at once as the machine carries; those of one instance one after the other.
  private func runBoots(_ boots: [Boot], _ settings: BootSettings, scratch: Scratch) async throws {
    let most = boots.map(\.layout.memory).max() ?? .mebibytes(512)
    let jobs = options.jobs ?? defaultJobs(memoryOfABoot: most)
    // The longest chain first, so that it does not run alone at the end.
    var waiting = chains(of: boots).sorted { $0.count > $1.count }[...]
    await withDiscardingTaskGroup { group in
      let slots = Slots(jobs)
      while let chain = waiting.popFirst() {
        await slots.take()
        if Task.isCancelled { break }
        group.addTask {
          await self.runChain(chain, settings, scratch: scratch)
          await slots.release()
        }
      }
    }
    try Task.checkCancellation()
  }

  /// One instance, from its first boot to its last; its trouble is its own: the others go on.
  private func runChain(_ chain: [Boot], _ settings: BootSettings, scratch: Scratch) async {
    guard let first = chain.first else { return }
    var under = first
    do {
      try await withInstance(first, settings, scratch: scratch) { instance in
        var state = InstanceState.off
        for boot in chain {
          under = boot
          if case .lost(let why) = state {
            journal.append(.bootSkipped(BootSkipped(boot: boot.id, why: why)))
            continue
          }
          state = try await BootRun(boot: boot, settings: settings, journal: journal).perform(
            on: instance, isLast: boot.id == chain.last?.id)
        }
      }
    } catch is CancellationError {
    } catch {
      if !Task.isCancelled { report(error, boot: under.id) }
    }
  }

  private func report(_ error: any Error, boot: String?) {
    let code = (error as? VerifyError)?.code ?? .system
    journal.append(.trouble(Trouble(boot: boot, code: code.description, message: "\(error)")))
  }

  /// Manifest, digests, stream: three judgements and, if they are good, the disk for `body`.
  private func withJudgedDisk(
    scratch: Scratch, catalogue: Catalogue, _ body: (_ disk: String, _ manifest: Manifest) async throws -> Void
  ) async throws {
    let reading = try Manifest.read(path: options.manifest)
    for finding in ImageChecks.judge(manifest: reading, catalogue: catalogue) { journal.append(.finding(finding)) }
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

/// The boots of each instance, in order.
func chains(of boots: [Boot]) -> [[Boot]] {
  var chains: [[Boot]] = []
  for boot in boots {
    if let before = boot.continues, let index = chains.firstIndex(where: { $0.last?.id == before }) {
      chains[index].append(boot)
    } else {
      chains.append([boot])
    }
  }
  return chains
}

/// How many boots this machine carries at once: a core each, and memory for guest and code cache, 1 GiB left over.
func defaultJobs(memoryOfABoot memory: ByteCount) -> Int {
  let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
  let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
  let available =
    text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    .flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int64($0) } ?? 4 << 20
  let each = memory.bytes + (400 << 20)
  return max(1, min(cores, Int((available << 10 - 1 << 30) / each)))
}

/// A counted lock: as many hold it at once as it has places.
private actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  func release() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
