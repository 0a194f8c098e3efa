import ArgumentParser
import Foundation
import Intake
import Model
import Verification

struct Pack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Raw disk → ZFS volume stream + manifest.",
    discussion: """
      Writes a gzipped full stream without feature bits, which illumos and OpenZFS receive, and a manifest that fits \
      it. Needs no ZFS.

      EXAMPLE
        imgverify pack disk.raw image.zfs.gz --manifest image.json --name my-image --version 1.0 --os linux
      """)

  @Argument(help: "The raw disk.", completion: .file())
  var disk: String
  @Argument(help: "Where the stream goes.", completion: .file())
  var out: String
  @Option(help: "Where the manifest goes.", completion: .file())
  var manifest: String
  @Option(help: "Name of the image.")
  var name: String
  @Option(help: "Version of the image.")
  var version: String
  @Option(help: "smartos, linux, windows, bsd, illumos or other.")
  var os = "linux"
  @Option(help: "Description of the image.")
  var description = ""
  @Option(help: "UUID of the image (default: a random one).")
  var uuid: String?

  @Option(help: "Least memory in MiB, as requirements.min_ram.")
  var minRam: Int?

  func validate() throws {
    if let minRam, !(1...16_777_216).contains(minRam) { throw ValidationError("--min-ram is in MiB, not \(minRam)") }
  }

  func run() async throws {
    try await orExit {
      var options = PackOptions(name: name, version: version)
      options.os = os
      options.description = description
      options.uuid = uuid
      options.minimumRAM = minRam.map { .mebibytes($0) }
      let result = try await pack(disk: disk, to: out, manifest: manifest, options: options)
      print(
        "\(out): \(result.imageSize) disk in \(ByteCount(bytes: result.fileSize)), SHA-1 \(result.sha1); "
          + "\(manifest): image \(result.uuid)")
    }
  }
}
