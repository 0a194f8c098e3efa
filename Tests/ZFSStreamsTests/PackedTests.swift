import Model
import Testing
import ZFSStreams

private let compressed: UInt64 = 1 << 22
private let embedded: UInt64 = 1 << 16
private let everything: UInt64 = compressed | embedded | 1 << 17 | 1 << 25
/// The WRITEs of `a19`: 8192 bytes of data at 442368, and the property block.
private let (data, properties) = (4, 8)

/// Compressed and embedded payloads, each algorithm by hand, so that nothing hangs on what ZFS happens to write.
@Suite struct PackedTests {
  @Test(arguments: PackedBlock.all, [0, 512, 4096]) func aCompressedBlock(_ block: PackedBlock, padding: Int) throws {
    var apart = try TakenApart.a19(features: compressed | block.features)
    apart.compress(data, block.number, block.payload(8192) + [UInt8](repeating: 0, count: padding))
    for chunk in [400, 1 << 20] {
      let rebuilt = try rebuild(apart.resummed(), chunk: chunk)
      #expect(rebuilt.disk[442_368..<450_560] == PackedBlock.plain(8192))
      #expect(rebuilt.summary.facts.blocks == [block.name: 1])
      #expect(rebuilt.summary.facts.smartOS.contains { $0.rule == "S3" } == (block.name == "zstd"))
    }
  }

  @Test(arguments: PackedBlock.all) func anEmbeddedBlock(_ block: PackedBlock) throws {
    var apart = try TakenApart.a19(features: embedded | block.features)
    apart.embed(data, block.number, block.payload(512), unpacked: 512)
    let rebuilt = try rebuild(apart.resummed(), chunk: 700)
    #expect(rebuilt.disk[442_368..<450_560] == PackedBlock.plain(8192))
    #expect(rebuilt.summary.facts.blocks == ["embedded \(block.name)": 1])
  }

  @Test func aPlainEmbeddedBlock() throws {
    var apart = try TakenApart.a19(features: embedded)
    apart.embed(data, 2, PackedBlock.text, unpacked: PackedBlock.text.count)
    let rebuilt = try rebuild(apart.resummed())
    #expect(rebuilt.disk[442_368..<450_560] == PackedBlock.plain(8192))
    #expect(rebuilt.summary.facts.blocks == ["embedded plain": 1])
  }

  /// The bytes of a longer block before do not shine through.
  @Test func whatAnEmbeddedBlockDoesNotSayIsZero() throws {
    var apart = try TakenApart.a19(features: everything)
    let (write, second) = (apart.records[data], apart.records[data].bytes)
    let literals = [[UInt8]](repeating: [63] + [UInt8](repeating: 0x41, count: 64), count: 64).flatMap { $0 }
    apart.compress(data, 14, literals + PackedBlock.zle([UInt8](repeating: 0, count: 4096)))
    apart.records.insert(TakenApart.Record(bytes: second, offset: write.offset), at: data + 1)
    TakenApart.put(&apart.records[data + 1].bytes, 24, 450_560)
    apart.embed(data + 1, 2, [1, 2, 3], unpacked: 3)
    apart.records.remove(at: data + 2)
    let rebuilt = try rebuild(apart.resummed())
    #expect(rebuilt.disk[442_368..<446_464] == [UInt8](repeating: 0x41, count: 4096))
    #expect(rebuilt.disk[450_560..<458_752] == [1, 2, 3] + [UInt8](repeating: 0, count: 8189))
  }

  @Test func thePropertyBlockMayBePacked() throws {
    let plain = try fixture("a19-12.zfs")
    let block = TakenApart(plain).records[properties].bytes.dropFirst(312)
    var apart = try TakenApart.a19(features: compressed)
    apart.compress(properties, 14, PackedBlock.zle(Array(block)))
    #expect(try rebuild(apart.resummed()).disk == rebuild(plain).disk)
    #expect(try rebuild(apart.resummed()).summary.volumeSize == 32 << 20)

    var small = try TakenApart.a19(features: embedded)
    small.embed(properties, 14, PackedBlock.zle(Array(block.prefix(128))), unpacked: 128)
    #expect(try rebuild(small.resummed()).summary.volumeSize == 32 << 20)
    #expect(try rebuild(small.resummed()).summary.facts.blocks == ["plain": 1])
  }

  // MARK: - Damaged payloads

  struct Garbage: Sendable, CustomTestStringConvertible {
    var name: String
    var number: UInt8
    var payload: [UInt8]
    var says: String
    var testDescription: String { name }
  }

