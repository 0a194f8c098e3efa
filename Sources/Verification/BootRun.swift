import Checks
import Foundation
import Guests
import Hosts
import Hypervisors
import Model
import Reports
import SecureShell

/// What all boots of a run have in common.
struct BootSettings: Sendable {
  /// The raw disk, never written.
  var disk: String
  var diskSize: ByteCount
  /// What the manifest says of the guest in it; nil: nothing that checks could compare with.
  var image: ImagePromise?
  /// A raw disk with the image's partition table and nothing else, never written; there if a layout wants it.
  var decoy: String
  /// The output folder.
  var output: String
  var accelerator: Accelerator
  var timeoutScale: Double
  /// Already scaled.
  var bootTimeout: Duration
  var key: KeyPair
  var catalogue: Catalogue
  var waivers = WaiverBook.none
  var keep: VerifyOptions.Keep
  var transport = Transport.auto
  /// Id of the boot in which the intrusive checks are judged.
  var intrusiveBoot: String?
}

/// One boot: an instance's overlay, a machine, a guest, the checks; every step goes to the journal.
struct BootRun: Sendable {
  let boot: Boot
  let settings: BootSettings
  let journal: JournalWriter

  /// - Parameter isLast: whether the instance is never powered on again.
  /// - Returns: how the instance was left, and what was found.
  func perform(on disks: BootDisks, isLast: Bool) async throws -> (InstanceState, [Finding]) {
    let folder = "\(settings.output)/boots/\(boot.id)"
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw VerifyError(.system, "cannot make \(folder)", cause: error)
    }
    journal.append(.bootStarted(BootStarted(boot: boot.id)))
    let tally = Tally()
    let files = try await disks.prepare(for: boot)
    let launch = qemuLaunch(boot, files: files, accelerator: settings.accelerator)
    try write(launch.arguments, to: "\(folder)/argv.txt")
    let state = try await withGuest(
      boot, launch: launch, rules: settings.catalogue.consoleRules, folder: folder,
      authorizedKeys: [settings.key.authorizedKey],
      timeoutScale: settings.timeoutScale
    ) { guest in
      let awakening = try await judge(guest, tally)
      let use = guest.processorUse
      journal.append(
        .bootEnded(
          BootEnded(
            boot: boot.id, seconds: (ContinuousClock.now - guest.powerOn).inSeconds, cpuSeconds: use.ran,
            cpuShare: use.share)))
      // An instance that goes away needs no second press of a button that may not work.
      return isLast ? .off : try await leave(guest, awakening)
    }
    if settings.keep == .always || (settings.keep == .failed && tally.hasFailures) {
      try await keepDisk(files.disk, in: folder)
    }
    return (state, tally.findings)
  }

  /// Sees to it that the instance can be powered on again: its disk is whole only if the guest has shut itself down.
  private func leave(_ guest: Guest, _ awakening: Awakening) async throws -> InstanceState {
    guard awakening.end == .ready else { return .lost("its boot before, \(boot.id), did not come up") }
    if await guest.isOff { return .off }
    let off = try await guest.pressPowerButton(until: guest.patience(60))
    return off ? .off : .lost("it could not be shut down after \(boot.id)")
  }

  private func judge(_ guest: Guest, _ tally: Tally) async throws -> Awakening {
    if let fault = boot.metadataFault { return try await judgeTrial(fault, guest, tally) }
    var awakening = try await guest.awaken(
      key: settings.key, transport: settings.transport, bootLimit: settings.bootTimeout,
      sshGrace: .seconds(5) * settings.timeoutScale, loginGrace: .seconds(60) * settings.timeoutScale
    ) { journal($0) }
    if awakening.end != .ready || awakening.loginPrompt == nil { await examine(guest, &awakening, tally) }
    try await judge(guest, awakening, by: BuiltIn.bootChecks, tally)
    if settings.transport == .ssh { try await allowMoreTime(guest, &awakening, tally) }
    try await judgeInside(guest, awakening, tally)
    if settings.transport == .auto { try await allowMoreTime(guest, &awakening, tally) }
    await awakening.ssh?.close()
    let ready = try await saveForIntrusiveChecks(guest, awakening, tally)
    try await judge(guest, awakening, by: BuiltIn.lastChecks, tally)
    if let ready { try await judgeIntrusively(guest, from: ready, tally) }
    return awakening
  }

  /// A late SSH server gets a minute more, unless the checks have seen over the console that the address is not there, or
  /// the guest is starved, so that nothing it lacks is held against it.
  private func allowMoreTime(_ guest: Guest, _ awakening: inout Awakening, _ tally: Tally) async throws {
    guard awakening.end == .ready, awakening.ssh == nil else { return }
    if tally.hasFailed("network.address") || guest.processorUse.isStarved { return }
    try await guest.awaitSSH(&awakening, key: settings.key, until: guest.patience(60))
    reachSSH(awakening, guest)
  }

  func reachSSH(_ awakening: Awakening, _ guest: Guest) {
    guard let session = awakening.ssh else { return }
    for stage in [Stage.network, .sshd] { reach(stage, "", guest) }
    reach(.ssh, session.peer.banner, guest)
  }

  /// Looks at a guest that did not come up, before anything else happens to it.
  func examine(_ guest: Guest, _ awakening: inout Awakening, _ tally: Tally) async {
    let examination = await guest.examine(awakening)
    awakening.examination = examination
    tally.slowness = examination.standstill.starved
    journal.append(.standstill(examination.standstill))
  }

  func reach(_ stage: Stage, _ detail: String, _ guest: Guest) {
    let now = ContinuousClock.now - guest.powerOn
    if let entry = guest.stages.reach(stage, at: now, detail: detail) { journal(entry) }
  }

  func journal(_ entry: StageLog.Entry) {
    journal.append(
      .stage(StageReached(boot: boot.id, stage: entry.stage, seconds: entry.time.inSeconds, detail: entry.detail)))
  }

  func judge(_ guest: Guest, _ awakening: Awakening, by checks: [any BootCheck.Type], _ tally: Tally)
    async throws
  {
    for check in checks where settings.catalogue.hostChecks.contains(where: { $0.id == check.info.id }) {
      let began = ContinuousClock.now
      let judgement: Judgement
      do { judgement = try await check.judge(guest, awakening) } catch let error as VerifyError {
        // A hypervisor that is gone is the whole boot's trouble, not this check's.
        if error.code == .hypervisorFailed { throw error }
        judgement = Judgement(.broken(error: "\(error)"))
      }
      record(
        check.info.finding(
          judgement.outcome, boot: boot.id, evidence: judgement.evidence, notes: judgement.notes,
          seconds: (ContinuousClock.now - began).inSeconds), of: guest, tally)
    }
  }

  /// The checks that run in the guest: over SSH, else over the serial console, as far as ``Transport`` allows.
  private func judgeInside(_ guest: Guest, _ awakening: Awakening, _ tally: Tally) async throws {
    let checks = settings.catalogue.guestChecks
    guard !checks.isEmpty else { return }
    let shell: any GuestShell
    if let session = awakening.ssh {
      shell = SSHGuestShell(session)
    } else if settings.transport != .ssh, awakening.loginPrompt != nil {
      shell = SerialGuestShell(guest)
    } else {
      let why =
        settings.transport == .ssh && awakening.end == .ready
        ? "there is no SSH session, and --transport ssh allows no other way"
        : "there is no shell in the guest: \(awakening.sentence)"
      for check in checks { record(check.info.finding(.skipped(why: why), boot: boot.id), of: guest, tally) }
      return
    }
    let bundle = try CheckBundle(
      checks: checks, helpers: settings.catalogue.helpers,
      expectations: Expectations(
        boot: boot, rootKey: settings.key.authorizedKey, diskSize: instanceSize, image: settings.image),
      transport: shell.transport, timeoutScale: settings.timeoutScale, ready: settings.bootTimeout)
    // Over serial the script itself has to be typed first.
    let typing = Duration.seconds(120) * settings.timeoutScale
    let findings = try await bundle.judge(through: shell, boot: boot.id, until: .after(bundle.longest + typing)) {
      event in
      if case .ready(true, _) = event { reach(.bootFinished, "", guest) }
    }
    if await guest.hasEnded { throw VerifyError(.hypervisorFailed, "QEMU ended while the checks ran in the guest") }
    for finding in findings { record(finding, of: guest, tally) }
  }

  /// Of the boot disk, as the guest sees it.
  private var instanceSize: ByteCount {
    ByteCount(bytes: settings.diskSize.bytes + boot.layout.bootDisk.growth.bytes)
  }

  /// Appends a finding. What a starved guest does wrong is no evidence against the image: it is *broken*.
  func record(_ finding: Finding, of guest: Guest, _ tally: Tally) {
    var finding = finding
    let use = guest.processorUse
    let slowness =
      use.isStarved ? "the guest got \(Int(use.share * 100))% of the processor time it wanted" : tally.slowness
    if case .failed(let reason) = finding.outcome, let slowness {
      finding.outcome = .broken(error: "host too slow: \(slowness), so this proves nothing: \(reason)")
      finding.remedy = "Run on a less busy host, with fewer --jobs, or with working KVM."
    }
    finding = settings.waivers.applied(to: finding)
    tally.count(finding)
    journal.append(.finding(finding))
  }

  /// Image and overlay as one file that needs neither of them.
  private func keepDisk(_ disk: String, in folder: String) async throws {
    _ = try await Tool.qemuImage.run(
      ["convert", "-O", "qcow2", disk, "\(folder)/disk.qcow2"], until: .after(.seconds(3600)))
  }

  private func write(_ arguments: [String], to path: String) throws {
    let text = arguments.map { $0 + "\n" }.joined()
    guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)) else {
      throw VerifyError(.system, "cannot write \(path)")
    }
  }
}
