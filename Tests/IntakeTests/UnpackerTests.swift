import Foundation
import Intake
import Model
import Testing

/// Unpacks `packed`, given in chunks of `chunk` bytes, through buffers of `capacity` bytes.
func unpackAll<U: Unpacker & ~Copyable>(
  _ packed: [UInt8], with fresh: consuming U, chunk: Int = 4096, capacity: Int = 1 << 20
) throws -> [UInt8] {
  var unpacker = fresh
  var (out, buffer) = ([UInt8](), [UInt8](repeating: 0, count: capacity))
  for start in stride(from: 0, to: packed.count, by: chunk) {
    let piece = Array(packed[start..<min(start + chunk, packed.count)])
    try piece.withUnsafeBytes { bytes in
      unpacker.begin(bytes)
      var made = capacity
      while made == capacity {
        made = try buffer.withUnsafeMutableBytes { try unpacker.unpack(into: $0) }
        out += buffer[..<made]
      }
    }
  }
  try unpacker.finish()
  #expect(unpacker.consumed == packed.count)
  return out
}

/// What holds for every container alike.
@Suite struct UnpackerTests {
  private static let containers: [(Container, suffix: String)] = [
    (.gzip, "gz"), (.bzip2, "bz2"), (.xz, "xz"), (.zstd, "zst"),
  ]
  private static let plain = try! [UInt8](Data(contentsOf: fixtures.appending(path: "a20-12.zfs")))

  /// `a20-12.zfs`, packed.
  private func packed(_ container: Container) throws -> [UInt8] {
    let suffix = try #require(Self.containers.first { $0.0 == container }?.suffix)
    let folder = container == .gzip ? "zfs" : "containers"
    return [UInt8](try Data(contentsOf: fixtures.appending(path: "../\(folder)/a20-12.zfs.\(suffix)")))
  }

  private func unpack(_ bytes: [UInt8], _ container: Container, chunk: Int = 4096, capacity: Int = 1 << 20) throws
    -> [UInt8]
  {
    switch container {
    case .gzip: try unpackAll(bytes, with: Gunzip(), chunk: chunk, capacity: capacity)
    case .bzip2: try unpackAll(bytes, with: Bunzip2(), chunk: chunk, capacity: capacity)
    case .xz: try unpackAll(bytes, with: Unxz(), chunk: chunk, capacity: capacity)
    case .zstd: try unpackAll(bytes, with: Unzstd(), chunk: chunk, capacity: capacity)
    case .none: bytes
    }
  }

  /// The damage that `bytes` are refused for.
  private func damage(_ bytes: [UInt8], _ container: Container, chunk: Int = 4096) throws -> ContainerDamage {
    try #require(throws: ContainerDamage.self) { _ = try unpack(bytes, container, chunk: chunk) }
  }

  @Test(arguments: containers.map(\.0), [1, 5, 100, 4096]) func chunksMayBeCutAnywhere(
    _ container: Container, chunk: Int
  ) throws {
    let bytes = try packed(container)
    for capacity in [64, 1000, Self.plain.count, 1 << 20] {
      #expect(try unpack(bytes, container, chunk: chunk, capacity: capacity) == Self.plain)
      #expect(try unpack(bytes + bytes, container, chunk: chunk, capacity: capacity) == Self.plain + Self.plain)
    }
  }

  @Test(arguments: containers.map(\.0)) func theMagicNumberIsKnown(_ container: Container) throws {
    let bytes = try packed(container)
    #expect(bytes.withUnsafeBytes { Container(magic: $0) } == container)
    #expect(Self.plain.withUnsafeBytes { Container(magic: $0) } == .none)
    for length in 0...1 { #expect(bytes.prefix(length).withUnsafeBytes { Container(magic: $0) } == .none) }
  }

  @Test(arguments: containers.map(\.0)) func everyTruncationIsSeen(_ container: Container) throws {
    let bytes = try packed(container)
    for length in 0..<bytes.count {
      let found = try damage(Array(bytes[..<length]), container, chunk: 64)
      #expect(found.message.contains("ends in the middle"))
      #expect(found.offset == length)
    }
  }

  /// What unpacks without an error unpacks to the right bytes.
  @Test(arguments: containers.map(\.0)) func everyBitFlipIsSeenOrHarmless(_ container: Container) throws {
    let bytes = try packed(container)
    var accepted = 0
    for index in bytes.indices {
      var bad = bytes
      bad[index] ^= 1 << UInt8(index % 8)
      guard let out = try? unpack(bad, container) else { continue }
      #expect(out == Self.plain)
      accepted += 1
    }
    #expect(accepted < bytes.count / 20)
  }

  @Test(arguments: containers.map(\.0), [1, 3, 4, 5, 40]) func junkBehindIsSeen(_ container: Container, count: Int)
    throws
  {
    let bytes = try packed(container)
    for chunk in [1, 4096] {
      let found = try damage(
        bytes + Array(repeating: UInt8(ascii: "j"), count: count), container, chunk: chunk)
      #expect(found.offset == bytes.count)
      #expect(found.description.contains("no \(container.rawValue) data follow the \(container.rawValue) data"))
    }
  }

  @Test func aBeginningOfAnotherMemberIsJunk() throws {
    #expect(try damage(packed(.gzip) + [0x1f], .gzip).message.contains("follow the gzip data"))
    #expect(try damage(packed(.bzip2) + Array("BZ".utf8), .bzip2).message.contains("follow the bzip2 data"))
    #expect(try damage(packed(.xz) + [0xfd, 0x37], .xz).message.contains("follow the xz data"))
    #expect(try damage(packed(.zstd) + [0x28, 0xb5], .zstd).message.contains("follow the zstd data"))
  }

  @Test func xzMayBePaddedInWords() throws {
    let bytes = try packed(.xz)
    let zeros = [UInt8](repeating: 0, count: 8)
    #expect(try unpack(bytes + zeros + bytes + zeros, .xz, chunk: 3) == Self.plain + Self.plain)
    #expect(try damage(bytes + [0, 0, 0], .xz).message.contains("follow the xz data"))
    #expect(try damage(bytes + [0, 0] + bytes, .xz).message.contains("follow the xz data"))
  }

  @Test func xzWithALargeDictionaryIsRefused() throws {
    let bytes = [UInt8](try Data(contentsOf: fixtures.appending(path: "../containers/dictionary-256-mib.xz")))
    let found = try damage(bytes, .xz)
    #expect(found.message.contains("takes 256 MiB of memory where 80 MiB are allowed"))
  }

  @Test func zstdPassesOverSkippableFrames() throws {
    let note: [UInt8] = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0] + Array("abc".utf8)
    let bytes = try note + packed(.zstd) + note
    #expect(bytes.withUnsafeBytes { Container(magic: $0) } == .zstd)
    #expect(try unpack(bytes, .zstd, chunk: 5) == Self.plain)
  }

  @Test func zstdWithALargeWindowIsRefused() throws {
    // A frame with a window of 2^28 bytes, as `zstd --long=28` makes.
    let bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 18 << 3] + [UInt8](repeating: 0, count: 20)
    #expect(try damage(bytes, .zstd).message.contains("larger than the 128 MiB allowed"))
  }
}
