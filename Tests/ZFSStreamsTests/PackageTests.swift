import Model
import Testing
import ZFSStreams

/// Packages as `zfs send -p` and `-R` make them, built from a real stream.
@Suite struct PackageTests {
  /// BEGIN with an nvlist and its END, with right sums, then `streams`, then the closing END.
  private func package(
    _ streams: [[UInt8]], closed: Bool = true, properties: [(String, XDRList.Value)] = [("compression", .number(15))],
    features: UInt64 = 0
  ) throws -> [UInt8] {
    var apart = TakenApart(try fixture("a20-12.zfs"))
    TakenApart.put(&apart.records[0].bytes, 16, 2 | features << 2)
    apart.records[0].bytes[32] = 0
    apart.setList(
      XDRList.encoded([
        ("tosnap", .string("img")), ("not_recursive", .boolean),
        (
          "fss",
          .list([
            (
              "0x672c138be480e9a5",
              .list([
                ("name", .string("tank/va16")), ("parentfromsnap", .number(0)), ("props", .list(properties)),
                ("snaps", .list([("img", .number(7))])),
                ("snapprops", .list([("img", .list([("compression", .number(16))]))])),
              ])
            )
          ])
        ),
      ]))
    apart.records = [apart.records[0], apart.records[apart.records.count - 1]]
    var closing = [UInt8](repeating: 0, count: 312)
    closing[0] = 5
    return apart.resummed() + streams.flatMap { $0 } + (closed ? closing : [])
  }

  @Test func aPackageOfOneStreamIsUnwrapped() throws {
    let inner = try fixture("a19-12.zfs")
    let rebuilt = try rebuild(package([inner]))
    #expect(rebuilt.disk == (try rebuild(inner)).disk)
    #expect(rebuilt.summary.snapshot == "tank/sp@img")
    #expect(rebuilt.summary.facts.package)
    #expect(rebuilt.summary.facts.records["BEGIN"] == 1)
    #expect(rebuilt.summary.records == 15)
    #expect(rebuilt.summary.facts.smartOS.isEmpty)
  }

  /// Each BEGIN has its own byte order.
  @Test func theStreamInsideMayBeBigEndian() throws {
    let inner = try fixture("a19-12.zfs")
    let rebuilt = try rebuild(package([TakenApart(inner).swapped()]), chunk: 999)
    #expect(rebuilt.disk == (try rebuild(inner)).disk)
    #expect(rebuilt.summary.bigEndian)
  }

  @Test func aPackageOfTwoIsRefused() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([inner, inner])) }
    #expect(error?.kind == .refused(.multipleDatasets))
  }

  @Test func aPackageInsideAPackageIsDamage() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([package([inner])])) }
    #expect(error?.kind == .damaged)
    #expect(error?.record == 3)
  }

  @Test func aPackageWithoutItsLastEndIsTruncated() throws {
    let inner = try fixture("a20-12.zfs")
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(package([inner], closed: false)) }
    #expect(error?.kind == .truncated)
  }

  @Test(arguments: [4, 8, 280, 311]) func aLastEndThatIsNotZeroIsDamage(offset: Int) throws {
    var bytes = try package([fixture("a20-12.zfs")])
    bytes[bytes.count - 312 + offset] = 1
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bytes) }
    #expect(error?.kind == .damaged)
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

  // MARK: - What SmartOS makes of the properties (S5)

  private func refusals(
    _ properties: [(String, XDRList.Value)], features: UInt64 = 0
  ) throws -> [SmartOSRefusal] {
    let stream = try package([fixture("a20-12.zfs")], properties: properties, features: features)
    return try rebuild(stream).summary.facts.smartOS
  }

  @Test(arguments: [
    ("compression", XDRList.Value.number(16)), ("compression", .number(19 << 7 | 16)), ("checksum", .number(14)),
    ("volmode", .number(1)), ("snapdev", .number(1)),
  ]) func aPropertyThatSmartOSLacks(name: String, value: XDRList.Value) throws {
    let found = try refusals([("lab:note", .string("hello")), (name, value)])
    #expect(found.map(\.rule) == ["S5"])
    #expect(found.first?.message.contains(name) == true)
  }

  @Test func otherPropertiesDoNoHarm() throws {
    #expect(
      try refusals([
        ("compression", .number(15)), ("checksum", .number(8)), ("lab:volmode", .string("x")),
        ("refreservation", .number(1 << 40)),
      ]).isEmpty)
  }

  @Test func manyPropertiesGiveOneMessage() throws {
    let found = try refusals((0..<100).map { _ in ("compression", .number(16)) })
    #expect(found.count == 1)
    #expect((found.first?.message.count ?? 0) < 400)
  }

  @Test func theFeaturesOfThePackageCountToo() throws {
    #expect(try refusals([], features: 1 << 28).map(\.rule) == ["S1"])
    #expect(try refusals([], features: 1 << 26).isEmpty)
  }
}
