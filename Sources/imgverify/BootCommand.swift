import ArgumentParser
import Hypervisors
import Model
import Planning
import Verification

struct BootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Starts one planned machine for a person, with its console on this terminal.",
    discussion: """
      Metadata is served, SSH is forwarded, nothing is judged. The machine's hardware, root's password and an ssh \
      command for another terminal are printed first. Ctrl-] leaves and ends the machine; every other key goes to the \
      guest, Ctrl-C too. What would make the terminal answer or change its title or clipboard is kept from it.

      Without a terminal on standard input its bytes are passed on as they are, and the machine runs until the guest \
      powers itself off or a signal comes. Standard output carries the console alone.

      EXAMPLES
        The first boot of a plan, smartos-kvm, or another profile:
          imgverify boot image.zfs.gz manifest.json
          imgverify boot image.zfs.gz manifest.json --profile smartos-bhyve

        Boot 05 of 'imgverify plan --seed 42':
          imgverify boot image.zfs.gz manifest.json --seed 42 --boot 05

        Boot 03 of an earlier run, with its console logged:
          imgverify boot --run imgverify-out --boot 03 --output logs

      EXIT CODES
        0 the guest powered itself off, or it was left; else as of all commands
      """)

  @Argument(help: "The image file; may be left out with --run.", completion: .file())
  var image: String?
  @Argument(help: "The image's manifest; may be left out with --run.", completion: .file())
  var manifest: String?
  @Option(help: "Id of a boot of the plan, or the beginning of one, such as 03 (default: the first boot).")
  var boot: String?
  @Option(help: "The boot of this profile, such as smartos-bhyve.")
  var profile: String?
  @Option(help: "Number that decides the hardware of every boot (default: 1).")
  var seed: UInt64?
  @Option(help: "Coverage of the plan: each, pairs or triples (default: each).")
  var coverage: Coverage?
  @Option(
    name: .customLong("run"), help: "Take the boot from the run with this output folder.", completion: .directory)
  var folder: String?
  @Option(help: "What runs the guest: auto, kvm or tcg. auto measures which is faster.")
  var accel = AcceleratorRequest.auto
  @Option(
    help: "Folder for the logs of console, firmware and metadata (default: they are not kept).", completion: .directory)
  var output: String?
  @OptionGroup var caching: CacheOptions

  func validate() throws {
    guard boot == nil || profile == nil else { throw ValidationError("--boot and --profile exclude one another") }
    if folder == nil {
      guard image != nil, manifest != nil else { throw ValidationError("name the image and its manifest, or --run") }
    } else {
      guard seed == nil, coverage == nil else { throw ValidationError("--run has a plan already") }
    }
  }

  func run() async throws {
    try await orExit {
      var options: AttachOptions
      if let folder {
        let earlier = try EarlierRun(folder: folder)
        let its = try earlier.options(image: image, manifest: manifest)
        options = AttachOptions(image: its.image, manifest: its.manifest)
        options.boots = earlier.boots
      } else {
        options = AttachOptions(image: image ?? "", manifest: manifest ?? "")
      }
      if let boot { options.choice = .boot(boot) }
      if let profile { options.choice = .profile(profile) }
      if let seed { options.seed = seed }
      if let coverage { options.coverage = coverage }
      options.accelerator = accel
      options.output = output
      options.cache = caching.cache
      try await attach(options)
    }
  }
}