  @Test(arguments: Garbage.all) func garbageIsNamedWithItsRecord(_ garbage: Garbage) throws {
    var apart = try TakenApart.a19(features: everything)
    apart.compress(data, garbage.number, garbage.payload)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed(), chunk: 1000) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == data + 1)
    #expect(error?.offset == Int64(apart.records[data].offset))
    #expect(error?.message.contains("the \(garbage.says) payload of this record cannot be unpacked") == true)
  }

  /// With right sums only the algorithm itself can see a change; none may crash, or give more or less than a block.
  @Test(arguments: PackedBlock.all, 0..<40) func randomChangesAreNeverMoreThanAnotherBlock(
    _ block: PackedBlock, seed: Int
  ) throws {
    var random = SplitMix(state: UInt64(seed) << 8 | UInt64(block.number))
    var payload = block.payload(8192)
    for _ in 0...random.next() % 4 {
      payload[Int(random.next() % UInt64(payload.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    if seed % 4 == 0 { payload = (0..<payload.count).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    if seed % 5 == 0 { payload.removeLast(Int(random.next() % UInt64(payload.count - 1))) }
    var apart = try TakenApart.a19(features: everything)
    apart.compress(data, block.number, payload)
    do {
      let rebuilt = try rebuild(apart.resummed())
      #expect(rebuilt.summary.volumeSize == 32 << 20)
      #expect(rebuilt.disk.pages.keys.allSatisfy { (864..<880).contains($0) })
    } catch {
      #expect(error.kind == .damaged)
      #expect(error.record == data + 1)
    }
  }
}

extension PackedTests.Garbage {
  private static let lz4 = PackedBlock.all[0].payload
  private static let zstd = PackedBlock.all[1].payload
  private static let gzip = PackedBlock.all[3].payload
  private static let zle = PackedBlock.all[5].payload
  private static let lzjb = PackedBlock.all[6].payload

  static let all: [PackedTests.Garbage] = [
    .init(name: "lz4 for less than a block", number: 15, payload: lz4(4096), says: "lz4"),
    .init(name: "lz4 for more than a block", number: 15, payload: lz4(16384), says: "lz4"),
    .init(
      name: "lz4 longer than its payload", number: 15, payload: [0, 0, 1, 0] + lz4(8192).dropFirst(4), says: "lz4"),
    .init(name: "lz4 of length 2^32-1", number: 15, payload: [255, 255, 255, 255] + lz4(8192), says: "lz4"),
    .init(name: "lz4 of length 0", number: 15, payload: [0, 0, 0, 0, 0, 0, 0, 0], says: "lz4"),
    .init(name: "lz4 of three bytes", number: 15, payload: [0, 0, 0], says: "lz4"),
    .init(name: "lz4 match before the block", number: 15, payload: [0, 0, 0, 5, 0x1f, 65, 9, 0, 0], says: "lz4"),
    .init(name: "zstd for less than a block", number: 16, payload: zstd(4096), says: "zstd"),
    .init(name: "zstd for more than a block", number: 16, payload: zstd(16384), says: "zstd"),
    .init(name: "zstd longer than its payload", number: 16, payload: [1, 0, 0, 0] + zstd(8192), says: "zstd"),
    .init(name: "zstd of eight bytes", number: 16, payload: Array(zstd(8192)[..<8]), says: "zstd"),
    .init(
      name: "zstd with its magic number", number: 16,
      payload: PackedBlock.bigEndian(12) + [0, 0, 0, 0, 0x28, 0xb5, 0x2f, 0xfd, 0, 0x70, 1, 0, 0, 0, 0, 0],
      says: "zstd"),
    .init(name: "gzip for less than a block", number: 10, payload: gzip(4096), says: "gzip-6"),
    .init(name: "gzip for more than a block", number: 5, payload: gzip(16384), says: "gzip-1"),
    .init(name: "gzip cut off", number: 13, payload: gzip(8192).dropLast(1), says: "gzip-9"),
    .init(name: "gzip with a wrong sum", number: 10, payload: gzip(8192).dropLast(1) + [0], says: "gzip-6"),
    .init(name: "gzip of nothing", number: 10, payload: [0, 0, 0, 0], says: "gzip-6"),
    .init(name: "zle cut off", number: 14, payload: zle(8192).dropLast(1), says: "zle"),
    .init(name: "zle cut off in literals", number: 14, payload: [63, 1, 2, 3], says: "zle"),
    .init(name: "zle beyond the block", number: 14, payload: [UInt8](repeating: 255, count: 43), says: "zle"),
    .init(name: "lzjb cut off", number: 3, payload: lzjb(8192).dropLast(1), says: "lzjb"),
    .init(name: "lzjb match of distance 0", number: 3, payload: [2, 65, 0xfc, 0], says: "lzjb"),
    .init(name: "lzjb match before the block", number: 3, payload: [2, 65, 0xfc, 2], says: "lzjb"),
    .init(name: "lzjb of nothing but control", number: 3, payload: [0], says: "lzjb"),
  ]
}
