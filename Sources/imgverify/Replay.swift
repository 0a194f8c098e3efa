import ArgumentParser
import Model
import Verification

struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Boots some of an earlier run exactly the same again.",
    discussion: """
      Same identities, same hardware, same order. A boot that goes on from another one brings that one along. Image and \
      manifest are those of the run, or others: on another machine, or to see whether an image was mended (which then \
      needs its own manifest). At the end stands what has changed since the run.

      Each boot decides as it did in the run: one of hardware that the image need not know, or with metadata that \
      misbehaves, still decides nothing. Only a boot from the search for a cause, which decided nothing there, decides \
      here. Exit codes are those of verify.

      EXAMPLES
        The boot whose id begins with 03:
          imgverify replay imgverify-out 03

        Two boots, and their disks kept:
          imgverify replay imgverify-out 03 05 --keep always

        Another image, to see whether it was mended:
          imgverify replay imgverify-out 03 --image new.zfs.gz --manifest new.json
      """)

  @Argument(help: ArgumentHelp("The output folder of the run.", valueName: "run"), completion: .directory)
  var folder: String
  @Argument(help: "Ids of boots, or the beginnings of ids, such as 03.")
  var boots: [String]
  @Option(help: "The image file (default: that of the run).", completion: .file())
  var image: String?
  @Option(help: "The image's manifest (default: that of the run).", completion: .file())
  var manifest: String?
  @Option(help: "Folder for the reports.", completion: .directory)
  var output = "imgverify-replay"
  @OptionGroup var running: RunOptions

  func run() async throws {
    try await orExit {
      let earlier = try EarlierRun(folder: folder)
      var options = try earlier.options(image: image, manifest: manifest)
      options.replaying = try earlier.plan(of: boots)
      options.output = output
      running.apply(to: &options)
      throw ExitCode(try await replay(earlier, options))
    }
  }
}
