import Foundation
import Intake
import Model
import Testing

/// Images that are a disk as it is.
@Suite struct RawDiskTests {
  /// 5 MiB with a boot sector, some data and much nothing.
  private func disk(_ change: (inout Data) -> Void = { _ in }) -> Data {
    var disk = Data(count: 5 << 20)
    disk.replaceSubrange(510..<512, with: [0x55, 0xaa])
    disk.replaceSubrange(3 << 20..<(3 << 20) + 1000, with: (0..<1000).map { UInt8($0 % 250) + 1 })
    change(&disk)
    return disk
  }

  /// Takes in `bytes`, gzipped or not.
  private func take(_ bytes: Data, gzipped: Bool = false, limit: ByteCount? = nil) async throws -> (Intaken, Data?) {
    try await withScratch { folder in
      let (image, out) = (folder.path + "/image", folder.path + "/out")
      try bytes.write(to: URL(filePath: image))
      if gzipped { try run("gzip", "-1", image) }
      let taken = try await takeIn(image: image + (gzipped ? ".gz" : ""), limit: limit, into: out)
      if taken.disk != nil { #expect(allocated(URL(filePath: out)) <= 64 << 10) }
      return (taken, try taken.disk.map { try Data(contentsOf: URL(filePath: $0)) })
    }
  }

  private func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test(arguments: [false, true]) func aDiskWithABootSectorIsTakenAsItIs(gzipped: Bool) async throws {
    let (taken, found) = try await take(disk(), gzipped: gzipped)
    #expect(taken.problems == [])
    #expect(taken.facts.format == .raw)
    #expect(taken.facts.container == (gzipped ? .gzip : Container.none))
    #expect(taken.facts.volumeSize == 5 << 20)
    #expect(found == disk())
  }

  @Test func aDiskWithAGPTIsTaken() async throws {
    let gpt = disk {
      $0.replaceSubrange(510..<512, with: [0, 0])
      $0.replaceSubrange(512..<520, with: Array("EFI PART".utf8))
    }
    let (taken, found) = try await take(gpt)
    #expect(taken.facts.format == .raw)
    #expect(found == gpt)
  }

  @Test(arguments: [1, 511, 5 << 20 - 1]) func aDiskThatIsCutOffIsSaidSo(less: Int) async throws {
    let (taken, found) = try await take(disk().dropLast(less > 4 << 20 ? 4 << 20 + 1 : less))
    #expect(taken.problems.first?.contains("no multiple of 512") == true)
    #expect(found == nil)
  }

  @Test func aDiskAboveTheLimitIsSaidSo() async throws {
    let (taken, found) = try await take(disk(), gzipped: true, limit: .mebibytes(4))
    #expect(taken.problems.count == 1)
    #expect(taken.problems.first?.contains("larger than the 4 MiB allowed") == true)
    #expect(found == nil)
    #expect(try await take(disk(), limit: .mebibytes(5)).0.problems == [])
  }

  @Test func zerosAreNoDisk() async throws {
    let (taken, _) = try await take(Data(count: 1 << 20))
    #expect(taken.problems.first?.contains("neither a ZFS stream nor a disk image: begins with 00 00") == true)
  }

  @Test func aQCOW2InsideOfAContainerIsRefused() async throws {
    let (taken, _) = try await take(Data("QFI".utf8) + [0xfb] + Data(count: 4096), gzipped: true)
    #expect(taken.problems == ["a qcow2 disk in a gzip file is not taken; unpack the file"])
    #expect(taken.facts.format == .qcow2)
  }
}
