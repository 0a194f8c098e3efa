import Foundation
import Glibc
import Model
import Testing

@testable import Intake

@Suite struct PackTests {
  private static var options: PackOptions {
    var options = PackOptions(name: "tiny", version: "1.0")
    options.uuid = "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01"
    options.guid = 42
    options.date = Date(timeIntervalSince1970: 1_773_133_262)
    return options
  }

  /// A sparse disk of `size` bytes with `data` at the offsets given.
  private func makeDisk(_ path: URL, size: Int64, data: [(Int64, [UInt8])]) throws {
    let descriptor = open(path.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    try #require(descriptor >= 0 && ftruncate(descriptor, off_t(size)) == 0)
    for (offset, bytes) in data { #expect(pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count) }
  }

  private func noise(_ count: Int, _ seed: UInt8) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) ^ seed }
  }

  @Test(arguments: [512, 8192, 131_072], 0...3) func whatIsPackedIsTakenIn(blockSize: Int, level: Int) async throws {
    try await withScratch { folder in
      let (disk, image) = (folder.appending(path: "disk.raw"), folder.appending(path: "out.zfs.gz"))
      let (json, back) = (folder.appending(path: "out.json"), folder.appending(path: "back.raw"))
      // Data that begins and ends inside of blocks, and a disk of no whole MiB.
      try makeDisk(
        disk, size: 5_000_192,
        data: [(0, noise(70_000, 1)), (1_000_000, noise(3, 2)), (2 << 20, noise(9000, 3)), (5_000_000, noise(192, 4))])
      var options = Self.options
      (options.blockSize, options.level) = (blockSize, level)
      let packed = try await pack(disk: disk.path, to: image.path, manifest: json.path, options: options)
      #expect(packed.imageSize == .mebibytes(5))
      #expect(packed.sha1 == (try sha(.sha1, of: image)))

      let reading = try Manifest.read(path: json.path)
      #expect(reading.violations == [])
      let manifest = try #require(reading.manifest)
      #expect(manifest.file.datasetGUID == 42)
      let result = try await takeIn(image: image.path, limit: manifest.imageSize, into: back.path)
      #expect(result.problems == [])
      #expect(match(result, image: image.path, manifest: manifest).digestProblem == nil)
      #expect(result.facts.snapshot == "zones/0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01@final")
      var wanted = try Data(contentsOf: disk)
      wanted.append(Data(count: 5 << 20 - wanted.count))
      #expect(try Data(contentsOf: back) == wanted)
    }
  }

  @Test func holesRemainHoles() async throws {
    try await withScratch { folder in
      let (disk, image) = (folder.appending(path: "disk.raw"), folder.appending(path: "out.zfs.gz"))
      let (json, back) = (folder.appending(path: "out.json"), folder.appending(path: "back.raw"))
      try makeDisk(disk, size: 64 << 30, data: [(0, noise(4096, 1)), (63 << 30, noise(4096, 2))])
      _ = try await pack(disk: disk.path, to: image.path, manifest: json.path, options: Self.options)
      let manifest = try #require(try Manifest.read(path: json.path).manifest)
      let result = try await takeIn(image: image.path, limit: manifest.imageSize, into: back.path)
      #expect(result.disk == back.path)
      #expect(result.facts.volumeSize == 64 << 30)
      #expect(allocated(back) <= 1 << 20)
    }
  }

  @Test func zerosThatAStreamWritesOutBecomeHoles() async throws {
    try await withScratch { folder in
      let (image, disk) = (fixtures.appending(path: "a21-12.zfs.gz"), folder.appending(path: "disk.raw"))
      let result = try await takeIn(image: image.path, limit: .mebibytes(2), into: disk.path)
      #expect(result.disk == disk.path)
      #expect(allocated(disk) < 1 << 20)
    }
  }

  @Test func equalDisksMakeEqualFiles() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk.raw")
      try makeDisk(disk, size: 3 << 20, data: [(4096, noise(300_000, 9))])
      var made: [Data] = []
      for name in ["a", "b"] {
        let (image, json) = (folder.appending(path: name), folder.appending(path: name + ".json"))
        _ = try await pack(disk: disk.path, to: image.path, manifest: json.path, options: Self.options)
        made += [try Data(contentsOf: image), try Data(contentsOf: json)]
      }
      #expect(made[0] == made[2])
      #expect(made[1] == made[3])
    }
  }

  @Test func theManifestHasWhatIMGAPIRequires() async throws {
    try await withScratch { folder in
      let (disk, json) = (folder.appending(path: "disk.raw"), folder.appending(path: "out.json"))
      try makeDisk(disk, size: 1 << 20, data: [])
      var options = Self.options
      options.minimumRAM = .mebibytes(256)
      options.description = "A tiny image"
      _ = try await pack(disk: disk.path, to: folder.path + "/o.zfs.gz", manifest: json.path, options: options)
      let document = try JSONValue(parsing: [UInt8](Data(contentsOf: json)))
      #expect(document["published_at"] == "2026-03-10T09:01:02Z")
      #expect(document["image_size"] == 1)
      #expect(document["requirements"]?["min_ram"] == 256)
      #expect(document["description"] == "A tiny image")
      #expect(document["files"]?.array?.first?["dataset_guid"] == "42")
      #expect(document["activated"] == nil)
    }
  }

  @Test func everyOptionIsInTheManifest() async throws {
    try await withScratch { folder in
      let (disk, json) = (folder.appending(path: "disk.raw"), folder.appending(path: "out.json"))
      try makeDisk(disk, size: 1 << 20, data: [])
      var options = Self.options
      options.homepage = "https://example.com/tiny"
      options.owner = "930896af-bf8c-48d4-885c-6573a94b1853"
      options.isPublic = false
      (options.minimumRAM, options.maximumRAM) = (.mebibytes(256), .mebibytes(1024))
      (options.brand, options.bootrom) = ("bhyve", "uefi")
      (options.nicDriver, options.diskDriver, options.cpuType) = ("virtio", "nvme", "qemu64")
      options.sshKey = false
      options.networks = [.init(name: "net0", description: "public"), .init(name: "net1", description: "private")]
      options.users = ["root", "admin"]
      options.generatePasswords = false
      options.tags["group"] = "hvm"
      let packed = try await pack(disk: disk.path, to: folder.path + "/o", manifest: json.path, options: options)
      #expect(packed.warnings.map(\.field) == ["public"])
      let document = try JSONValue(parsing: [UInt8](Data(contentsOf: json)))
      #expect(document["homepage"] == "https://example.com/tiny")
      #expect(document["owner"] == "930896af-bf8c-48d4-885c-6573a94b1853")
      #expect(document["public"] == false)
      #expect(
        document["requirements"] == [
          "networks": [
            ["name": "net0", "description": "public"], ["name": "net1", "description": "private"],
          ], "ssh_key": false, "min_ram": 256, "max_ram": 1024, "brand": "bhyve", "bootrom": "uefi",
        ])
      #expect(document["disk_driver"] == "nvme")
      #expect(document["cpu_type"] == "qemu64")
      #expect(document["users"] == [["name": "root"], ["name": "admin"]])
      #expect(document["generate_passwords"] == false)
      #expect(document["tags"] == ["role": "os", "group": "hvm"])
    }
  }

  @Test func aStreamWithoutGzipIsTakenInAsWell() async throws {
    try await withScratch { folder in
      let (disk, image) = (folder.appending(path: "disk.raw"), folder.appending(path: "out.zfs"))
      let (json, back) = (folder.appending(path: "out.json"), folder.appending(path: "back.raw"))
      try makeDisk(disk, size: 2 << 20, data: [(0, noise(70_000, 1)), (1_000_000, noise(3, 2))])
      var options = Self.options
      options.compression = .none
      let packed = try await pack(disk: disk.path, to: image.path, manifest: json.path, options: options)
      #expect(packed.sha1 == (try sha(.sha1, of: image)))
      // The type of a BEGIN record, little-endian, and the magic number of a stream.
      #expect(Array(try Data(contentsOf: image).prefix(12)) == [0, 0, 0, 0, 0, 0, 0, 0, 0xac, 0xcb, 0xba, 0xf5])
      let manifest = try #require(try Manifest.read(path: json.path).manifest)
      #expect(manifest.file.compression == .none)
      #expect(manifest.file.size == packed.fileSize)
      let result = try await takeIn(image: image.path, limit: manifest.imageSize, into: back.path)
      #expect(result.disk == back.path)
      #expect(try Data(contentsOf: back) == Data(contentsOf: disk))
    }
  }

  @Test func whatCannotBePackedIsAUsageError() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk.raw")
      try makeDisk(disk, size: 1 << 20, data: [])
      let changes: [(String, (inout PackOptions) -> Void)] = [
        ("block size of 4095", { $0.blockSize = 4095 }), ("block size of 262144", { $0.blockSize = 262_144 }),
        ("level of 9", { $0.level = 9 }), ("xz is not written", { $0.compression = .xz }), ("guid", { $0.guid = 0 }),
        ("UUID", { $0.uuid = String(repeating: "x", count: 300) }), ("owner", { $0.owner = "me" }),
        ("requirements.bootrom", { $0.bootrom = "uefi" }), ("requirements.brand", { $0.brand = "xen" }),
        ("nic_driver", { $0.nicDriver = "ne2000" }), ("homepage", { $0.homepage = "example.com" }),
        (
          "requirements.max_ram",
          {
            $0.minimumRAM = .mebibytes(512)
            $0.maximumRAM = .mebibytes(256)
          }
        ),
      ]
      for (says, change) in changes {
        var options = Self.options
        change(&options)
        let error = await #expect(throws: VerifyError.self) {
          try await pack(disk: disk.path, to: folder.path + "/o", manifest: folder.path + "/m", options: options)
        }
        #expect(error?.code == .usage)
        #expect(error?.message.contains(says) == true, "\(says): \(error?.message ?? "")")
        #expect(try names(in: folder) == ["disk.raw"])
      }
    }
  }

  @Test func aVolumeHasWholeMebibytesAndAtMostSixteenTebibytes() throws {
    #expect(try PackIdentity.volumeSize(of: "d", 1) == .mebibytes(1))
    #expect(try PackIdentity.volumeSize(of: "d", 1 << 20) == .mebibytes(1))
    #expect(try PackIdentity.volumeSize(of: "d", 1 << 44) == .gibibytes(16 << 10))
    for size in [0, 1 << 44 + 1, .max] as [Int64] {
      #expect(throws: VerifyError.self) { try PackIdentity.volumeSize(of: "d", size) }
    }
  }

  @Test func gzipItselfUnpacksIt() async throws {
    try await withScratch { folder in
      let (disk, image) = (folder.appending(path: "disk.raw"), folder.appending(path: "o.zfs.gz"))
      try makeDisk(disk, size: 3 << 20, data: [(0, noise(1 << 20, 5))])
      _ = try await pack(disk: disk.path, to: image.path, manifest: folder.path + "/o.json", options: Self.options)
      let gzip = Process()
      gzip.executableURL = URL(filePath: "/usr/bin/env")
      gzip.arguments = ["gzip", "-t", image.path]
      try gzip.run()
      gzip.waitUntilExit()
      #expect(gzip.terminationStatus == 0)
      #expect(Array(try Data(contentsOf: image).prefix(8)) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    }
  }

  @Test func optionsThatMakeNoManifestAreAUsageError() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk.raw")
      try makeDisk(disk, size: 1 << 20, data: [])
      var bad = Self.options
      bad.name = "tiny (new)"
      bad.os = "Linux"
      let error = await #expect(throws: VerifyError.self) {
        try await pack(disk: disk.path, to: folder.path + "/o", manifest: folder.path + "/m", options: bad)
      }
      #expect(error?.code == .usage)
      #expect(error?.message.contains("name") == true)
      #expect(error?.message.contains("os") == true)
      #expect(try names(in: folder) == ["disk.raw"])
    }
  }

  @Test func aManifestThatCannotBeWrittenLeavesNoImage() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk.raw")
      try makeDisk(disk, size: 1 << 20, data: [])
      let error = await #expect(throws: VerifyError.self) {
        try await pack(disk: disk.path, to: folder.path + "/o", manifest: folder.path + "/no/m", options: Self.options)
      }
      #expect(error?.code == .system)
      #expect(try names(in: folder) == ["disk.raw"])
    }
  }

  @Test func theDiskIsNeverWrittenOver() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk.raw")
      try makeDisk(disk, size: 1 << 20, data: [(0, noise(512, 1))])
      let before = try Data(contentsOf: disk)
      try FileManager.default.createSymbolicLink(at: folder.appending(path: "link"), withDestinationURL: disk)
      for (out, json) in [("disk.raw", "m"), ("link", "m"), ("o", "disk.raw"), ("o", "o")] {
        let error = await #expect(throws: VerifyError.self) {
          try await pack(
            disk: disk.path, to: folder.path + "/" + out, manifest: folder.path + "/" + json, options: Self.options)
        }
        #expect(error?.code == .usage)
      }
      #expect(try Data(contentsOf: disk) == before)
      #expect(try names(in: folder) == ["disk.raw", "link"])
    }
  }

  @Test func aMissingDiskCannotBeOpened() async throws {
    try await withScratch { folder in
      let error = await #expect(throws: VerifyError.self) {
        try await pack(
          disk: folder.path + "/no", to: folder.path + "/o", manifest: folder.path + "/m", options: Self.options)
      }
      #expect(error?.code == .cannotOpen)
    }
  }
}
