import ArgumentParser
import Model
import Verification

struct Files: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows files of an image without booting it.",
    discussion: """
      Rebuilds the disk in a scratch folder ($TMPDIR, else /var/tmp), reads its ext2, ext3 and ext4 file systems, put \
      together by its /etc/fstab, and lists a folder or prints the start of a file (64 KiB). Nothing is mounted, and no \
      privilege is needed.

      EXAMPLES
        imgverify files debian-12.zfs.gz
        imgverify files debian-12.zfs.gz /etc/fstab
      """)

  @Argument(help: "The image file.", completion: .file())
  var image: String
  @Argument(help: "A folder or file in the image.")
  var path = "/"
  @OptionGroup var limit: DiskLimit

  func run() async throws {
    try await orExit { print(try await listFiles(of: image, path: path, limit: limit.bytes), terminator: "") }
  }
}
