import Model
import Testing
import ZFSStreams

/// One way to damage a sound stream.
enum Damage: String, CaseIterable, Sendable {
  case flipHeader, flipPayload, flipChecksum, truncate, swap, double, drop, dropEnd, hugeLength, trail
}

/// Every damage must end in an error that names a record and a place, and never in a finished disk.
@Suite struct DamageTests {
  @Test(arguments: Damage.allCases, 0..<24) func everyDamageIsSeen(_ damage: Damage, seed: Int) throws {
    let kinds = Damage.allCases
    var random = SplitMix(state: UInt64(seed * 100 + kinds.firstIndex(of: damage)!))
    let stream = try Self.stream(seed)
    guard let (bad, place) = Self.damaged(stream, damage, &random) else {
      Issue.record("no damage made")
      return
    }
    #expect(bad != stream)
    let chunk = [313, 4096, 1 << 20].randomElement(using: &random)!
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bad, chunk: chunk) }
    guard let error else { return }
    #expect(error.record >= 1)
    #expect(error.offset >= 0 && error.offset <= Int64(bad.count))
    #expect(error.description.hasPrefix("record \(error.record) at byte \(error.offset): "))
    if damage == .truncate || damage == .dropEnd { #expect(error.kind == .truncated) }
    // Never before the damage: the record seen lies at the damage or behind it.
    if let place { #expect(error.offset + 312 + 8192 > Int64(place)) }
  }

  /// Plain ones, and every third with packed payloads: lz4 beside plain, embedded lz4, zstd, gzip, zle, lzjb.
  private static func stream(_ seed: Int) throws -> [UInt8] {
    guard seed % 3 == 2 else {
      return seed % 3 == 0 ? try fixture("a19-12.zfs") : sample(blocks: 12, seed: UInt64(seed)).stream
    }
    let blocks = PackedBlock.all
    let block = blocks[seed / 3 % blocks.count]
    var apart = try TakenApart.a19(features: 1 << 22 | 1 << 16 | block.features)
    if seed % 2 == 0 {
      apart.compress(4, block.number, block.payload(8192) + [UInt8](repeating: 0, count: 512))
    } else {
      apart.embed(4, block.number, block.payload(512), unpacked: 512)
    }
    return apart.resummed()
  }

  /// Real packed streams: a flip anywhere in a payload is seen, be it by the algorithm or by the sum.
  @Test(arguments: ["a50-12.zfs.gz", "a46-12.zfs.gz", "a09-12.zfs.gz", "a12-12.zfs.gz", "a13-12.zfs.gz"], 0..<8)
  func aFlipInAPackedPayloadIsSeen(_ name: String, seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    var bytes = try fixture(name)
    let packed = TakenApart(bytes).records.filter { $0.type == 8 || $0.type == 3 && $0.bytes[50] != 0 }
    let record = try #require(packed.randomElement(using: &random))
    let place = record.offset + 312 + Int(random.next() % UInt64(record.bytes.count - 312))
    bytes[place] ^= 1 << UInt8(random.next() % 8)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(bytes, limit: .gibibytes(1)) }
    #expect(error?.kind == .damaged)
    // Its own record, or the next.
    #expect(
      error.map { [Int64(record.offset), Int64(record.offset + record.bytes.count)].contains($0.offset) } == true)
  }

  @Test func everyTruncationIsSeen() throws {
    let stream = try fixture("a20-12.zfs")
    for length in stride(from: 0, to: stream.count, by: 13) {
      let error = #expect(throws: ZFSStreamError.self) { try rebuild(Array(stream[..<length])) }
      #expect(error?.kind == .truncated)
      #expect(error?.message.contains("\(length) bytes") == true)
    }
  }

  /// Every bit of every byte but the ones that no rule covers: BEGIN's are summed, so all of them are.
  @Test func everyBitFlipIsSeen() throws {
    let stream = try fixture("a20-12.zfs")
    var accepted: [Int] = []
    for index in stream.indices {
      var bad = stream
      bad[index] ^= 1 << UInt8(index % 8)
      if (try? rebuild(bad)) != nil { accepted.append(index) }
    }
    #expect(accepted == [])
  }

  /// The damaged stream, and the first damaged byte where it has one place.
  private static func damaged(
    _ stream: [UInt8], _ damage: Damage, _ random: inout SplitMix
  ) -> ([UInt8], Int?)? {
    var apart = TakenApart(stream)
    let inner = 1..<apart.records.count - 1
    var bytes = stream
    func flip(_ at: Int) -> ([UInt8], Int?) {
      bytes[at] ^= 1 << UInt8(random.next() % 8)
      return (bytes, at)
    }
    switch damage {
    case .flipHeader:
      return flip(apart.records.randomElement(using: &random)!.offset + Int(random.next() % 280))
    case .flipPayload:
      let write = apart.records.filter { [3, 8].contains($0.type) }.randomElement(using: &random)!
      return flip(write.offset + 312 + Int(random.next() % UInt64(write.bytes.count - 312)))
    case .flipChecksum:
      return flip(apart.records.dropFirst().randomElement(using: &random)!.offset + 280 + Int(random.next() % 32))
    case .truncate: return (Array(stream[..<Int(random.next() % UInt64(stream.count))]), nil)
    case .swap:
      let first = inner.dropLast().randomElement(using: &random)!
      apart.records.swapAt(first, first + 1)
      return (apart.joined, apart.records[first + 1].offset)
    case .double:
      let index = inner.randomElement(using: &random)!
      apart.records.insert(apart.records[index], at: index)
      return (apart.joined, nil)
    case .drop:
      let index = inner.randomElement(using: &random)!
      apart.records.remove(at: index)
      return (apart.joined, nil)
    case .dropEnd:
      apart.records.removeLast()
      return (apart.joined, nil)
    case .hugeLength:
      // With right sums: the length must fall to its range check, not to a checksum, and never size a buffer.
      let index = inner.filter { [1, 3].contains(apart.records[$0].type) }.randomElement(using: &random)!
      let offset = apart.records[index].type == 1 ? [24, 28].randomElement(using: &random)! : 32
      for byte in 0..<4 { apart.records[index].bytes[offset + byte] = 0xff }
      return (apart.resummed(), nil)
    case .trail:
      return (stream + (0..<Int(random.next() % 999) + 1).map { _ in UInt8(random.next() % 256) }, stream.count)
    }
  }
}
