import Foundation
import Intake
import Testing

@Suite struct GunzipTests {
  @Test(arguments: [1, 2, 7, 100, 4096], [64, 1000, 1 << 20]) func chunksMayBeCutAnywhere(chunk: Int, capacity: Int)
    throws
  {
    let packed = [UInt8](try Data(contentsOf: fixtures.appending(path: "a19-12.zfs.gz")))
    let plain = [UInt8](try Data(contentsOf: fixtures.appending(path: "a19-12.zfs")))
    #expect(try unpackAll(packed, with: Gunzip(), chunk: chunk, capacity: capacity) == plain)
    // Two members, the border of which may fall anywhere.
    #expect(try unpackAll(packed + packed, with: Gunzip(), chunk: chunk, capacity: capacity) == plain + plain)
  }

  @Test func everyBitFlipInASmallFileIsSeenOrHarmless() throws {
    let packed = [UInt8](try Data(contentsOf: fixtures.appending(path: "a20-12.zfs.gz")))
    let plain = [UInt8](try Data(contentsOf: fixtures.appending(path: "a20-12.zfs")))
    var accepted: [Int] = []
    for index in packed.indices {
      var bad = packed
      bad[index] ^= 1 << UInt8(index % 8)
      // What unpacks without an error unpacks to the right bytes.
      if let out = try? unpackAll(bad, with: Gunzip()) {
        #expect(out == plain)
        accepted.append(index)
      }
    }
    // The header's time and system, and three copies of zeros from elsewhere: those that zlib accepts as well.
    #expect(accepted == [4, 5, 6, 7, 8, 9, 120, 326, 423])
  }

  @Test func everyTruncationIsSeen() throws {
    let packed = [UInt8](try Data(contentsOf: fixtures.appending(path: "a20-12.zfs.gz")))
    for length in packed.indices {
      #expect(throws: ContainerDamage.self) { try unpackAll(Array(packed[..<length]), with: Gunzip(), chunk: 64) }
    }
  }
}
