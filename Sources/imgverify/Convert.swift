import ArgumentParser
import Model
import Verification

struct Convert: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rebuilds the disk in an image as a raw or qcow2 file.",
    discussion: """
      Takes a ZFS send stream or a disk, packed with gzip, bzip2, xz, zstd or not at all. Every checksum is verified; \
      the output appears only when all was right. It is sparse.

      EXAMPLES
        imgverify convert debian-12.zfs.gz debian-12.raw
        imgverify convert debian-12.zfs.gz debian-12.qcow2
      """)

  @Argument(help: "The image file.", completion: .file())
  var image: String
  @Argument(help: "The disk to write: a qcow2 if its name ends in .qcow2, else raw.", completion: .file())
  var out: String
  @OptionGroup var limit: DiskLimit
  @Flag(help: "Replace OUT if it is there already.")
  var force = false

  func run() async throws {
    try await orExit {
      let made = try await convertImage(image, to: out, limit: limit.bytes, replace: force)
      let size = made.facts.volumeSize.map { ByteCount(bytes: $0).description } ?? "unknown size"
      print("\(out): \(made.format.rawValue) disk of \(size), \(ByteCount(bytes: made.used)) of it used")
    }
  }
}
