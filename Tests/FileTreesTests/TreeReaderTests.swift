import DiskFormats
import Foundation
import Glibc
import Model
import Testing

@testable import FileTrees

/// Reads real file systems, which mke2fs makes here, by a real child: the program beside these tests.
@Suite(.enabled(if: access("/sbin/mke2fs", X_OK) == 0, "needs mke2fs (e2fsprogs)"))
struct TreeReaderTests {
  private static let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "imgverify").path
  private let reader = TreeReader(program: [binary])

  /// A file system of 4 MiB of some files, at `offset` of a file.
  private func withDisk<T>(_ options: [String], offset: Int = 0, _ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-tree-\(UUID().uuidString)")
    let files = FileManager.default
    defer { try? files.removeItem(at: folder) }
    let root = folder.appending(path: "root")
    for name in ["etc/ssh", "root/.ssh", "lib", "deep/er/and/er"] {
      try files.createDirectory(at: root.appending(path: name), withIntermediateDirectories: true)
    }
    try Data("root:x:0:0:root:/root:/bin/sh\n".utf8).write(to: root.appending(path: "etc/passwd"))
    try Data(repeating: 65, count: 100_000).write(to: root.appending(path: "etc/motd"))
    try Data("key".utf8).write(to: root.appending(path: "etc/ssh/ssh_host_rsa_key"))
    try Data("secret".utf8).write(to: root.appending(path: "root/.ssh/a b"))
    try files.createSymbolicLink(atPath: root.appending(path: "lib64").path, withDestinationPath: "lib")
    let long = String(repeating: "far/", count: 25) + "away"
    try files.createSymbolicLink(atPath: root.appending(path: "long").path, withDestinationPath: long)
    for number in 0..<200 { try Data().write(to: root.appending(path: "deep/file-\(number)")) }
    let disk = folder.appending(path: "disk.raw").path
    let process = Process()
    process.executableURL = URL(filePath: "/sbin/mke2fs")
    process.arguments =
      ["-q", "-F", "-d", root.path] + options + (offset > 0 ? ["-E", "offset=\(offset)"] : []) + [disk, "4M"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try await body(disk)
  }

  private func read(_ disk: String, at offset: Int64 = 0) async throws -> (FileTree, FileSystemState) {
    switch try await reader.read(disk: disk, offset: offset, size: 4 << 20) {
    case .read(let tree, let state): return (tree, state)
    case .gaveUp(let why): throw VerifyError(.toolFailed, why)
    }
  }

  @Test(arguments: [
    ["-t", "ext2"], ["-t", "ext3"], ["-t", "ext4"],
    ["-t", "ext4", "-O", "inline_data,metadata_csum,^has_journal", "-I", "256"],
    ["-t", "ext2", "-b", "1024", "-I", "128"],
  ])
  func allIsRead(_ options: [String]) async throws {
    try await withDisk(options) { disk in
      let (tree, state) = try await read(disk)
      #expect(state.damage == [] && state.pending == [] && state.cut == nil)
      #expect(state.size == 4 << 20 && state.used > 100_000 && state.used < state.size)
      #expect(tree.text("/etc/passwd") == "root:x:0:0:root:/root:/bin/sh\n")
      #expect(tree.text("/root/.ssh/a b") == "secret")
      #expect(tree.entry("/etc/motd")?.size == 100_000)
      #expect(tree.bytes("/etc/motd")?.count == WantedFiles.maximumSize)
      #expect(tree.bytes("/etc/ssh/ssh_host_rsa_key") == nil)
      #expect(tree.entry("/lib64")?.target == "lib")
      #expect(tree.entry("/long")?.target?.utf8.count == 104)
      #expect(tree.names(in: "/deep").count == 201)
      #expect(tree.entry("/lost+found")?.mode == 0o700)
    }
  }

  @Test func aPartitionIsReadAtItsPlaceAndLeftAsItWas() async throws {
    try await withDisk(["-t", "ext4"], offset: 1 << 20) { disk in
      let before = try Data(contentsOf: URL(filePath: disk))
      let (tree, _) = try await read(disk, at: 1 << 20)
      #expect(tree.file("/etc/passwd") != nil)
      #expect(try Data(contentsOf: URL(filePath: disk)) == before)
    }
  }

  @Test func otherFilesAreReadWhenAskedFor() async throws {
    var reader = reader
    reader.also = ["/etc/ssh/ssh_host_rsa_key"]
    try await withDisk(["-t", "ext2"]) { disk in
      guard case .read(let tree, _) = try await reader.read(disk: disk, offset: 0, size: 4 << 20) else {
        Issue.record("it gave up")
        return
      }
      #expect(tree.text("/etc/ssh/ssh_host_rsa_key") == "key")
      #expect(tree.bytes("/deep/file-1") == nil)
    }
  }

  @Test func howItWasLeftIsTold() async throws {
    try await withDisk(["-t", "ext4", "-O", "^metadata_csum"]) { disk in
      // s_state 0x3a: not unmounted, with errors; s_feature_incompat 0x60: the journal waits.
      try patch(disk, 1024 + 0x3A) { $0 = 2 }
      try patch(disk, 1024 + 0x60) { $0 |= 4 }
      let (tree, state) = try await read(disk)
      #expect(
        Set(state.pending) == [
          "it was not unmounted", "the kernel has found errors in it", "its journal waits to be replayed",
        ])
      #expect(tree.file("/etc/passwd") != nil)
    }
  }

  @Test func aFileSystemLargerThanItsPartitionIsDamaged() async throws {
    try await withDisk(["-t", "ext2"]) { disk in
      guard case .read(_, let state) = try await reader.read(disk: disk, offset: 0, size: 2 << 20) else {
        Issue.record("it gave up")
        return
      }
      #expect(state.damage.first?.contains("there are only 2097152") == true)
    }
  }

  @Test func aLostSuperblockIsDamage() async throws {
    try await withDisk(["-t", "ext4"]) { disk in
      try patch(disk, 1024 + 0x38) { $0 = 0 }
      let (tree, state) = try await read(disk)
      #expect(tree.count == 1)
      #expect(state.damage == ["its superblock or group descriptors: Bad magic number in super-block"])
    }
  }

  /// Whatever stands there, there is an answer, and we live.
  @Test(arguments: 0..<12) func flippedBytesAreSurvived(_ seed: UInt64) async throws {
    try await withDisk(["-t", seed.isMultiple(of: 2) ? "ext4" : "ext2"]) { disk in
      var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
      var data = try Data(contentsOf: URL(filePath: disk))
      for _ in 0..<400 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        // The first 400 KiB: superblock, descriptors, bitmaps, inodes, first folders.
        data[Int(state >> 33) % (400 << 10)] = UInt8(truncatingIfNeeded: state >> 56)
      }
      data[1024 + 0x38] = 0x53
      data[1024 + 0x39] = 0xEF
      try data.write(to: URL(filePath: disk))
      switch try await reader.read(disk: disk, offset: 0, size: 4 << 20) {
      case .read(let tree, let state): #expect(tree.count > 0 && state.damage.count <= FileSystemState.maximumDamage)
      case .gaveUp(let why): #expect(!why.isEmpty)
      }
    }
  }

  @Test func aChildThatCrashesHangsOrTalksNonsenseGivesUp() async throws {
    func why(_ script: String, seconds: Int = 60) async throws -> String {
      var reader = TreeReader(program: ["sh", "-c", script])
      reader.seconds = seconds
      guard case .gaveUp(let why) = try await reader.read(disk: "/none", offset: 0, size: 1) else { return "" }
      return why
    }
    #expect(try await why("kill -SEGV $$").contains("signal 11"))
    #expect(try await why("exit 3").contains("exit status 3"))
    #expect(try await why("echo hello").contains("nonsense: another first line"))
    #expect(try await why("echo imgverify-tree 1").contains("before the end"))
    #expect(try await why("exec sleep 60", seconds: 0).contains("more than"))
  }

  @Test func theWholeImageIsPutTogether() async throws {
    try await withDisk(["-t", "ext4"], offset: 1 << 20) { disk in
      var facts = DiskFacts(table: .mbr, bootCode: true)
      facts.partitions = [
        PartitionFacts(
          number: 1, start: 1 << 20, size: 4 << 20, type: "83", fileSystem: FileSystemFacts(kind: "ext4"))
      ]
      let files = try await reader.files(of: disk, facts: facts, size: 5 << 20)
      #expect(files.isWhole)
      #expect(files.tree?.file("/etc/ssh/ssh_host_rsa_key")?.size == 3)
      #expect(files.volumes.map(\.name) == ["partition 1 (ext4)"])
    }
  }

  private func patch(_ path: String, _ offset: UInt64, _ change: (inout UInt8) -> Void) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path))
    defer { try? file.close() }
    try file.seek(toOffset: offset)
    var byte = try #require(try file.read(upToCount: 1)).first!
    change(&byte)
    try file.seek(toOffset: offset)
    try file.write(contentsOf: Data([byte]))
  }
}
