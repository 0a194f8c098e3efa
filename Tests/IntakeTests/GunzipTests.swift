import Foundation
import Intake
import Testing

@Suite struct GunzipTests {
  private func unpack(_ packed: [UInt8], chunk: Int, capacity: Int = 1 << 20) throws -> [UInt8] {
    var gunzip = Gunzip(capacity: capacity)
    var out: [UInt8] = []
    for start in stride(from: 0, to: packed.count, by: chunk) {
      let piece = Array(packed[start..<min(start + chunk, packed.count)])
      try piece.withUnsafeBytes { bytes in
        gunzip.begin(bytes)
        while let more = try gunzip.next() { out.append(contentsOf: more) }
      }
    }
    try gunzip.finish()
    return out
  }

  @Test(arguments: [1, 2, 7, 100, 4096], [64, 1000, 1 << 20]) func chunksMayBeCutAnywhere(chunk: Int, capacity: Int)
    throws
  {
    let packed = [UInt8](try Data(contentsOf: fixtures.appending(path: "a19-12.zfs.gz")))
    let plain = [UInt8](try Data(contentsOf: fixtures.appending(path: "a19-12.zfs")))
    #expect(try unpack(packed, chunk: chunk, capacity: capacity) == plain)
    // Two members, the border of which may fall anywhere.
    #expect(try unpack(packed + packed, chunk: chunk, capacity: capacity) == plain + plain)
  }

  @Test func everyBitFlipInASmallFileIsSeenOrHarmless() throws {
    let packed = [UInt8](try Data(contentsOf: fixtures.appending(path: "a20-12.zfs.gz")))
    let plain = [UInt8](try Data(contentsOf: fixtures.appending(path: "a20-12.zfs")))
    var accepted: [Int] = []
    for index in packed.indices {
      var bad = packed
      bad[index] ^= 1 << UInt8(index % 8)
      // What unpacks without an error unpacks to the right bytes.
      if let out = try? unpack(bad, chunk: 4096) {
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
      #expect(throws: Gunzip.Damage.self) { try unpack(Array(packed[..<length]), chunk: 64) }
    }
  }
}
