import Foundation
import Intake
import Model
import Testing

@Suite struct IntakeTests {
  /// Every stream of the corpus that lies in `fixtures/zfs` comes out as its row says.
  @Test(arguments: Row.all) func aRealStream(_ row: Row) async throws {
    try await withScratch { folder in
      let (image, disk) = (fixtures.appending(path: row.file), folder.appending(path: "disk.raw"))
      let mebibytes = max(1, Int(row.volsize ?? 1 << 24) >> 20)
      let result = try await takeIn(
        image: image.path, manifest: manifest(for: image, mebibytes: mebibytes), into: disk.path)
      #expect(result.digestProblem == nil)
      let problem = result.streamProblem ?? "no problem"
      let kind = row.expect.split(separator: ":").last.map(String.init)!
      if kind == "ok", row.volsize! % (1 << 20) == 0 {
        #expect(result.streamProblem == nil)
        #expect(result.disk == disk.path)
        #expect(try sha(.sha256, of: disk) == row.rawSha256)
        #expect(result.facts.volumeSize == row.volsize)
        #expect(result.facts.blockSize == row.volblocksize)
        #expect(result.facts.snapshot == row.toname)
        #expect(try names(in: folder) == ["disk.raw"])
        return
      }
      if kind == "ok" {
        #expect(problem.contains("image_size"))
      } else if row.expect.hasPrefix("refuse:") {
        #expect(problem.contains("refused (\(kind))"))
      } else {
        #expect(problem.contains("cut off"))
      }
      #expect(result.disk == nil)
      #expect(try names(in: folder) == [])
    }
  }

