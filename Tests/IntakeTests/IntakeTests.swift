import Foundation
import Intake
import Model
import Testing

@Suite struct IntakeTests {
  /// Every stream of the corpus that lies in `fixtures/zfs` comes out as its row says.
  @Test(arguments: Row.all) func aRealStream(_ row: Row) async throws {
    try await withScratch { folder in
      let (image, disk) = (fixtures.appending(path: row.file), folder.appending(path: "disk.raw"))
      let result = try await takeIn(image: image.path, limit: nil, into: disk.path)
      let problem = result.problems.joined(separator: "; ")
      #expect(result.facts.container == .gzip)
      #expect(result.facts.format == .zfs)
      let kind = row.expect.split(separator: ":").last.map(String.init)!
      if kind == "ok" {
        #expect(result.problems == [])
        #expect(result.disk == disk.path)
        #expect(try sha(.sha256, of: disk) == row.rawSha256)
        #expect(result.facts.volumeSize == row.volsize)
        // Without -L, ZFS cuts large blocks into pieces of 128 KiB.
        let isWhole = result.facts.stream?.features.contains("large_blocks") == true
        #expect(result.facts.blockSize == row.volblocksize.map { isWhole ? $0 : min($0, 128 << 10) })
        #expect(result.facts.snapshot == row.toname)
        #expect(try names(in: folder) == ["disk.raw"])
        return
      }
      #expect(problem.contains(row.expect.hasPrefix("refuse:") ? "refused (\(kind))" : "cut off"))
      #expect(try names(in: folder) == [])
    }
  }

  @Test func aMissingFileCannotBeOpened() async throws {
    try await withScratch { folder in
      let image = folder.appending(path: "no.zfs.gz")
      let error = await #expect(throws: VerifyError.self) {
        try await takeIn(image: image.path, limit: nil, into: folder.path + "/d")
      }
      #expect(error?.code == .cannotOpen)
      #expect(error?.message.contains("no.zfs.gz") == true)
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test func aFolderIsNoImage() async throws {
    try await withScratch { folder in
      let error = await #expect(throws: VerifyError.self) {
        try await takeIn(image: folder.path, limit: nil, into: folder.path + "/d")
      }
      #expect(error?.code == .cannotOpen)
    }
  }

