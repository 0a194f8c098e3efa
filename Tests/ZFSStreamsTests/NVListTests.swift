import Model
import Testing
import ZFSStreams

/// The nvlist of BEGIN, seen through what the reader makes of it.
@Suite struct NVListTests {
  private static let sound: [(String, XDRList.Value)] = [
    ("a", .boolean), ("number", .number(7)), ("text", .string("odd")), ("numbers", .numbers([1, 2, 3])),
    ("texts", .strings(["", "one", "four"])), ("bytes", .bytes([1, 2, 3, 4, 5])), ("int", .int(9)),
    ("list", .list([("inner", .list([("redact_snaps", .numbers([]))])), ("b", .boolean)])),
    ("lists", .lists([[("x", .number(1))], [], [("y", .string("z"))]])),
  ]

  private func read(_ list: [UInt8]) throws(ZFSStreamError) -> StreamSummary {
    var apart = TakenApart(worked)
    apart.setList(list)
    return try rebuild(apart.resummed(), chunk: 100).summary
  }
  private let worked: [UInt8]
  init() throws { worked = try fixture("a20-12.zfs") }

  @Test func everyTypeIsPassedOver() throws {
    #expect(try read(XDRList.encoded(Self.sound)).volumeSize == 8 << 20)
    #expect(try read(XDRList.encoded([])).volumeSize == 8 << 20)
  }

  @Test func redactSnapsIsRefused() {
    let list = XDRList.encoded(Self.sound + [("redact_snaps", .numbers([1]))])
    let error = #expect(throws: ZFSStreamError.self) { try read(list) }
    #expect(error?.kind == .refused(.redacted))
    #expect(error?.record == 1)
  }

  @Test func everyCutIsSeen() {
    let list = XDRList.encoded(Self.sound)
    for length in stride(from: 4, to: list.count - 4, by: 4) {
      let cut = Array(list[..<length])
      let error = #expect(throws: ZFSStreamError.self, "cut at \(length)") { try read(cut) }
      // Four bytes of zero can stand for the end of the list when they are padding.
      #expect(error?.kind == .damaged)
      #expect(error?.message.contains("nvlist") == true)
    }
  }

  @Test func aListThatIsTooDeepIsSeen() throws {
    func nested(_ depth: Int) -> [UInt8] {
      XDRList.encoded((1..<depth).reduce([]) { inner, _ in [("n", .list(inner))] })
    }
    #expect(try read(nested(20)).volumeSize == 8 << 20)
    let error = #expect(throws: ZFSStreamError.self) { try read(nested(21)) }
    #expect(error?.message.contains("deeper than 20") == true)
    #expect(throws: ZFSStreamError.self) { try read(nested(5000)) }
  }

  /// A huge count or length at each place where one stands.
  @Test(arguments: [0xffff_ffff, 0x7fff_ffff, 0x4000_0000]) func hugeLengthsAreSeen(_ huge: Int) throws {
    let list = XDRList.encoded(Self.sound)
    var accepted: [Int] = []
    for offset in stride(from: 12, to: list.count, by: 4) {
      var bad = list
      bad.replaceSubrange(offset..<offset + 4, with: XDRList.u32(huge))
      do {
        _ = try read(bad)
        accepted.append(offset)
      } catch {
        #expect(error.kind == .damaged || error.kind == .refused(.redacted))
      }
    }
    // What is left are decoded sizes, flags, names and values, which are not looked at.
    #expect(accepted.count < list.count / 8)
  }

  @Test(arguments: [0, 2]) func anotherEncodingIsSeen(_ encoding: UInt8) {
    var list = XDRList.encoded(Self.sound)
    list[0] = encoding
    let error = #expect(throws: ZFSStreamError.self) { try read(list) }
    #expect(error?.message.contains("XDR") == true)
  }

  @Test func anUnknownTypeIsSeen() {
    var list = XDRList.encoded([("a", .boolean)])
    list[12 + 8 + 8 + 3] = 99
    let error = #expect(throws: ZFSStreamError.self) { try read(list) }
    #expect(error?.message.contains("type 99") == true)
  }

  @Test func aListAboveTheLimitIsNotTaken() throws {
    var apart = TakenApart(worked)
    apart.records[0].bytes[7] = 2
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .refused(.multipleDatasets))
    #expect(error?.message.contains("33554432") == true)
  }
}