  @Test func aMissingFileCannotBeOpened() async throws {
    try await withScratch { folder in
      let image = folder.appending(path: "no.zfs.gz")
      let error = await #expect(throws: VerifyError.self) {
        try await takeIn(image: image.path, manifest: manifest(for: image, mebibytes: 1), into: folder.path + "/d")
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
        try await takeIn(image: folder.path, manifest: manifest(for: folder, mebibytes: 1), into: folder.path + "/d")
      }
      #expect(error?.code == .cannotOpen)
    }
  }

  @Test func aDiskThatCannotBeWrittenIsOurTrouble() async throws {
    let image = fixtures.appending(path: "a20-12.zfs.gz")
    let error = await #expect(throws: VerifyError.self) {
      try await takeIn(image: image.path, manifest: manifest(for: image, mebibytes: 8), into: "/no/such/folder/disk")
    }
    #expect(error?.code == .system)
    #expect(error?.message.contains("/no/such/folder/disk") == true)
  }

  /// A damaged copy of `a19` (a volume of 32 MiB), and what is said of it.
  private func judge(
    _ change: (inout Data) -> Void, of name: String = "a19-12.zfs.gz", mebibytes: Int = 32, sha1: String? = nil,
    size: Int64? = nil, compression: Manifest.Compression = .gzip
  ) async throws -> IntakeResult {
    try await withScratch { folder in
      let image = folder.appending(path: "image.zfs.gz")
      var data = try Data(contentsOf: fixtures.appending(path: name))
      change(&data)
      try data.write(to: image)
      let manifest = try manifest(for: image, mebibytes: mebibytes, sha1: sha1, size: size, compression: compression)
      let result = try await takeIn(image: image.path, manifest: manifest, into: folder.appending(path: "disk").path)
      #expect(try names(in: folder) == (result.disk == nil ? ["image.zfs.gz"] : ["disk", "image.zfs.gz"]))
      return result
    }
  }

  @Test func aFileThatIsNoGzipIsSaidSo() async throws {
    let result = try await judge({ $0 = Data("this is not gzip".utf8) })
    #expect(result.streamProblem?.contains("no gzip data") == true)
    #expect(result.digestProblem == nil)
  }

  @Test func anEmptyFileIsSaidSo() async throws {
    let result = try await judge({ $0 = Data() })
    #expect(result.streamProblem?.contains("empty") == true)
  }

  @Test(arguments: [1, 2, 9, 10, 11, 500, 1359, 1360, 1367]) func aTruncatedGzipIsSaidSo(length: Int) async throws {
    let result = try await judge({ $0 = $0.prefix(length) })
    #expect(result.streamProblem?.contains("ends in the middle") == true)
    #expect(result.streamProblem?.contains("byte \(length) of the file") == true)
    #expect(result.disk == nil)
  }

  @Test func junkBehindTheGzipIsSaidSo() async throws {
    let result = try await judge({ $0 += Data("junk".utf8) })
    #expect(result.streamProblem?.contains("byte 1368 of the file") == true)
    #expect(result.streamProblem?.contains("follow the gzip data") == true)
  }

  @Test func aMagicNumberCutShortBehindTheGzipIsJunk() async throws {
    let result = try await judge({ $0.append(0x1f) })
    #expect(result.streamProblem?.contains("byte 1368 of the file") == true)
  }

  @Test func zerosBehindTheGzipAreLetPassAsGzipDoes() async throws {
    let result = try await judge({ $0 += Data(count: 1000) })
    #expect(result.streamProblem == nil)
    #expect(result.disk != nil)
  }

  @Test func zerosAndThenJunkAreJunk() async throws {
    let result = try await judge({ $0 += Data(count: 1000) + Data([1]) })
    #expect(result.streamProblem?.contains("byte 2368 of the file") == true)
  }

  @Test func aSecondMemberWithMoreStreamIsSaidSo() async throws {
    let result = try await judge({ $0 += $0 })
    #expect(result.streamProblem?.contains("bytes follow the END record") == true)
    #expect(result.streamProblem?.contains("record 13 at byte 12448") == true)
  }

  @Test func aWrongCRCIsSaidSo() async throws {
    let result = try await judge({ $0[$0.count - 8] ^= 1 })
    #expect(result.streamProblem?.contains("CRC-32") == true)
    #expect(result.disk == nil)
  }

  @Test func aWrongLengthInTheTrailerIsSaidSo() async throws {
    let result = try await judge({ $0[$0.count - 1] ^= 1 })
    #expect(result.streamProblem?.contains("CRC-32 and length") == true)
  }

  @Test func anotherSHA1IsADigestProblem() async throws {
    let result = try await judge({ _ in }, sha1: String(repeating: "a", count: 40))
    #expect(result.digestProblem?.contains("SHA-1") == true)
    #expect(result.digestProblem?.contains(String(repeating: "a", count: 40)) == true)
    #expect(result.streamProblem == nil)
    #expect(result.disk == nil)
  }

  @Test func anotherSizeIsADigestProblem() async throws {
    let result = try await judge({ _ in }, size: 1234)
    #expect(result.digestProblem?.contains("has 1368 bytes where the manifest says 1234") == true)
    #expect(result.disk == nil)
  }

  @Test func bothProblemsAreReportedAtOnce() async throws {
    let result = try await judge({ $0[700] ^= 0x10 }, sha1: String(repeating: "0", count: 40))
    #expect(result.digestProblem != nil)
    #expect(result.streamProblem != nil)
    #expect(result.facts.sha1?.utf8.count == 40)
    #expect(result.facts.fileSize == 1368)
  }

  @Test func aCorruptRecordIsNamedWithItsPlace() async throws {
    let stream = try Data(contentsOf: fixtures.appending(path: "a19-12.zfs"))
    let result = try await judge(
      {
        $0 = stream
        $0[1300 + 312] ^= 1
      }, compression: .none)
    #expect(result.streamProblem?.contains("damaged: record 6 at byte 9752") == true)
    #expect(result.disk == nil)
  }

  @Test func aPlainStreamIsTakenWhenTheManifestSaysNone() async throws {
    let stream = try Data(contentsOf: fixtures.appending(path: "a19-12.zfs"))
    let result = try await judge({ $0 = stream }, compression: .none)
    #expect(result.streamProblem == nil)
    #expect(result.disk != nil)
  }

  @Test(arguments: [31, 33]) func anotherImageSizeIsSaidSo(mebibytes: Int) async throws {
    let result = try await judge({ _ in }, mebibytes: mebibytes)
    #expect(result.streamProblem?.contains("image_size") == true)
    #expect(result.streamProblem?.contains("\(mebibytes) MiB") == true)
    #expect(result.disk == nil)
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
        image: image.path, manifest: manifest(for: image, mebibytes: 1), into: folder.path + "/disk")
      #expect(result.streamProblem?.contains("unpacks to more than") == true)
      #expect(result.digestProblem == nil)
    }
  }

  @Test func aCompressionThatIsNotTakenIsUnsupported() async throws {
    let image = fixtures.appending(path: "a20-12.zfs.gz")
    let error = await #expect(throws: VerifyError.self) {
      try await takeIn(
        image: image.path, manifest: manifest(for: image, mebibytes: 8, compression: .xz), into: "/no/such/folder/disk")
    }
    #expect(error?.code == .unsupported)
  }

  @Test func aCancelLeavesNothingBehind() async throws {
    try await withScratch { folder in
      let image = fixtures.appending(path: "a21-12.zfs.gz")
      let manifest = try manifest(for: image, mebibytes: 2)
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return try await takeIn(image: image.path, manifest: manifest, into: folder.appending(path: "disk").path)
      }
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try names(in: folder) == [])
    }
  }

  @Test func aFailedIntakeLeavesAnOlderDiskAlone() async throws {
    try await withScratch { folder in
      let disk = folder.appending(path: "disk")
      try Data("older".utf8).write(to: disk)
      let image = fixtures.appending(path: "a23-12.zfs.gz")
      let result = try await takeIn(image: image.path, manifest: manifest(for: image, mebibytes: 12), into: disk.path)
      #expect(result.disk == nil)
      #expect(try Data(contentsOf: disk) == Data("older".utf8))
    }
  }
}
