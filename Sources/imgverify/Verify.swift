import ArgumentParser
import Foundation
import Hypervisors
import Model
import Planning
import Verification

struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Boots the image and decides (the default command).",
    discussion: """
      EXAMPLES
        imgverify image.zfs.gz manifest.json
        imgverify image.zfs.gz manifest.json --boots 5 --seed 42        the same five boots every time
        imgverify image.zfs.gz manifest.json --only 'network.*'         only some checks
        imgverify image.zfs.gz manifest.json --explain                  after a failure, name the difference that did it
        imgverify image.zfs.gz manifest.json --checks ./our-checks      add checks of your own

      The folder given with --output gets report.xml (JUnit), report.json, report.html, plan.json, journal.jsonl, and \
      a folder for each boot with its console, metadata transcript and other evidence.
      """)

  @Argument(help: "The image file: a ZFS send stream, usually gzipped.", completion: .file())
  var image: String
  @Argument(help: "The image's manifest, as IMGAPI takes it.", completion: .file())
  var manifest: String

  @Option(help: "Folder for the reports.", completion: .directory)
  var output = "imgverify-out"
  @Option(help: "Number that decides the hardware of every boot; the same seed gives the same plan.")
  var seed: UInt64?
  @Option(help: "Which values of the hardware must meet in some boot: each, pairs or triples.")
  var coverage = Coverage.each
  @Option(help: "Boots of fresh instances (default: as many as the coverage needs).")
  var boots: Int?
  @Flag(
    inversion: .prefixedNo,
    help: "Also boot with IDE, AHCI, NVMe and e1000, which decides nothing (default: with pairs and triples).")
  var compatibility: Bool?
  @Flag(inversion: .prefixedNo, help: "Boot one instance again, after a shutdown, on another machine.")
  var moves = true
  @Flag(help: "After a failure, boot further to find which difference of the hardware decides.")
  var explain = false
  @Option(help: "Further boots that --explain may take, for all failures together.")
  var explainBoots = 8
  @Option(help: "What runs the guests: auto, kvm or tcg. auto measures which is faster.")
  var accel = AcceleratorRequest.auto
  @Option(help: "Boots at once (default: from cores and memory).")
  var jobs: Int?
  @Option(
    name: .customLong("checks"), help: "Folder with more checks; a check of the same id replaces ours. Repeatable.")
  var checkFolders: [String] = []
  @Option(help: "Only checks whose id matches this pattern, such as 'network.*'. Repeatable.")
  var only: [String] = []
  @Option(help: "No checks whose id matches this pattern. Repeatable.")
  var skip: [String] = []
  @Option(help: "Keep the overlay disks of the boots: never, failed or always.")
  var keep = VerifyOptions.Keep.never
  @Option(help: "Seconds that a guest may take to its login prompt and SSH, before scaling.")
  var bootTimeout = 300.0
  @Option(help: "What all time-outs are multiplied with (default: measured).")
  var timeoutScale: Double?
  @Option(help: "Progress on standard error: auto, plain, none or json.")
  var progress = VerifyOptions.Progress.auto

  @OptionGroup var caching: CacheOptions

  func validate() throws {
    if let boots, !(1...1000).contains(boots) { throw ValidationError("--boots is from 1 to 1000, not \(boots)") }
    guard (1...1000).contains(explainBoots) else {
      throw ValidationError("--explain-boots is from 1 to 1000, not \(explainBoots)")
    }
    guard bootTimeout > 0, bootTimeout <= 86_400 else {
      throw ValidationError("--boot-timeout is from 1 to 86400 seconds, not \(bootTimeout)")
    }
    if let scale = timeoutScale, !(0.1...100).contains(scale) {
      throw ValidationError("--timeout-scale is from 0.1 to 100, not \(scale)")
    }
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is from 1 to 256, not \(jobs)") }
  }

  func run() async throws {
    var options = VerifyOptions(image: image, manifest: manifest)
    options.output = output
    options.seed = seed
    options.coverage = coverage
    options.boots = boots
    options.compatibility = compatibility
    options.moves = moves
    options.explain = explain ? .init(boots: explainBoots) : nil
    options.accelerator = accel
    options.jobs = jobs
    options.checkFolders = checkFolders
    options.only = only
    options.skip = skip
    options.keep = keep
    options.bootTimeout = .seconds(bootTimeout)
    options.timeoutScale = timeoutScale
    options.progress = progress
    options.cache = caching.cache
    options.arguments = Array(CommandLine.arguments.dropFirst())
    throw ExitCode(await verify(options))
  }
}

extension Coverage: ExpressibleByArgument {}
extension AcceleratorRequest: ExpressibleByArgument {}
extension VerifyOptions.Keep: ExpressibleByArgument {}
extension VerifyOptions.Progress: ExpressibleByArgument {}
