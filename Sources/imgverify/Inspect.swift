import ArgumentParser
import Model
import Reports
import Verification

struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what an image holds, and what is wrong with it, without booting it.",
    discussion: """
      Reads all of the image, verifies every checksum, rebuilds its disk in a scratch folder ($TMPDIR, else /var/tmp), \
      and shows the file, the stream, the volume, and the disk's partitions and file systems. With a manifest it is \
      held to the rules and against the image. The files of its ext file systems are held against the checks clean.*, \
      as they are before any boot.

      EXAMPLES
        imgverify inspect debian-12.zfs.gz
        imgverify inspect debian-12.zfs.gz debian-12.json
        imgverify inspect disk.qcow2 --json | jq .facts.disk

      JSON
        image     the path given
        facts     what was found: sha1, fileSize, container, format, volumeSize,
                  blockSize, snapshot, stream, disk, …
        problems  sentences: what is wrong with the image
        findings  what checks of the image's files say, unless they passed
        manifest  violations and warnings ({field, message}), mismatches
        good      nothing is wrong; the exit code is then 0, else 1
      """)

  @Argument(help: "The image file: a ZFS send stream or a disk, packed or not.", completion: .file())
  var image: String
  @Argument(help: "The image's manifest.", completion: .file())
  var manifest: String?
  @OptionGroup var limit: DiskLimit
  @Flag(help: "JSON instead of text.")
  var json = false

  func run() async throws {
    try await orExit {
      let inspection = try await inspect(image: image, manifest: manifest, limit: limit.bytes)
      print(json ? try inspection.json() : inspection.page, terminator: json ? "\n" : "")
      if !inspection.good { throw ExitCode(1) }
    }
  }
}

/// How large a disk may be that is rebuilt from a file that nobody has vouched for.
struct DiskLimit: ParsableArguments {
  @Option(help: "Largest disk that is rebuilt, GiB.")
  var limit = 16_384

  var bytes: ByteCount { .gibibytes(limit) }

  func validate() throws {
    guard (1...16_384).contains(limit) else { throw ValidationError("--limit is from 1 to 16384 GiB, not \(limit)") }
  }
}
