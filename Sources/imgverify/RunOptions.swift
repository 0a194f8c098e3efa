import ArgumentParser
import Guests
import Hypervisors
import Model
import Verification

/// How boots are run and judged, for the commands that do so.
struct RunOptions: ParsableArguments {
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
  @Option(help: "Whose promises the image is held to: triton, or generic, which leaves out what only SmartOS promises.")
  var profile = Profile.triton
  @Option(
    help: "YAML list of failures that are accepted for some time: check, boot (optional), reason, by, until.",
    completion: .file())
  var waivers: String?
  @Option(help: "Keep the overlay disks of the boots: never, failed or always.")
  var keep = VerifyOptions.Keep.never
  @Option(help: "How checks get into the guest: ssh, serial (the console alone, SSH is not tried), or auto (either).")
  var transport = Transport.auto
  @Option(help: "Seconds that a guest may take to its login prompt and SSH, before scaling.")
  var bootTimeout = 300.0
  @Option(help: "What all time-outs are multiplied with (default: measured).")
  var timeoutScale: Double?
  @Option(help: "Progress on standard error: auto, plain, none or json.")
  var progress = VerifyOptions.Progress.auto

  @OptionGroup var caching: CacheOptions

  func validate() throws {
    guard bootTimeout > 0, bootTimeout <= 86_400 else {
      throw ValidationError("--boot-timeout is from 1 to 86400 seconds, not \(bootTimeout)")
    }
    if let scale = timeoutScale, !(0.1...100).contains(scale) {
      throw ValidationError("--timeout-scale is from 0.1 to 100, not \(scale)")
    }
    if let jobs, !(1...256).contains(jobs) { throw ValidationError("--jobs is from 1 to 256, not \(jobs)") }
  }

  /// Puts them, and the command line, into `options`.
  func apply(to options: inout VerifyOptions) {
    options.accelerator = accel
    options.jobs = jobs
    options.checkFolders = checkFolders
    options.only = only
    options.skip = skip
    options.profile = profile
    options.waivers = waivers
    options.keep = keep
    options.transport = transport
    options.bootTimeout = .seconds(bootTimeout)
    options.timeoutScale = timeoutScale
    options.progress = progress
    options.cache = caching.cache
    options.arguments = Array(CommandLine.arguments.dropFirst())
  }
}

extension Profile: ExpressibleByArgument {}
extension AcceleratorRequest: ExpressibleByArgument {}
extension VerifyOptions.Keep: ExpressibleByArgument {}
extension Transport: ExpressibleByArgument {}
extension VerifyOptions.Progress: ExpressibleByArgument {}
