import Model
import Testing
import ZFSStreams

@Suite struct StreamWriterTests {
  @Test(arguments: [false, true], [UInt64(1), 2, 3]) func whatIsWrittenIsRead(bigEndian: Bool, seed: UInt64) throws {
    let (disk, stream) = sample(blocks: 40, seed: seed, bigEndian: bigEndian)
    let rebuilt = try rebuild(stream, chunk: 1000)
    #expect(rebuilt.disk == Pages(disk))
    #expect(rebuilt.summary.bigEndian == bigEndian)
    #expect(rebuilt.summary.snapshot == "zones/test@final")
    #expect(rebuilt.summary.guid == 0x1234_5678_9abc_def1)
    #expect(rebuilt.summary.creationTime == 1_700_000_000)
    #expect(rebuilt.summary.features == 0)
  }

  @Test func zerosBecomeHoles() {
    let (_, stream) = sample(blocks: 40, seed: 5)
    let writes = TakenApart(stream).records.filter { $0.type == 3 && $0.bytes[8] == 1 }
    #expect(!writes.isEmpty)
    #expect(writes.allSatisfy { $0.bytes.dropFirst(312).contains { $0 != 0 } })
  }

  /// The real stream's volume written by us: the same records, and the same bytes but for what tells the hosts apart.
  @Test func theShapeIsThatOfARealSend() throws {
    let real = try fixture("a19-12.zfs")
    let rebuilt = try rebuild(real)
    var ours: [UInt8] = []
    var writer = StreamWriter(
      .init(
        snapshot: "tank/sp@img", guid: rebuilt.summary.guid, creationTime: rebuilt.summary.creationTime,
        size: ByteCount(bytes: rebuilt.summary.volumeSize), blockSize: 8192), into: &ours)
    writer.skip(to: 442_368)
    writer.add(rebuilt.disk[442_368..<450_560].span.bytes, into: &ours)
    writer.finish(into: &ours)

    var theirs = TakenApart(real)
    let made = TakenApart(ours)
    #expect(made.records.map(\.type) == theirs.records.map(\.type))
    // What is known of the block on the sender's disk, and the salt of its ZAP.
    theirs.records[4].bytes.replaceSubrange(48..<96, with: made.records[4].bytes[48..<96])
    theirs.records[8].bytes.replaceSubrange(320..<328, with: made.records[8].bytes[320..<328])
    #expect(theirs.resummed() == made.joined)
  }

  @Test func anEmptyVolumeIsOneHole() throws {
    var stream: [UInt8] = []
    let writer = StreamWriter(
      .init(snapshot: "a@b", guid: 1, creationTime: 0, size: .mebibytes(1), blockSize: 512), into: &stream)
    writer.finish(into: &stream)
    let rebuilt = try rebuild(stream)
    #expect(rebuilt.disk == Pages())
    #expect(rebuilt.summary.records == 10)
  }
}
