import Model
import Testing
import ZFSStreams

/// Rules of SmartOS that no row of the corpus breaks, or not alone; packages with properties are in ``PackageTests``.
@Suite struct SmartOSTests {
  private func rules(
    features: UInt64 = 0, _ change: (inout TakenApart) -> Void = { _ in }
  ) throws -> [SmartOSRefusal] {
    var apart = try TakenApart.a19(features: features)
    change(&apart)
    return try rebuild(apart.resummed()).summary.facts.smartOS
  }

  @Test func aPlainStreamBreaksNone() throws {
    #expect(try rules().isEmpty)
    #expect(try rules(features: 1 << 2 | 1 << 22 | 1 << 23 | 1 << 26).isEmpty)
  }

  @Test(arguments: [(25, "zstd"), (27, "switch_to_large_blocks"), (28, "longname"), (29, "large_microzap")])
  func aFeatureThatIllumosLacks(bit: Int, name: String) throws {
    let found = try rules(features: 1 << UInt64(bit))
    #expect(found.map(\.rule) == ["S1"])
    #expect(found.first?.message.contains(name) == true)
    #expect(found.first?.oldPoolsOnly == false)
  }

  @Test func oneMessageARuleHoweverManyBlocks() throws {
    let row = try #require(Row.all.first { $0.id == "a10-12" })
    let found = try rebuild(fixture(row.file)).summary.facts.smartOS.filter { $0.rule == "S3" }
    #expect(found.count == 1)
    #expect(found.first?.message.contains("22 blocks are compressed with zstd") == true)
  }

  @Test func anObjectThatAsksForZstd() throws {
    let found = try rules { $0.records[1].bytes[33] = 16 }
    #expect(found.map(\.rule) == ["S3"])
    #expect(found.first?.message.contains("object 1 asks for compression 16") == true)
  }

  @Test func anObjectThatAsksForBlake3() throws {
    let found = try rules { $0.records[6].bytes[32] = 14 }
    #expect(found.map(\.rule) == ["S4"])
    #expect(found.first?.message.contains("object 2 asks for checksum 14") == true)
  }

  /// The checksum of a block on the sender's disk is information only.
  @Test func aBlockWithABlake3Checksum() throws {
    #expect(try rules { $0.records[4].bytes[48] = 14 }.isEmpty)
  }

  @Test(arguments: [(16, "embedded_data"), (17, "lz4_compress"), (19, "large_blocks")])
  func whatOldPoolsLack(bit: Int, name: String) throws {
    let found = try rules(features: 1 << UInt64(bit))
    #expect(found.map(\.rule) == ["S7"])
    #expect(found.first?.oldPoolsOnly == true)
    #expect(found.first?.message.contains(name) == true)
  }
}
