import Model
import Testing
import ZFSStreams

/// A fat ZAP for the properties, which no volume is known to have, made by hand.
@Suite struct FatZAPTests {
  private static let block = 1024

  /// The head's block, and a leaf with `entries`: names and values, each an entry chunk and two array chunks.
  private func blocks(_ entries: [(String, UInt64)], bigEndian: Bool = false) -> (head: [UInt8], leaf: [UInt8]) {
    var (head, leaf) = ([UInt8](repeating: 0, count: Self.block), [UInt8](repeating: 0, count: Self.block))
    func put(_ bytes: inout [UInt8], _ offset: Int, _ value: UInt64, _ width: Int) {
      for index in 0..<width {
        bytes[offset + (bigEndian ? width - 1 - index : index)] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
      }
    }
    put(&head, 0, 0x8000_0000_0000_0001, 8)
    put(&head, 8, 0x2_F52A_B2AB, 8)
    put(&leaf, 0, 0x8000_0000_0000_0000, 8)
    put(&leaf, 24, 0x2AB_1EAF, 4)
    for (index, (name, value)) in entries.enumerated() {
      func chunk(_ number: Int) -> Int { 48 + Self.block / 16 + (3 * index + number) * 24 }
      leaf[chunk(0)] = 252
      leaf[chunk(0) + 1] = 8
      for (offset, field) in [
        (2, 0xffff), (4, 3 * index + 1), (6, name.utf8.count + 1), (8, 3 * index + 2), (10, 1),
      ] { put(&leaf, chunk(0) + offset, UInt64(field), 2) }
      leaf[chunk(1)] = 251
      for (offset, byte) in name.utf8.prefix(21).enumerated() { leaf[chunk(1) + 1 + offset] = byte }
      leaf[chunk(2)] = 251
      for offset in 0..<8 { leaf[chunk(2) + 1 + offset] = UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * offset)) }
    }
    return (head, leaf)
  }

  /// `a19` with these blocks as its property object, `gap` blocks apart.
  private func stream(
    _ blocks: (head: [UInt8], leaf: [UInt8]), gap: Int = 0, blockSize: Int = FatZAPTests.block
  ) throws -> TakenApart {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    for index in 0..<4 { apart.records[6].bytes[24 + index] = UInt8(truncatingIfNeeded: blockSize >> (8 * index)) }
    TakenApart.put(&apart.records[7].bytes, 16, 1 << 40)
    func write(_ block: [UInt8], at offset: Int) -> TakenApart.Record {
      var record = apart.records[8]
      record.bytes.replaceSubrange(312..., with: block)
      TakenApart.put(&record.bytes, 24, UInt64(offset))
      TakenApart.put(&record.bytes, 32, UInt64(block.count))
      return record
    }
    TakenApart.put(&apart.records[9].bytes, 16, UInt64((gap + 2) * blockSize))
    let writes = [write(blocks.head, at: 0), write(blocks.leaf, at: (gap + 1) * blockSize)]
    apart.records.replaceSubrange(8...8, with: writes)
    return apart
  }

  @Test(arguments: [0, 1, 7]) func itsSizeIsFound(gap: Int) throws {
    let entries: [(String, UInt64)] = [
      ("siz", 1), ("size", 32 << 20), ("sizes", 2), ("a name that is longer than it", 3),
    ]
    #expect(try rebuild(stream(blocks(entries), gap: gap).resummed(), chunk: 500).summary.volumeSize == 32 << 20)
  }

  @Test func itsSizeIsFoundInABigEndianStream() throws {
    var stream = try stream(blocks([("size", 32 << 20)], bigEndian: true))
    // Payloads of object 2 are swapped as micro ZAPs by the helper: put ours back.
    let (head, leaf) = (stream.records[8].bytes[312...], stream.records[9].bytes[312...])
    stream = TakenApart(swapped: stream.swapped(), like: stream)
    stream.records[8].bytes.replaceSubrange(312..., with: head)
    stream.records[9].bytes.replaceSubrange(312..., with: leaf)
    #expect(try rebuild(stream.resummed(bigEndian: true)).summary.volumeSize == 32 << 20)
  }

  /// Nothing of it is believed: it ends as damage at END, where the object is whole.
  @Test func aDamagedOneIsSeen() throws {
    let good = blocks([("size", 32 << 20)])
    func error(_ change: (inout [UInt8], inout [UInt8]) -> Void) throws -> ZFSStreamError? {
      var (head, leaf) = good
      change(&head, &leaf)
      let apart = try stream((head, leaf))
      let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
      #expect(error?.record == apart.records.count)
      return error
    }
    let entry = 48 + Self.block / 16
    #expect(try error { head, _ in head[8] = 0 }?.message.contains("damaged head") == true)
    #expect(try error { _, leaf in leaf[24] = 0 }?.message.contains("no \"size\"") == true)
    #expect(try error { _, leaf in leaf[entry + 1] = 4 }?.message.contains("no \"size\"") == true)
    #expect(try error { _, leaf in leaf[entry + 5] = 0xff }?.message.contains("no \"size\"") == true)
    #expect(try error { _, leaf in leaf[entry + 8] = 0 }?.message.contains("no \"size\"") == true)
    #expect(try error { _, leaf in leaf[entry + 48 + 8] = 1 }?.message.contains("multiple of 512") == true)
    #expect(
      try error { _, leaf in leaf = blocks([("size", 32 << 20), ("size", 32 << 20)]).leaf }?.message.contains("twice")
        == true)
  }

  @Test func oneAboveOneMebibyteIsRefused() throws {
    let apart = try stream(blocks([("size", 32 << 20)]), gap: 1 << 20 / Self.block - 1)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .refused(.unsupportedProperties))
    #expect(error?.record == 10)
  }

  @Test func aMicroZAPOfTwoBlocksIsDamage() throws {
    var (head, leaf) = blocks([])
    TakenApart.put(&head, 0, 0x8000_0000_0000_0003)
    TakenApart.put(&head, 64, 32 << 20)
    head.replaceSubrange(78..<82, with: "size".utf8)
    leaf[0] = 1
    let apart = try stream((head, leaf))
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 10)
  }
}

extension TakenApart {
  /// The records of a swapped stream, which are as long as those of the stream it was made from.
  init(swapped: [UInt8], like other: TakenApart) {
    self = other
    var start = 0
    for index in records.indices {
      records[index].bytes = Array(swapped[start..<start + records[index].bytes.count])
      start += records[index].bytes.count
    }
  }
}
