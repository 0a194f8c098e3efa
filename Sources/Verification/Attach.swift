import Checks
import Foundation
import Glibc
import Guests
import Hosts
package import Hypervisors
package import Intake
package import Model
package import Planning
import Reports
import SecureShell

/// One machine for a person: which one, of which image.
package struct AttachOptions: Sendable {
  /// Which boot of the plan.
  package enum Choice: Sendable, Hashable {
    case first
    /// By its id, or the beginning of one.
    case boot(String)
    case profile(String)
  }

  package var image: String
  package var manifest: String
  package var choice = Choice.first
  /// Boots of an earlier run to choose from; nil: plan.
  package var boots: [Boot]?
  package var seed: UInt64 = 1
  package var coverage = Coverage.each
  package var accelerator = AcceleratorRequest.auto
  /// Folder for console.log, firmware.log, mdata.jsonl, qemu.log and argv.txt; nil: they are not kept.
  package var output: String?
  package var cache: ImageCache?

  package init(image: String, manifest: String) { (self.image, self.manifest) = (image, manifest) }
}

/// Starts one machine with its console on this terminal, until the person leaves or the guest powers itself off.
///
/// Shape: standard output carries the console alone, all that we say goes to standard error. Nothing is judged, and
/// nothing is left behind but ``AttachOptions/output``.
/// - Throws: ``VerifyError`` `.badManifest`, `.badImage`, `.usage` for a boot that is not in the plan, `.cannotOpen`,
///   `.hypervisorFailed` when QEMU ends by itself; `CancellationError` after a signal.
package func attach(_ options: AttachOptions) async throws {
  // A name that means nothing is known before the image is read.
  if let boots = options.boots { _ = try choose(options.choice, from: boots) }
  let manifest = try readManifest(options.manifest)
  let (end, seconds) = try await interruptible {
    try await withScratch { scratch in
      try await withBootableDisk(of: options, manifest, scratch) { disk in
        try await Attachment(options: options, manifest: manifest, disk: disk, scratch: scratch).perform()
      }
    }
  }
  tell("\(end == .left ? "left; the machine was ended" : "the guest powered itself off") after \(seconds)\n")
  if let output = options.output { tell("logs: \(output)\n") }
}

/// A word of ours beside the console; never guest text. Standard error may have gone with the terminal.
func tell(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

/// The disk of an image that can be booted; that it is not the manifest's is worth a note here.
private func withBootableDisk<T: Sendable>(
  of options: AttachOptions, _ manifest: Manifest, _ scratch: Scratch, _ body: (String) async throws -> T
) async throws -> T {
  let progress = ProgressPrinter(.auto)
  return try await withDisk(
    of: options.image, limit: manifest.imageSize, cache: options.cache, scratch: scratch.file("image.raw"),
    note: { progress.note($0) }, progress: { progress.show($0) }
  ) { taken in
    progress.finish()
    guard let disk = taken.disk else {
      throw VerifyError(.badImage, "\(options.image): \(taken.problems.joined(separator: "; "))")
    }
    let match = match(taken, image: options.image, manifest: manifest)
    for problem in [match.digestProblem].compactMap({ $0 }) + match.streamProblems {
      tell("note: \(cleaned(problem, atMost: 4096))\n")
    }
    return try await body(disk)
  }
}

/// The boot that `choice` means.
///
/// - Throws: ``VerifyError`` `.usage` with what there is to choose from.
func choose(_ choice: AttachOptions.Choice, from boots: [Boot]) throws -> Boot {
  let found: Boot? =
    switch choice {
    case .first: boots.first
    case .boot(let name): try boot(named: name, in: boots)
    case .profile(let name): boots.first { $0.layout.profile == name }
    }
  if let found { return found }
  let profiles = boots.compactMap(\.layout.profile)
  throw VerifyError(
    .usage,
    profiles.isEmpty
      ? "there is no profile among the boots"
      : "there is no such profile; there are \(profiles.joined(separator: ", "))")
}

/// The machine's preparation, as for any boot of a run, and the person's time with it.
private struct Attachment: Sendable {
  let options: AttachOptions
  let manifest: Manifest
  let disk: String
  let scratch: Scratch

  func perform() async throws -> (SessionEnd, String) {
    let choice = try await chooseAccelerator(options.accelerator, scratch: scratch)
    let accelerator = Accelerator(rawValue: choice.accelerator) ?? .tcg
    let axes = Axes.qemu(minimumMemory: manifest.minimumRAM, maximumCPUs: maximumCPUs(accelerator))
    let wishes = PlanWishes(seed: options.seed, coverage: options.coverage)
    var boot = try choose(options.choice, from: try options.boots ?? makePlan(wishes, axes: axes).boots)
    if let before = boot.continues {
      tell("note: in a run \(boot.id) goes on with the instance of \(before); here its instance is a fresh one\n")
      boot.continues = nil
    } else if let before = boot.copies {
      tell("note: in a run \(boot.id) begins with a copy of the disk of \(before); here its disk is the image's\n")
      boot.copies = nil
    }
    let key = try KeyPair.generate(comment: "imgverify")
    let settings = BootSettings(
      disk: disk, diskSize: manifest.imageSize, decoy: scratch.file("decoy.raw"), output: scratch.path,
      accelerator: accelerator, timeoutScale: choice.timeoutScale, bootTimeout: .zero, key: key,
      catalogue: Catalogue(guestChecks: [], hostChecks: [], helpers: ""), keep: .never)
    if boot.layout.extraDisk?.content == .decoy { try makeDecoy(of: disk, at: settings.decoy) }
    return try await start(boot, settings)
  }

  private func start(_ boot: Boot, _ settings: BootSettings) async throws -> (SessionEnd, String) {
    let folder = try options.output ?? scratch.folder("logs").path
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw VerifyError(.system, "cannot use \(folder) for the logs; name another with --output", cause: error)
    }
    let keyFile = scratch.file("key")
    try write(try settings.key.openSSHFile(), to: keyFile, mode: 0o600)
    let session = try ConsoleSession()
    let files = try await BootDisks(scratch: scratch, settings: settings).prepare(for: boot)
    let launch = qemuLaunch(boot, files: files, accelerator: settings.accelerator)
    try write(launch.arguments.map { $0 + "\n" }.joined(), to: "\(folder)/argv.txt", mode: 0o644)
    return try await withGuest(
      boot, launch: launch, rules: settings.catalogue.consoleRules, folder: folder,
      authorizedKeys: [settings.key.authorizedKey],
      timeoutScale: settings.timeoutScale, tap: session.tap
    ) { guest in
      let port = try await guest.sshPort(until: .after(.seconds(30)))
      let text = introduction(of: boot, settings.accelerator.rawValue, sshCommand(port: port, keyFile: keyFile))
      // The boot may come from a file of somebody else's run.
      tell(cleaned(text, atMost: 64 << 10))
      let end = try await session.run(guest)
      return (end, (ContinuousClock.now - guest.powerOn).forPeople)
    }
  }

  private func write(_ text: String, to path: String, mode: mode_t) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else {
      throw VerifyError(.system, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do { try file.write(contentsOf: Data(text.utf8)) } catch {
      throw VerifyError(.system, "cannot write \(path)", cause: error)
    }
  }
}
