import Model
import Testing
import ZFSStreams

/// Every row of the corpus of real streams gives the outcome that it states.
@Suite struct RowTests {
  private static let limit = ByteCount.gibibytes(1)

  @Test(arguments: Row.sound, [1 << 20, 12345]) func aSoundStreamGivesItsVolume(_ row: Row, chunk: Int) throws {
    let rebuilt = try rebuild(fixture(row.file), chunk: chunk, limit: Self.limit)
    let (summary, facts) = (rebuilt.summary, rebuilt.summary.facts)
    #expect(try rebuilt.disk.sha256(size: Int(summary.volumeSize)) == row.rawSha256)
    #expect(summary.volumeSize == row.volsize)
    // Without large blocks the sender cuts them.
    let largest = row.features.contains("large_blocks") ? Int64.max : 128 << 10
    #expect(summary.blockSize == min(largest, row.volblocksize ?? 0))
    #expect(summary.snapshot == row.toname)
    #expect(summary.guid == UInt64(row.toguid, radix: 16))
    #expect(summary.length == Int64(row.streamBytes))
    #expect(facts.guid == String(summary.guid))
    #expect(facts.creationTime == summary.creationTime)
    #expect(facts.features == row.features)
    #expect(facts.package == row.package)
    #expect(facts.records == row.records)
    #expect(facts.length == summary.length)
    #expect(!facts.bigEndian)
    #expect(facts.smartOS.filter { !$0.oldPoolsOnly }.map(\.rule) == row.smartosRulesBroken)
    #expect(facts.smartOS.contains { $0.rule == "S7" } == !Set(row.features).isDisjoint(with: Self.poolFeatures))
    #expect(facts.smartOS.allSatisfy { $0.message.count > 40 && $0.oldPoolsOnly == ($0.rule == "S7") })
    try expectBlocks(facts, row)
  }

  private static let poolFeatures: Set = ["embed_data", "large_blocks", "lz4"]

  /// The corpus counts the property block with the data.
  private func expectBlocks(_ facts: StreamFacts, _ row: Row) throws {
    var expected: [String: Int] = [:]
    for (name, count) in try #require(row.writeCompression) {
      let name = name == "inherit" ? "plain" : name.replacing("embedded-", with: "embedded ")
      expected[name] = count - (facts.blocks[name] ?? 0)
    }
    #expect(Set(facts.blocks.keys).isSubset(of: expected.keys))
    #expect(expected.values.allSatisfy { $0 >= 0 })
    #expect(expected.values.reduce(0, +) == 1)
    #expect(expected["plain"] == 1 || expected["embedded lz4"] == 1)
  }

  @Test(arguments: Row.all.filter { $0.expect != "ok" }) func anotherStreamIsRefusedByName(_ row: Row) throws {
    let error = #expect(throws: ZFSStreamError.self) {
      try rebuild(fixture(row.file), chunk: 5000, limit: Self.limit)
    }
    if row.expect == "error:truncated" {
      #expect(error?.kind == .truncated)
    } else {
      let kind = ZFSStreamError.Refusal(rawValue: String(row.expect.dropFirst("refuse:".count)))
      #expect(error?.kind == kind.map { .refused($0) })
      #expect(error?.message.contains("send") == true)
    }
  }

  /// As a SPARC machine would have sent them; packages and the largest ones left out.
  @Test(arguments: Row.sound.filter { !$0.package && $0.streamBytes < 400_000 })
  func aBigEndianStreamGivesTheSame(_ row: Row) throws {
    var apart = TakenApart(try fixture(row.file))
    apart.unpackProperties(size: try #require(row.volsize))
    let rebuilt = try rebuild(apart.swapped(), chunk: 77_777, limit: Self.limit)
    #expect(rebuilt.summary.bigEndian)
    #expect(rebuilt.summary.facts.bigEndian)
    #expect(rebuilt.summary.facts.features == row.features)
    #expect(try rebuilt.disk.sha256(size: Int(rebuilt.summary.volumeSize)) == row.rawSha256)
  }
}
