import ArgumentParser
import Foundation
import Intake
import Model
import Planning
import Verification

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Prints the boots that would be run.",
    discussion: """
      Nothing is booted; the image file itself is not read. The same seed, coverage, number of boots and manifest give \
      the same plan. The column 'new' counts what a boot is the first to show; the line below the table comes from a \
      count of its own, over the boots that were planned.

      EXAMPLES
        imgverify plan image.zfs.gz manifest.json --seed 42
        imgverify plan image.zfs.gz manifest.json --seed 42 --json | jq '.boots[0].layout'
        imgverify plan image.zfs.gz manifest.json --coverage pairs --no-compatibility
        imgverify plan --axes                                           what hardware varies in, and why not further
      """)

  @Argument(help: "The image file.", completion: .file())
  var image: String?
  @Argument(help: "The image's manifest.", completion: .file())
  var manifest: String?
  @Option(help: "Number that decides the hardware of every boot (default: 1).")
  var seed: UInt64 = 1
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
  @OptionGroup var faults: MetadataFaultOptions
  @Option(help: "Most virtual CPUs that a layout may have; a run under TCG takes 1.")
  var cpus = 1
  @Flag(help: "Print the axes with their values, the constraints and the named machines instead; needs no image.")
  var axes = false
  @Flag(help: "JSON, as in plan.json.")
  var json = false

  func validate() throws {
    if let boots, !(1...1000).contains(boots) { throw ValidationError("--boots is from 1 to 1000, not \(boots)") }
    guard (1...64).contains(cpus) else { throw ValidationError("--cpus is from 1 to 64, not \(cpus)") }
    guard axes || manifest != nil else { throw ValidationError("needs an image and its manifest, or --axes") }
  }

  func run() async throws {
    try await orExit {
      let axes = try axesOf(manifest: manifest, maximumCPUs: cpus)
      if self.axes { return print(json ? try jsonText(axes) : axesText(axes)) }
      var wishes = PlanWishes(
        seed: seed, coverage: coverage, boots: boots, moves: moves, compatibility: compatibility)
      (wishes.metadataFaults, wishes.metadataFaultsDecide) = (faults.faults, faults.decide)
      let plan = try makePlan(wishes, axes: axes)
      print(json ? try jsonText(plan) : planTable(plan, audit: CoverageAudit(plan, axes: axes)))
    }
  }
}

/// A value of ours as JSON that a person can read.
private func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

/// Runs `body`; an error of ours becomes a sentence on standard error and the exit code that design.md gives it.
func orExit(_ body: () async throws -> Void) async throws {
  do { try await body() } catch is CancellationError {
    throw ExitCode(130)
  } catch let error as VerifyError {
    try? FileHandle.standardError.write(contentsOf: Data(complaint("\(error)").utf8))
    throw ExitCode(exitCode(of: error))
  }
}
