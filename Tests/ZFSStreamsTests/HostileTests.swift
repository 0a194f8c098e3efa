import Model
import Testing
import ZFSStreams

/// What is more than one field of one record (those are in ``RuleTests``): order, packed blocks, two streams, the END.
@Suite struct HostileTests {
  /// The records of `a19` changed, and all sums made right again.
  private func error(
    features: UInt64 = 0, _ change: (inout TakenApart) -> Void
  ) throws -> ZFSStreamError? {
    var apart = try TakenApart.a19(features: features)
    change(&apart)
    return #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed(), chunk: 999) }
  }

  @Test func aWriteBeforeItsObject() throws {
    let error = try error { $0.records.remove(at: 1) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 2)
  }

  @Test func theSameBlockTwice() throws {
    let error = try error { $0.records.insert($0.records[4], at: 4) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 6)
    #expect(error?.message.contains("overlap") == true)
  }

  @Test func twoStreamsInOneFile() throws {
    let stream = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(stream + stream) }
    #expect(error?.kind == .damaged)
    #expect(error?.offset == Int64(stream.count))
    #expect(error?.message.contains("bytes follow the END record") == true)
  }

  @Test func anEndSumOfZeroIsCompared() throws {
    var bytes = try fixture("a20-12.zfs")
    for index in bytes.count - 304..<bytes.count - 272 { bytes[index] = 0 }
    for index in bytes.count - 32..<bytes.count { bytes[index] = 0 }
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bytes) }
    #expect(error?.message.contains("END checksum") == true)
  }

  @Test(arguments: [UInt64(0), 8193, 1 << 63]) func aCompressedSizeOutOfRange(size: UInt64) throws {
    let error = try error(features: 1 << 22) {
      $0.compress(4, 14, [0, 0])
      TakenApart.put(&$0.records[4].bytes, 96, size)
    }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 5)
    #expect(error?.message.contains("\(size)") == true)
  }

  /// The payload's algorithm, and the feature bits without it.
  @Test(arguments: [(15, 1 << 22, "lz4"), (16, 1 << 22, "zstd"), (14, 1 << 16, "compressed")] as [(Int, Int, String)])
  func aPayloadThatTheFeaturesDoNotAnnounce(number: Int, features: Int, name: String) throws {
    let error = try error(features: UInt64(features)) { $0.compress(4, UInt8(number), [0, 0, 0, 0]) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 5)
    #expect(error?.message.contains("feature \(name)") == true)
  }

  struct Embedding: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var offset: Int
    var value: UInt8
    var features: UInt64 = 1 << 16
  }

  /// One byte of a WRITE_EMBEDDED of 8 plain bytes.
  @Test(arguments: [
    Embedding(testDescription: "unannounced", offset: 24, value: 0, features: 0),
    Embedding(testDescription: "payload of 0 bytes", offset: 52, value: 0),
    Embedding(testDescription: "payload of 113 bytes", offset: 52, value: 113),
    Embedding(testDescription: "2^31 bytes of payload", offset: 55, value: 0x80),
    Embedding(testDescription: "0 bytes in the block", offset: 48, value: 0),
    Embedding(testDescription: "more bytes than the block", offset: 49, value: 0x21),
    Embedding(testDescription: "2^31 bytes in the block", offset: 51, value: 0x80),
    Embedding(testDescription: "stored plain, but shorter", offset: 48, value: 9),
    Embedding(testDescription: "a type with no data", offset: 41, value: 1),
    Embedding(testDescription: "type 3", offset: 41, value: 3),
    Embedding(testDescription: "compression inherited", offset: 40, value: 0),
    Embedding(testDescription: "compression 17", offset: 40, value: 17),
    Embedding(testDescription: "lz4 unannounced", offset: 40, value: 15),
    Embedding(testDescription: "zstd unannounced", offset: 40, value: 16),
    Embedding(testDescription: "a block of 0 bytes", offset: 25, value: 0),
    Embedding(testDescription: "a block of 16 KiB", offset: 25, value: 0x40),
    Embedding(testDescription: "unaligned", offset: 17, value: 0xc2),
    Embedding(testDescription: "behind the object's tail", offset: 19, value: 2),
    Embedding(testDescription: "another object", offset: 8, value: 2),
  ]) func anEmbeddedBlockAgainstTheRules(_ embedding: Embedding) throws {
    let error = try error(features: embedding.features) {
      $0.embed(4, 2, [1, 2, 3, 4, 5, 6, 7, 8], unpacked: 8)
      $0.records[4].bytes[embedding.offset] = embedding.value
    }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 5)
  }

  /// 2^62 bytes of hole do not reach the one who writes the disk.
  @Test func aHoleIsCutAtTheLimit() throws {
    var apart = try TakenApart.a19(features: 0)
    TakenApart.put(&apart.records[2].bytes, 16, 1 << 63)
    TakenApart.put(&apart.records[5].bytes, 24, 1 << 62)
    let stream = apart.resummed()
    var reader = StreamReader(limit: .mebibytes(40))
    var position = 0
    var holes: [Placement] = []
    while let placement = try reader.next(in: stream.span.bytes, at: &position) {
      if case .free = placement { holes.append(placement) }
    }
    #expect(holes.last == .free(offset: 450_560, length: 40 << 20 - 450_560))
    #expect(try reader.finish().volumeSize == 32 << 20)
  }

  /// Blocks of 16 MiB come whole, and nothing above.
  @Test func largeBlocksNeedTheirFeature() throws {
    var apart = try TakenApart.a19(features: 1 << 19 | 1 << 22)
    for offset in [24, 25, 26, 27] { apart.records[1].bytes[offset] = offset == 27 ? 1 : 0 }
    TakenApart.put(&apart.records[4].bytes, 24, 1 << 24)
    TakenApart.put(&apart.records[4].bytes, 32, 1 << 24)
    TakenApart.put(&apart.records[5].bytes, 16, 1 << 25)
    apart.compress(4, 10, PackedBlock.all[3].payload(1 << 24))
    let rebuilt = try rebuild(apart.resummed())
    #expect(rebuilt.summary.blockSize == 1 << 24)
    #expect(rebuilt.disk[1 << 24..<(1 << 24 + 1024)] == PackedBlock.plain(1024))
    let old = rebuilt.summary.facts.smartOS
    #expect(old.map(\.rule) == ["S7"])
    #expect(old.first?.message.contains("large_blocks") == true)
  }

  /// The sum's lanes take 4 MiB at a time: a longer piece, and one cut askew, give the same.
  @Test(arguments: [1 << 24, 5_000_001]) func aPieceLongerThanTheSumTakesAtOnce(chunk: Int) throws {
    var apart = try TakenApart.a19(features: 1 << 19)
    let size = 8 << 20
    for offset in [24, 25, 26, 27] { apart.records[1].bytes[offset] = offset == 26 ? 0x80 : 0 }
    TakenApart.put(&apart.records[4].bytes, 24, UInt64(size))
    TakenApart.put(&apart.records[4].bytes, 32, UInt64(size))
    TakenApart.put(&apart.records[5].bytes, 16, UInt64(2 * size))
    apart.records[4].bytes.replaceSubrange(
      312..., with: (0..<size / 8).flatMap { [0xff, 0xfe, 1, UInt8($0 & 127), 7, 0, 0, 9] })
    let rebuilt = try rebuild(apart.resummed(), chunk: chunk)
    #expect(rebuilt.summary.volumeSize == 32 << 20)
    #expect(rebuilt.disk[2 * size - 512..<2 * size].suffix(5) == [127, 7, 0, 0, 9])
  }
}
