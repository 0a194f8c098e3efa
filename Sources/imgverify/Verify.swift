import ArgumentParser
import Foundation
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
        imgverify image.zfs.gz manifest.json --mdata-fault silent       also boot with metadata that never answers
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
  @Option(help: "As --explain, with at most so many further boots for all failures together (default: 8).")
  var explainBoots: Int?
  @OptionGroup var faults: MetadataFaultOptions
  @OptionGroup var running: RunOptions

  func validate() throws {
    if let boots, !(1...1000).contains(boots) { throw ValidationError("--boots is from 1 to 1000, not \(boots)") }
    if let explainBoots, !(1...1000).contains(explainBoots) {
      throw ValidationError("--explain-boots is from 1 to 1000, not \(explainBoots)")
    }
  }

  func run() async throws {
    var options = VerifyOptions(image: image, manifest: manifest)
    options.output = output
    options.seed = seed
    options.coverage = coverage
    options.boots = boots
    options.compatibility = compatibility
    options.moves = moves
    options.explain = explain || explainBoots != nil ? .init(boots: explainBoots ?? 8) : nil
    (options.metadataFaults, options.metadataFaultsDecide) = (faults.faults, faults.decide)
    running.apply(to: &options)
    throw ExitCode(await verify(options))
  }
}

extension Coverage: ExpressibleByArgument {}