  @Test func aDiskThatCannotBeWrittenIsOurTrouble() async throws {
    let image = fixtures.appending(path: "a20-12.zfs.gz")
    let error = await #expect(throws: VerifyError.self) {
      try await takeIn(image: image.path, limit: nil, into: "/no/such/folder/disk")
    }
    #expect(error?.code == .system)
    #expect(error?.message.contains("/no/such/folder/disk") == true)
  }

  /// What is said of a changed copy of `a19` (a volume of 32 MiB).
  private func judge(
    _ change: (inout Data) -> Void, of name: String = "a19-12.zfs.gz", mebibytes: Int? = 32
  ) async throws -> Judged {
    try await withScratch { folder in
      let image = folder.appending(path: "image.zfs.gz")
      var data = try Data(contentsOf: fixtures.appending(path: name))
      change(&data)
      try data.write(to: image)
      let result = try await takeIn(
        image: image.path, limit: mebibytes.map { .mebibytes($0) }, into: folder.appending(path: "disk").path)
      #expect(result.facts.fileSize == Int64(data.count))
      #expect(try result.facts.sha1 == sha(.sha1, of: image))
      #expect(try names(in: folder) == (result.disk == nil ? ["image.zfs.gz"] : ["disk", "image.zfs.gz"]))
      #expect((result.disk == nil) == !result.problems.isEmpty)
      return Judged(text: result.problems.joined(separator: "; "), facts: result.facts)
    }
  }

  private struct Judged {
    /// All problems; empty when there are none.
    var text: String
    var facts: IntakeFacts
  }

  @Test func aFileThatIsNoDiskIsSaidSo() async throws {
    let result = try await judge({ $0 = Data("this is no disk\u{1b}[2J".utf8) })
    #expect(
      result.text.hasPrefix(
        "neither a ZFS stream nor a disk image: begins with 74 68 69 73 20 69 73 20 6e 6f 20 64 69 73 6b 1b "
          + "('this is no disk.'); "))
    #expect(result.facts.container == Container.none)
    #expect(result.facts.format == nil)
  }

  @Test func anEmptyFileIsSaidSo() async throws {
    let result = try await judge({ $0 = Data() })
    #expect(result.text.contains("empty"))
  }

  @Test(arguments: [2, 9, 10, 11, 500, 1359, 1360, 1367]) func aTruncatedGzipIsSaidSo(length: Int) async throws {
    let result = try await judge({ $0 = $0.prefix(length) })
    #expect(result.text.contains("ends in the middle"))
    #expect(result.text.contains("byte \(length) of the file"))
  }

  @Test func junkBehindTheGzipIsSaidSo() async throws {
    let result = try await judge({ $0 += Data("junk".utf8) })
    #expect(result.text.contains("byte 1368 of the file"))
    #expect(result.text.contains("follow the gzip data"))
  }

  @Test func aMagicNumberCutShortBehindTheGzipIsJunk() async throws {
    let result = try await judge({ $0.append(0x1f) })
    #expect(result.text.contains("byte 1368 of the file"))
  }

  @Test func zerosBehindTheGzipAreLetPassAsGzipDoes() async throws {
    let result = try await judge({ $0 += Data(count: 1000) })
    #expect(result.text == "")
  }

  @Test func zerosAndThenJunkAreJunk() async throws {
    let result = try await judge({ $0 += Data(count: 1000) + Data([1]) })
    #expect(result.text.contains("byte 2368 of the file"))
  }

  @Test func aSecondMemberWithMoreStreamIsSaidSo() async throws {
    let result = try await judge({ $0 += $0 })
    #expect(result.text.contains("bytes follow the END record"))
    #expect(result.text.contains("record 13 at byte 12448"))
  }

  @Test func aWrongCRCIsSaidSo() async throws {
    let result = try await judge({ $0[$0.count - 8] ^= 1 })
    #expect(result.text.contains("CRC-32"))
  }

  @Test func aWrongLengthInTheTrailerIsSaidSo() async throws {
    let result = try await judge({ $0[$0.count - 1] ^= 1 })
    #expect(result.text.contains("CRC-32 and length"))
  }

  @Test func bothProblemsAreReportedAtOnce() async throws {
    // A sound stream that is refused, in a container whose checksum is wrong.
    let result = try await judge({ $0[$0.count - 8] ^= 1 }, of: "a34-12.zfs.gz")
    #expect(result.text.contains("the ZFS stream is refused"))
    #expect(result.text.contains("the gzip file is damaged"))
  }

  @Test func aCorruptRecordIsNamedWithItsPlace() async throws {
    let stream = try Data(contentsOf: fixtures.appending(path: "a19-12.zfs"))
    let result = try await judge(
      {
        $0 = stream
        $0[1300 + 312] ^= 1
      })
    #expect(result.text.contains("damaged: record 6 at byte 9752"))
  }

  @Test func aPlainStreamIsTaken() async throws {
    let stream = try Data(contentsOf: fixtures.appending(path: "a19-12.zfs"))
    let result = try await judge({ $0 = stream })
    #expect(result.text == "")
  }

  @Test func aVolumeAboveTheLimitIsSaidSo() async throws {
    let result = try await judge({ _ in }, mebibytes: 31)
    #expect(result.text.contains("the volume is larger than the 31 MiB allowed (the manifest's image_size)"))
    for limit in [33, nil] {
      let fine = try await judge({ _ in }, mebibytes: limit)
      #expect(fine.text == "")
    }
  }

  @Test func aBombIsNotUnpackedToItsEnd() async throws {
    // 192 MiB of zeros where a volume of 1 MiB is announced: as gzip they are sound.
    try await withScratch { folder in
      let raw = folder.appending(path: "zeros")
      #expect(FileManager.default.createFile(atPath: raw.path, contents: nil))
      #expect(truncate(raw.path, 192 << 20) == 0)
      let image = folder.appending(path: "bomb.gz")
      let shell = Process()
      shell.executableURL = URL(filePath: "/bin/sh")
      shell.arguments = ["-c", #"gzip -1 <"$1" >"$2""#, "sh", raw.path, image.path]
      try shell.run()
      shell.waitUntilExit()
      let result = try await takeIn(
        image: image.path, limit: .mebibytes(1), into: folder.path + "/disk")
      #expect(result.problems.contains { $0.contains("unpacks to more than 136314880 bytes") })
      #expect(try result.facts.sha1 == sha(.sha1, of: image))
    }
  }

  @Test func aCancelLeavesNothingBehind() async throws {
    try await withScratch { folder in
      let image = fixtures.appending(path: "a21-12.zfs.gz")
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await takeIn(image: image.path, limit: nil, into: folder.appending(path: "disk").path)
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  /// A cancel while all three stages are at work.
  @Test(arguments: ["cat", "gzip -1"]) func aCancelInTheMiddleEndsAllStages(packer: String) async throws {
    try await withScratch { folder in
      let script = #"(head -c 510 /dev/zero; printf '\125\252'; head -c 20000000 /dev/urandom) | \#(packer) >"$0""#
      let image = folder.path + "/image"
      let shell = try Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", script, image])
      shell.waitUntilExit()
      let cancelled = DispatchSemaphore(value: 0)
      let (started, signal) = AsyncStream.makeStream(of: Void.self)
      let task = Task {
        // The reader goes on only when the cancel is there.
        try await takeIn(image: image, limit: nil, into: folder.path + "/disk") { _ in
          signal.yield()
          cancelled.wait()
        }
      }
      for await _ in started { break }
      task.cancel()
      cancelled.signal()
      await #expect(throws: CancellationError.self) { try await task.value }
      let left = try names(in: folder)
      #expect(left == ["image"])
    }
  }

  @Test func aFailedIntakeLeavesAnOlderDiskAlone() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk")
      try Data("older".utf8).write(to: disk)
      let image = fixtures.appending(path: "a23-12.zfs.gz")
      let result = try await takeIn(image: image.path, limit: nil, into: disk.path)
      #expect(result.disk == nil)
      #expect(try Data(contentsOf: disk) == Data("older".utf8))
    }
  }
}
