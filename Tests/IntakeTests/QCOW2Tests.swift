import Foundation
import Glibc
import Intake
import Model
import Testing

/// qcow2 images that qemu-img made, taken in by qemu-img.
@Suite(.enabled(if: access("/usr/bin/qemu-img", X_OK) == 0, "needs qemu-img (qemu-utils)"))
struct QCOW2Tests {
  /// Runs qemu-img; its errors are the test's.
  private func qemuImg(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/qemu-img")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// A raw disk of 4 MiB with some data, and a qcow2 of it.
  private func makeDisk(in folder: URL, _ options: [String] = []) throws -> (raw: Data, image: URL) {
    let raw = folder.appending(path: "source.raw")
    let image = folder.appending(path: "disk.qcow2")
    var data = Data(count: 4 << 20)
    data.replaceSubrange(0..<4, with: [1, 2, 3, 4])
    data.replaceSubrange(510..<512, with: [0x55, 0xaa])
    for at in 0..<200_000 { data[2_000_000 + at] = UInt8(truncatingIfNeeded: at &* 31 >> 3) }
    try data.write(to: raw)
    try qemuImg(["convert", "-f", "raw", "-O", "qcow2"] + options + [raw.path, image.path])
    try FileManager.default.removeItem(at: raw)
    return (data, image)
  }

  private func take(_ image: URL, limit: ByteCount? = nil) async throws -> Intaken {
    try await takeIn(image: image.path, limit: limit, into: image.path + ".raw")
  }

  @Test(arguments: [
    [], ["-c"], ["-o", "compat=0.10"], ["-o", "cluster_size=512"], ["-o", "cluster_size=2M"],
    ["-c", "-o", "compression_type=zstd"], ["-o", "extended_l2=on"],
  ]) func aDiskComesOutAsItWentIn(options: [String]) async throws {
    try await withScratch { folder in
      let (raw, image) = try makeDisk(in: folder, options)
      let taken = try await take(image)
      #expect(taken.problems == [])
      #expect(taken.facts.format == .qcow2)
      #expect(taken.facts.volumeSize == 4 << 20)
      #expect(taken.facts.disk?.bootCode == true)
      let disk = try #require(taken.disk)
      #expect(try Data(contentsOf: URL(filePath: disk)) == raw)
      #expect(allocated(URL(filePath: disk)) < 1 << 20)
      let left = try names(in: folder)
      #expect(left == ["disk.qcow2", "disk.qcow2.raw"])
    }
  }

  /// Names that qemu would take for options, protocols or JSON.
  @Test(arguments: ["a,b", "a:b", "json:{}", "nbd:localhost", "with \"quotes\" \\ and ü", "driver=raw,,x"])
  func noNameIsTakenForMore(name: String) async throws {
    try await withScratch { folder in
      let (raw, image) = try makeDisk(in: folder)
      let odd = folder.appending(path: name)
      try FileManager.default.moveItem(at: image, to: odd)
      let taken = try await take(odd)
      #expect(taken.problems == [])
      let disk = try #require(taken.disk)
      #expect(try Data(contentsOf: URL(filePath: disk)) == raw)
    }
  }

  @Test func aBackingFileIsRefusedAndNotOpened() async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      let overlay = folder.appending(path: "overlay.qcow2")
      try qemuImg(["create", "-q", "-f", "qcow2", "-b", image.path, "-F", "qcow2", overlay.path])
      let taken = try await take(overlay)
      #expect(taken.disk == nil)
      #expect(taken.problems.count == 1)
      #expect(taken.problems.first?.contains("has a backing file '\(image.path)'") == true)
      let left = try names(in: folder)
      #expect(left == ["disk.qcow2", "overlay.qcow2"])
    }
  }

  @Test func anExternalDataFileIsRefused() async throws {
    try await withScratch { folder in
      let image = folder.appending(path: "disk.qcow2")
      try qemuImg([
        "create", "-q", "-f", "qcow2", "-o", "data_file=\(folder.path)/data", image.path, "4M",
      ])
      let taken = try await take(image)
      #expect(taken.problems.first?.contains("has its data in another file") == true)
    }
  }

  @Test func encryptionIsRefused() async throws {
    try await withScratch { folder in
      let image = folder.appending(path: "disk.qcow2")
      try qemuImg([
        "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc", "-o",
        "encrypt.format=aes,encrypt.key-secret=s", image.path, "4M",
      ])
      let taken = try await take(image)
      #expect(taken.problems.first?.contains("encrypted (AES)") == true)
    }
  }

  @Test func moreThanTheLimitIsNotConverted() async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      let taken = try await take(image, limit: .mebibytes(3))
      #expect(taken.problems.first?.contains("larger than the 3 MiB allowed") == true)
      #expect(taken.disk == nil)
      #expect(try await take(image, limit: .mebibytes(4)).problems == [])
    }
  }

  /// What qemu-img convert alone would read as zeros, without a word.
  @Test(arguments: [0.5, 0.9]) func aCutFileIsDamaged(part: Double) async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      let size = try #require(try image.resourceValues(forKeys: [.fileSizeKey]).fileSize)
      #expect(truncate(image.path, Int(Double(size) * part)) == 0)
      let taken = try await take(image)
      #expect(
        taken.problems.first?.contains("the qcow2 is damaged, as qemu-img check says") == true, "\(taken.problems)")
      #expect(taken.disk == nil)
      let left = try names(in: folder)
      #expect(left == ["disk.qcow2"])
    }
  }

  @Test func tablesThatLeadNowhereAreDamage() async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      var data = try Data(contentsOf: image)
      // The L1 table's place stands at byte 40.
      let table = data[40..<48].reduce(0) { $0 << 8 | Int($1) }
      data.replaceSubrange(table..<(table + 8), with: [0x80, 0, 0, 0x7f, 0, 0, 0, 0])
      try data.write(to: image)
      let taken = try await take(image)
      #expect(taken.problems.first?.contains("as qemu-img check says") == true)
    }
  }

  /// So many errors that their list is cut: that is damage as well, not our trouble.
  @Test func aFloodOfErrorsIsDamage() async throws {
    try await withScratch { folder in
      let image = folder.appending(path: "disk.qcow2")
      try qemuImg(["create", "-q", "-f", "qcow2", image.path, "1G"])
      var data = try Data(contentsOf: image)
      let table = data[40..<48].reduce(0) { $0 << 8 | Int($1) }
      data.append(Data(count: 0x80000 - data.count))
      // Two tables of 8192 clusters each, all of them far beyond the end.
      for half in 0..<2 {
        data.replaceSubrange(
          (table + 8 * half)..<(table + 8 * half + 8), with: [0x80, 0, 0, 0, 0, UInt8(6 + half), 0, 0])
        let place = (6 + half) << 16
        let entries = (0..<8192).flatMap { [0x80, 0, 0, 0x7f, UInt8($0 >> 8), UInt8($0 & 0xff), 0, 0] as [UInt8] }
        data.replaceSubrange(place..<(place + entries.count), with: entries)
      }
      try data.write(to: image)
      let taken = try await take(image)
      #expect(taken.problems.count == 1)
      #expect(taken.problems.first?.contains("as qemu-img check says") == true, "\(taken.problems)")
      #expect(taken.problems.first.map { $0.utf8.count < 600 } == true)
    }
  }

  @Test func aCancelEndsQemuImgAndLeavesNothing() async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await take(image)
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      let left = try names(in: folder)
      #expect(left == ["disk.qcow2"])
    }
  }

  @Test func aQCOW2IsPackedAsItsDisk() async throws {
    try await withScratch { folder in
      let (raw, image) = try makeDisk(in: folder)
      let (out, json) = (folder.appending(path: "out.zfs.gz"), folder.appending(path: "out.json"))
      let packed = try await pack(
        disk: image.path, to: out.path, manifest: json.path, options: PackOptions(name: "a", version: "1"))
      #expect(packed.imageSize == .mebibytes(4))
      let taken = try await take(out, limit: .mebibytes(4))
      let disk = try #require(taken.disk)
      #expect(try Data(contentsOf: URL(filePath: disk)) == raw)
      let error = await #expect(throws: VerifyError.self) {
        try await pack(
          disk: image.path, to: image.path, manifest: json.path, options: PackOptions(name: "a", version: "1"))
      }
      #expect(error?.code == .usage)
    }
  }

  @Test func aBadQCOW2IsNotPacked() async throws {
    try await withScratch { folder in
      let (_, image) = try makeDisk(in: folder)
      #expect(truncate(image.path, 100) == 0)
      let error = await #expect(throws: VerifyError.self) {
        try await pack(
          disk: image.path, to: folder.path + "/o", manifest: folder.path + "/m",
          options: PackOptions(name: "a", version: "1"))
      }
      #expect(error?.code == .badImage)
      #expect(error?.message.contains("ends after 100 bytes") == true)
    }
  }
}
