import ArgumentParser
import Foundation
import Intake
import Model
import Verification

struct Pack: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Raw or qcow2 disk → ZFS volume stream + manifest.",
    discussion: """
      Writes a full stream without feature bits, which illumos and OpenZFS receive, and a manifest that fits it. Needs \
      no ZFS. Blocks of zeros are left out. The defaults are those of a hybrid image, which boots under kvm and bhyve.

      EXAMPLES
        A hybrid image, whole:
          imgverify pack disk.raw debian-12.zfs.gz --manifest debian-12.json \\
            --name debian-12 --version 20260310 \\
            --description 'Debian 12 for KVM and bhyve.' \\
            --homepage https://example.com/debian-12 --min-ram 512 \\
            --networks net0=public --networks net1=private --tag group=hvm

        For bhyve alone, booted by UEFI:
          imgverify pack disk.raw rocky-9.zfs.gz --manifest rocky-9.json \\
            --name rocky-9 --version 1 --brand bhyve --bootrom uefi --private

        The same bytes each time:
          imgverify pack disk.raw a.zfs.gz --manifest a.json --name a --version 1 \\
            --uuid 0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01 --guid 42 \\
            --published-at 2026-03-10T09:14:22Z
      """)

  enum Audience: EnumerableFlag {
    case everybody, owner

    static func name(for value: Audience) -> NameSpecification {
      value == .everybody ? .customLong("public") : .customLong("private")
    }
    static func help(for value: Audience) -> ArgumentHelp? {
      value == .everybody ? "The image is for everybody." : "The image is for its owner alone."
    }
  }

  @Argument(help: "The disk, raw or qcow2.", completion: .file())
  var disk: String
  @Argument(help: "Where the stream goes.", completion: .file())
  var out: String
  @Option(help: "Where the manifest goes.", completion: .file())
  var manifest: String

  @OptionGroup(title: "What the image is")
  var identity: Identity
  @OptionGroup(title: "What it asks of a machine")
  var requirements: Requirements
  @OptionGroup(title: "How it is packed")
  var packing: Packing

  struct Identity: ParsableArguments {
    @Option(help: "Name of the image: letters, digits, and . _ / - and blanks.")
    var name: String
    @Option(help: "Version of the image.")
    var version: String
    @Option(help: "smartos, linux, windows, bsd, illumos or other.")
    var os = "linux"
    @Option(help: "Description of the image.")
    var description = ""
    @Option(help: "Web page with more about the image.")
    var homepage: String?
    @Option(help: "UUID of the image (default: a random one).")
    var uuid: String?
    @Option(help: "UUID of the owner (default: all zero, the admin of whoever takes the image).")
    var owner: String?
    @Flag
    var audience = Audience.everybody
    @Option(help: "Time of publishing and of the snapshot, such as 2026-03-10T09:14:22Z (default: now).")
    var publishedAt: String?
    @Option(name: .customLong("tag"), help: "A tag, KEY=VALUE, beside role=os. Repeatable.")
    var tags: [String] = []
  }

  struct Requirements: ParsableArguments {
    @Option(help: "Least memory in MiB.")
    var minRam: Int?
    @Option(help: "Most memory in MiB.")
    var maxRam: Int?
    @Option(help: "kvm or bhyve, for an image that is not hybrid (default: none, so both).")
    var brand: String?
    @Option(help: "bios or uefi; with --brand bhyve only.")
    var bootrom: String?
    @Option(help: "virtio, or what the brand knows: e1000, rtl8139.")
    var nicDriver = "virtio"
    @Option(help: "virtio, or what the brand knows: ide, scsi, ahci, nvme.")
    var diskDriver = "virtio"
    @Option(help: "host or qemu64.")
    var cpuType = "host"
    @Flag(inversion: .prefixedNo, help: "Instances must be given an SSH key.")
    var sshKey = true
    @Option(help: "A NIC, NAME=DESCRIPTION (default: net0=public). Repeatable.")
    var networks: [String] = []
    @Option(name: .customLong("user"), help: "A user for whom a password is generated (default: root). Repeatable.")
    var users: [String] = []
    @Flag(inversion: .prefixedNo, help: "Generate passwords (default: not said, which means yes).")
    var generatePasswords: Bool?
  }

  struct Packing: ParsableArguments {
    @Option(help: "Block size of the volume: a power of two, 512 to 131072.")
    var blockSize = 8192
    @Option(help: "gzip or none.")
    var compression = Manifest.Compression.gzip
    @Option(help: "Of gzip: 0 (quickest) to 3 (packs best).")
    var level = 2
    @Option(help: "GUID of the snapshot, a decimal number (default: a random one).")
    var guid: UInt64?
  }

  func validate() throws {
    for (flag, ram) in [("--min-ram", requirements.minRam), ("--max-ram", requirements.maxRam)] {
      if let ram, !(1...16_777_216).contains(ram) { throw ValidationError("\(flag) is in MiB, not \(ram)") }
    }
    _ = try options()
  }

  /// The command line as options.
  private func options() throws -> PackOptions {
    var options = PackOptions(name: identity.name, version: identity.version)
    options.os = identity.os
    options.description = identity.description
    options.homepage = identity.homepage
    options.uuid = identity.uuid
    if let owner = identity.owner { options.owner = owner }
    options.isPublic = identity.audience == .everybody
    if let text = identity.publishedAt {
      guard let date = try? Date.ISO8601FormatStyle().parse(text) else {
        throw ValidationError("--published-at is a UTC time like 2026-03-10T09:14:22Z, not '\(text)'")
      }
      options.date = date
    }
    for (key, value) in try identity.tags.map({ try pair($0, "--tag", "KEY=VALUE") }) { options.tags[key] = value }

    options.minimumRAM = requirements.minRam.map { .mebibytes($0) }
    options.maximumRAM = requirements.maxRam.map { .mebibytes($0) }
    (options.brand, options.bootrom) = (requirements.brand, requirements.bootrom)
    (options.nicDriver, options.diskDriver) = (requirements.nicDriver, requirements.diskDriver)
    (options.cpuType, options.sshKey) = (requirements.cpuType, requirements.sshKey)
    let networks = try requirements.networks.map { try pair($0, "--networks", "NAME=DESCRIPTION") }
    if !networks.isEmpty { options.networks = networks.map { .init(name: $0.0, description: $0.1) } }
    if !requirements.users.isEmpty { options.users = requirements.users }
    options.generatePasswords = requirements.generatePasswords

    (options.blockSize, options.compression) = (packing.blockSize, packing.compression)
    (options.level, options.guid) = (packing.level, packing.guid)
    return options
  }

  private func pair(_ text: String, _ flag: String, _ form: String) throws -> (String, String) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw ValidationError("\(flag) is \(form), not '\(text)'")
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }

  func run() async throws {
    let options = try options()
    try await orExit {
      let result = try await pack(disk: disk, to: out, manifest: manifest, options: options)
      print(
        "\(out): \(result.imageSize) disk in \(ByteCount(bytes: result.fileSize)), SHA-1 \(result.sha1); "
          + "\(manifest): image \(result.uuid)")
      for warning in result.warnings { print("advice: \(warning.field) \(warning.message)") }
    }
  }
}

extension Manifest.Compression: ExpressibleByArgument {}
