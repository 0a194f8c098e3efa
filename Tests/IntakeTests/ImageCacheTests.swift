import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import Intake

@Suite struct ImageCacheTests {
  /// What a run saw of the cache.
  private struct Seen: Equatable {
    var disk: String?
    var sha256: String?
    var problems: [String]
    var facts: IntakeFacts
    var notes: [String]
    static func == (a: Seen, b: Seen) -> Bool { a.disk == b.disk && a.sha256 == b.sha256 }
  }

  private func cache(_ folder: URL, size: ByteCount = .gibibytes(1)) -> ImageCache {
    ImageCache(folder: folder.path + "/cache", sizeLimit: size)
  }

  private func image(_ name: String = "a19-12.zfs.gz") -> String { fixtures.appending(path: name).path }

  /// Takes an image in; `during` runs while its disk is held.
  private func take(
    _ image: String, _ cache: ImageCache?, _ folder: URL, limit: ByteCount? = nil,
    during: (Intaken) async throws -> Void = { _ in }
  ) async throws -> Seen {
    var notes: [String] = []
    var seen = try await withDisk(
      of: image, limit: limit, cache: cache, scratch: folder.path + "/scratch.raw", note: { notes.append($0) }
    ) { taken in
      try await during(taken)
      let sum = try taken.disk.map { try sha(.sha256, of: URL(filePath: $0)) }
      return Seen(disk: taken.disk, sha256: sum, problems: taken.problems, facts: taken.facts, notes: [])
    }
    seen.notes = notes
    return seen
  }

  private func kept(_ cache: ImageCache) throws -> [String] {
    try names(in: URL(filePath: cache.folder)).filter { $0 != "lock" }
  }

