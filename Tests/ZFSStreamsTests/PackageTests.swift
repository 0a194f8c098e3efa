import Model
import Testing
import ZFSStreams

/// Packages as `zfs send -p` and `-R` make them, built from a real stream.
@Suite struct PackageTests {
  /// BEGIN (with an nvlist of 24 bytes) and its END, with right sums, then `streams`, then the closing END.
  private func package(_ streams: [[UInt8]], closed: Bool = true) throws -> [UInt8] {
    var apart = TakenApart(try fixture("a20-12.zfs"))
    var begin = apart.records[0]
    begin.bytes[4] = 24
    begin.bytes[16] = 2
    begin.bytes[32] = 0
    begin.bytes += [UInt8](repeating: 7, count: 24)
    let end = apart.records.last!
    apart.records = [begin, end]
    var closing = [UInt8](repeating: 0, count: 312)
    closing[0] = 5
    return apart.resummed() + streams.flatMap { $0 } + (closed ? closing : [])
  }

  @Test func aPackageOfOneStreamIsUnwrapped() throws {
    let inner = try fixture("a19-12.zfs")
    let rebuilt = try rebuild(package([inner]))
    #expect(rebuilt.disk == (try rebuild(inner)).disk)
    #expect(rebuilt.summary.snapshot == "tank/sp@img")
  }

  @Test func aPackageOfTwoIsRefused() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([inner, inner])) }
    #expect(error?.kind == .refused(.multipleDatasets))
  }

  @Test func aPackageWithoutItsLastEndIsTruncated() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([inner], closed: false)) }
    #expect(error?.kind == .truncated)
  }

  @Test func anEmptyPackageIsDamaged() throws {
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([])) }
    #expect(error?.kind == .damaged)
  }

  @Test func bytesBehindAPackageAreDamage() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([inner]) + [0]) }
    #expect(error?.kind == .damaged)
    #expect(error?.message.contains("END") == true)
  }
}
