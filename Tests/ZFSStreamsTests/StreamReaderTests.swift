import Model
import Testing
import ZFSStreams

@Suite struct StreamReaderTests {
  @Test func theWorkedExampleOfTheReferenceIsRead() throws {
    let summary = try rebuild(fixture("a20-12.zfs")).summary
    #expect(summary.volumeSize == 8 << 20)
    #expect(summary.blockSize == 16384)
    #expect(summary.snapshot == "tank/zero@img")
    #expect(summary.guid == 0x2e7_edff_ac9a_9b8b)
    #expect(summary.records == 10)
    #expect(summary.length == 3632)
    #expect(!summary.bigEndian)
  }

  @Test(arguments: [1, 3, 7, 311, 313, 4096, 1 << 20]) func chunksMayBeCutAnywhere(size: Int) throws {
    let stream = try fixture("a19-12.zfs")
    let whole = try rebuild(stream)
    let pieces = try rebuild(stream, chunk: size)
    #expect(pieces.summary == whole.summary)
    #expect(pieces.disk == whole.disk)
  }

  @Test func aBigEndianStreamIsReadAlike() throws {
    let stream = try fixture("a19-12.zfs")
    let (little, big) = (try rebuild(stream), try rebuild(TakenApart(stream).swapped()))
    #expect(big.disk == little.disk)
    #expect(big.summary.bigEndian)
    #expect(big.summary.guid == little.summary.guid)
  }

  @Test func aRecordSumOfZeroIsNotCompared() throws {
    var apart = TakenApart(try fixture("a20-12.zfs"))
    var bytes = apart.resummed()
    // The END record's own sum: nothing comes after it.
    for index in bytes.count - 32..<bytes.count { bytes[index] = 0 }
    #expect(try rebuild(bytes).summary.volumeSize == 8 << 20)
    apart.records.removeLast()
    #expect(throws: ZFSStreamError.self) { try rebuild(apart.joined) }
  }

  @Test func theEndSumIsComparedEvenWithoutARecordSum() throws {
    var bytes = try fixture("a20-12.zfs")
    bytes[3320 + 8] ^= 1
    for index in bytes.count - 32..<bytes.count { bytes[index] = 0 }
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bytes) }
    #expect(error?.record == 10)
    #expect(error?.offset == 3320)
    #expect(error?.message.contains("END checksum") == true)
  }

  @Test func aDamagedPayloadShowsAtTheNextRecord() throws {
    var bytes = try fixture("a19-12.zfs")
    bytes[1248 + 312 + 4000] ^= 1
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bytes) }
    #expect(error?.record == 6)
    #expect(error?.offset == 9752)
    #expect(error?.message.contains("checksum mismatch") == true)
  }

  @Test func nothingAtAllIsTruncated() {
    let error = #expect(throws: ZFSStreamError.self) { try rebuild([]) }
    #expect(error?.kind == .truncated)
    #expect(error?.record == 1)
  }

  @Test func aNameThatIsNoStreamIsSaidSo() {
    let error = #expect(throws: ZFSStreamError.self) { try rebuild([UInt8](repeating: 0x41, count: 4096)) }
    #expect(error?.kind == .damaged)
    #expect(error?.message.contains("no ZFS send stream") == true)
  }

  @Test func aVolumeAboveTheLimitIsNotRebuilt() throws {
    let stream = try fixture("a19-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(stream, limit: .mebibytes(31)) }
    #expect(error?.kind == .overLimit)
    #expect(error?.message.contains("33554432") == true)
  }

  @Test func aHostileNameIsEscaped() throws {
    var apart = TakenApart(try fixture("a20-12.zfs"))
    let name: [UInt8] = Array("../$(reboot)\u{1b}[2J\n\\@".utf8) + [0xff]
    apart.records[0].bytes.replaceSubrange(56..<56 + name.count, with: name)
    let summary = try rebuild(apart.resummed()).summary
    #expect(summary.snapshot == #"../$(reboot)\x1b[2J\x0a\\@\xff"#)
  }

  @Test func anErrorStaysAnError() throws {
    let stream = try fixture("a20-12.zfs")
    var reader = StreamReader(limit: .mebibytes(8))
    var position = 0
    let junk = [UInt8](repeating: 0, count: 312)
    let first = #expect(throws: ZFSStreamError.self) { try reader.next(in: junk.span.bytes, at: &position) }
    position = 0
    let second = #expect(throws: ZFSStreamError.self) { try reader.next(in: stream.span.bytes, at: &position) }
    let third = #expect(throws: ZFSStreamError.self) { try reader.finish() }
    #expect(first == second)
    #expect(first == third)
  }
}
