import Foundation
import Glibc
import Model
import Reports
import Testing
import Verification

/// `inspect` and `convert` on small images of the fixtures.
@Suite struct InspectConvertTests {
  private func withFolder<T>(_ body: (URL) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-inspect-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  /// `fixtures/zfs`: `a19` is a sound volume of 32 MiB, without a partition table.
  private func stream(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/zfs/\(name)").path
  }

  @Test func aDamagedStreamIsNamedWithItsPlace() async throws {
    try await withFolder { folder in
      var data = try Data(contentsOf: URL(filePath: stream("a19-12.zfs")))
      data[1300 + 312] ^= 1
      let image = folder.appending(path: "bad.zfs")
      try data.write(to: image)
      let inspection = try await inspect(image: image.path, manifest: nil)
      #expect(!inspection.good)
      #expect(inspection.facts.fileSize == Int64(data.count))
      #expect(inspection.page.contains("record 6 at byte 9752"))
      #expect(inspection.page.hasSuffix("BAD: 1 thing wrong\n"))
    }
  }

  @Test func aSoundVolumeWithoutBootCodeIsBadForThatAlone() async throws {
    let inspection = try await inspect(image: stream("a19-12.zfs.gz"), manifest: nil)
    #expect(inspection.problems.count == 1)
    #expect(inspection.problems.first?.contains("no boot code") == true)
    #expect(inspection.facts.volumeSize == 32 << 20)
  }

  @Test func theManifestIsHeldAgainstTheImage() async throws {
    try await withFolder { folder in
      let manifest = folder.appending(path: "m.json")
      try Data("{\"v\": 2, \"name\": 5}".utf8).write(to: manifest)
      let inspection = try await inspect(image: stream("a19-12.zfs.gz"), manifest: manifest.path)
      let fields = try #require(inspection.manifest).violations.map(\.field)
      #expect(fields.contains("uuid") && fields.contains("name"))
      #expect(!inspection.good)
    }
  }

  @Test func whatIsMissingCannotBeOpened() async {
    let error = await #expect(throws: VerifyError.self) { try await inspect(image: "/no/such/image", manifest: nil) }
    #expect(error?.code == .cannotOpen)
  }

  @Test func aDiskIsConvertedOnceAndReplacedOnlyWhenAsked() async throws {
    try await withFolder { folder in
      let out = folder.appending(path: "disk.raw").path
      let made = try await convertImage(stream("a19-12.zfs.gz"), to: out)
      #expect(made.format == .raw)
      #expect(try FileManager.default.attributesOfItem(atPath: out)[.size] as? Int == 32 << 20)
      let first = try Data(contentsOf: URL(filePath: out))
      let error = await #expect(throws: VerifyError.self) {
        try await convertImage(stream("a19-12.zfs.gz"), to: out)
      }
      #expect(error?.code == .usage)
      #expect(error?.message.contains("--force") == true)
      try Data("other".utf8).write(to: URL(filePath: out))
      _ = try await convertImage(stream("a19-12.zfs.gz"), to: out, replace: true)
      #expect(try Data(contentsOf: URL(filePath: out)) == first)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["disk.raw"])
    }
  }

  @Test(.enabled(if: access("/usr/bin/qemu-img", X_OK) == 0, "needs qemu-img (qemu-utils)"))
  func aQCOW2IsWrittenAndReadBack() async throws {
    try await withFolder { folder in
      let (raw, qcow2) = (folder.appending(path: "a.raw"), folder.appending(path: "b:c.qcow2"))
      let back = folder.appending(path: "back.img")
      _ = try await convertImage(stream("a19-12.zfs.gz"), to: raw.path)
      #expect(try await convertImage(stream("a19-12.zfs.gz"), to: qcow2.path).format == .qcow2)
      #expect(try Data(contentsOf: qcow2).prefix(4) == Data([0x51, 0x46, 0x49, 0xfb]))
      _ = try await convertImage(qcow2.path, to: back.path)
      #expect(try Data(contentsOf: raw) == Data(contentsOf: back))
      let error = await #expect(throws: VerifyError.self) {
        try await convertImage(qcow2.path, to: qcow2.path, replace: true)
      }
      #expect(error?.code == .usage)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.raw", "b:c.qcow2", "back.img"])
    }
  }

  @Test func aDamagedImageIsNotConverted() async throws {
    try await withFolder { folder in
      let image = folder.appending(path: "bad.zfs")
      try Data(contentsOf: URL(filePath: stream("a19-12.zfs"))).prefix(10_000).write(to: image)
      for out in ["disk.raw", "disk.qcow2"] {
        let error = await #expect(throws: VerifyError.self) {
          try await convertImage(image.path, to: folder.appending(path: out).path)
        }
        #expect(error?.code == .badImage)
        #expect(error?.message.contains("cut off") == true)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["bad.zfs"])
    }
  }

  @Test(arguments: ["x.vmdk", "x.VHD", "x.zfs.gz"]) func otherFormatsAreNotPromised(name: String) async {
    let error = await #expect(throws: VerifyError.self) { try await convertImage("/no/such", to: name) }
    #expect(error?.code == .usage)
  }

  @Test func aLimitIsHeld() async {
    let error = await #expect(throws: VerifyError.self) {
      try await convertImage(stream("a19-12.zfs.gz"), to: "/tmp/never-\(UUID().uuidString)", limit: .mebibytes(16))
    }
    #expect(error?.code == .badImage)
    #expect(error?.message.contains("16 MiB") == true)
  }
}
