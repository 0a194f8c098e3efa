import Testing

@testable import Packets

struct PcapReaderTests {
  static let file =
    Made.header + Made.record(Made.arp(1, "1.2.3.4", "5.6.7.8"), at: 7.5) + Made.record([1, 2, 3], length: 4000)

  @Test(arguments: [1, 7, 24, 1000]) func piecesOfAnySizeGiveTheSame(size: Int) {
    var reader = PcapReader()
    var records: [PcapReader.Record] = []
    for start in stride(from: 0, to: Self.file.count, by: size) {
      records += reader.receive(Array(Self.file[start..<min(start + size, Self.file.count)]))
    }
    #expect(records.map(\.length) == [42, 4000] && records[0].time == 7.5)
    #expect(Array(records[1].bytes) == [1, 2, 3] && reader.trouble == nil)
    // What is written on is what came in.
    #expect((reader.header ?? []) + records.flatMap(\.raw) == Self.file)
  }

  @Test(arguments: [
    [UInt8](repeating: 0x41, count: 24), Array(Self.file.reversed()),
    Made.header.dropLast(4) + Made.little(101),
  ]) func whatIsNoFileOfOursIsRefused(bytes: [UInt8]) {
    var reader = PcapReader()
    #expect(reader.receive(bytes + Self.file).isEmpty)
    #expect(reader.trouble != nil && reader.header == nil)
    #expect(reader.receive(Self.file).isEmpty)
  }

  @Test func aRecordThatClaimsTooMuchEndsIt() {
    var reader = PcapReader()
    let huge = Made.little(1) + Made.little(0) + Made.little(Int(Int32.max)) + Made.little(10)
    #expect(reader.receive(Self.file + huge + Self.file).count == 2)
    #expect(reader.trouble == "a record claims 2147483647 bytes")
  }
}