  @Test func aSecondRunFindsTheDiskOfTheFirst() async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      let (first, second) = (try await take(image(), cache, folder), try await take(image(), cache, folder))
      #expect(first == second)
      #expect(first.disk?.hasPrefix(cache.folder) == true)
      #expect(first.sha256 == Row.all.first { $0.id == "a19-12" }?.rawSha256)
      #expect(first.notes == [])
      #expect(second.notes.first?.contains("comes from the cache") == true)
      var facts = (first.facts, second.facts)
      (facts.0.seconds, facts.1.seconds) = (nil, nil)
      #expect(facts.0 == facts.1)
      let key = try sha(.sha256, of: URL(filePath: image()))
      #expect(try kept(cache) == ["\(key).json", "\(key).raw"])
      #expect(try names(in: folder) == ["cache"])
    }
  }

  @Test func withoutACacheTheDiskIsInTheScratchFolder() async throws {
    try await withScratch { folder in
      let seen = try await take(image(), nil, folder)
      #expect(seen.disk == folder.path + "/scratch.raw")
    }
  }

  @Test func anotherImageOfTheSameSizeIsNotTakenForIt() async throws {
    try await withScratch { folder in
      let (cache, other) = (cache(folder), folder.path + "/other.gz")
      _ = try await take(image(), cache, folder)
      var data = try Data(contentsOf: URL(filePath: image()))
      data[data.count - 8] ^= 1
      try data.write(to: URL(filePath: other))
      let seen = try await take(other, cache, folder)
      #expect(seen.disk == nil)
      #expect(seen.problems.count == 1)
    }
  }

  @Test func aDamagedImageIsNeverKept() async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      let seen = try await take(image("a23-12.zfs.gz"), cache, folder)
      #expect(seen.disk == nil)
      #expect(try kept(cache) == [])
    }
  }

  /// A byte on the disk, a byte in a hole, its length, its facts.
  @Test(arguments: 0..<4) func anEntryThatDecayedIsRebuilt(kind: Int) async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      let first = try await take(image(), cache, folder)
      let (disk, key) = (try #require(first.disk), try sha(.sha256, of: URL(filePath: image())))
      #expect(chmod(disk, 0o644) == 0)
      let file = try FileHandle(forUpdating: URL(filePath: disk))
      switch kind {
      case 0:
        let extent = try #require(try InputFile(path: disk).data(from: 0))
        try file.seek(toOffset: UInt64(extent.lowerBound) + 100)
        try file.write(contentsOf: [0xee, 0x11])
      case 1:
        try file.seek(toOffset: UInt64(31 << 20) + 5)
        try file.write(contentsOf: [1])
      case 2: try file.truncate(atOffset: 31 << 20)
      default: try Data("{".utf8).write(to: URL(filePath: cache.facts(key)))
      }
      try file.close()
      let second = try await take(image(), cache, folder)
      #expect(second == first)
      #expect(second.notes.contains { $0.contains("is damaged; it is rebuilt") } == (kind < 3))
      let third = try await take(image(), cache, folder)
      #expect(third == first)
      #expect(third.notes.first?.contains("comes from the cache") == true)
    }
  }

  @Test func holesThatWereWrittenOutDoNotMatter() async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      let disk = try #require(try await take(image(), cache, folder).disk)
      #expect(chmod(disk, 0o644) == 0)
      let file = try FileHandle(forUpdating: URL(filePath: disk))
      try file.seek(toOffset: UInt64(31 << 20) + 5)
      try file.write(contentsOf: [0, 0, 0])
      try file.close()
      #expect(try await take(image(), cache, folder).notes.first?.contains("comes from the cache") == true)
    }
  }

  /// Bytes that the disk of an image takes up, and its name in the cache.
  private func size(_ name: String, _ folder: URL) async throws -> Int64 {
    allocated(URL(filePath: try #require(try await take(image(name), nil, folder).disk)))
  }

  private func holds(_ cache: ImageCache, _ name: String) throws -> Bool {
    try kept(cache).contains("\(sha(.sha256, of: URL(filePath: image(name)))).raw")
  }

  @Test func whatWasNotUsedForLongestGoesFirst() async throws {
    try await withScratch { folder in
      let names = ["a16-12.zfs.gz", "a25-12.zfs.gz", "a41-12.zfs.gz"]
      var total: Int64 = 0
      for name in names { total += try await size(name, folder) }
      let cache = cache(folder, size: ByteCount(bytes: total - 1))
      // The second use of the first makes the second the oldest.
      for name in [names[0], names[1], names[0], names[2]] { _ = try await take(image(name), cache, folder) }
      #expect(try names.map { try holds(cache, $0) } == [true, false, true])
    }
  }

  @Test func whatIsInUseIsNotEvicted() async throws {
    try await withScratch { folder in
      let (used, other, third) = ("a16-12.zfs.gz", "a25-12.zfs.gz", "a41-12.zfs.gz")
      let most = try await max(size(used, folder), size(other, folder), size(third, folder))
      let cache = cache(folder, size: ByteCount(bytes: most))
      _ = try await take(image(used), cache, folder) { _ in
        _ = try await take(image(other), cache, folder)
        #expect(try holds(cache, used))
      }
      // Nobody uses it any more, and a third disk comes.
      _ = try await take(image(third), cache, folder)
      #expect(try !holds(cache, used))
    }
  }

  @Test func aDiskLargerThanTheCacheIsUsedAndNotKept() async throws {
    try await withScratch { folder in
      let tiny = cache(folder, size: ByteCount(bytes: 1))
      let seen = try await take(image(), tiny, folder)
      #expect(seen.sha256 == Row.all.first { $0.id == "a19-12" }?.rawSha256)
      #expect(seen.notes.first?.contains("is not kept") == true)
      #expect(try kept(tiny) == [])
    }
  }

  @Test func twoRunsAtOnceBothHaveTheirDisk() async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      try await withThrowingTaskGroup(of: Seen.self) { group in
        for number in 0..<4 {
          let own = folder.appending(path: "\(number)")
          group.addTask { try await take(image(), cache, own) }
        }
        for try await seen in group { #expect(seen.sha256 == Row.all.first { $0.id == "a19-12" }?.rawSha256) }
      }
      #expect(try kept(cache).count == 2)
      #expect(try await take(image(), cache, folder).notes.first?.contains("comes from the cache") == true)
    }
  }

  @Test func aCacheThatCannotBeUsedIsDoneWithout() async throws {
    try await withScratch { folder in
      try Data().write(to: folder.appending(path: "cache"))
      let seen = try await take(image(), cache(folder), folder)
      #expect(seen.disk == folder.path + "/scratch.raw")
      #expect(seen.notes.first?.contains("the cache is not used") == true)
    }
  }

  @Test func aSmallerLimitHoldsForCachedDisksToo() async throws {
    try await withScratch { folder in
      let cache = cache(folder)
      _ = try await take(image(), cache, folder)
      let seen = try await take(image(), cache, folder, limit: .mebibytes(31))
      #expect(seen.problems.first?.contains("larger than the 31 MiB allowed") == true)
    }
  }

  @Test func theUsualFolder() {
    #expect(ImageCache.usualFolder(["HOME": "/h"]) == "/h/.cache/imgverify")
    #expect(ImageCache.usualFolder(["HOME": "/h", "XDG_CACHE_HOME": "/x"]) == "/x/imgverify")
    #expect(ImageCache.usualFolder(["HOME": "/h", "XDG_CACHE_HOME": "x"]) == "/h/.cache/imgverify")
    #expect(ImageCache.usualFolder(["HOME": ""]) == nil)
    #expect(ImageCache.usualFolder([:]) == nil)
  }
}
