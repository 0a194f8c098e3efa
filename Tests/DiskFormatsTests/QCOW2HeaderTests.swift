import DiskFormats
import Testing

@Suite struct QCOW2HeaderTests {
  /// A header as qemu-img 7.2 writes it: version 3, clusters of 64 KiB, a disk of 64 MiB, names of features.
  static func header(version: UInt32 = 3) -> [UInt8] {
    var bytes: [UInt8] = QCOW2Header.magic + big(version, 4) + big(0, 8) + big(0, 4) + big(16, 4) + big(64 << 20, 8)
    bytes += big(0, 4) + big(1, 4) + big(0x30000, 8) + big(0x10000, 8) + big(1, 4) + big(0, 4) + big(0, 8)
    if version == 3 {
      bytes += big(0, 8) + big(0, 8) + big(0, 8) + big(4, 4) + big(112, 4) + [0, 0, 0, 0, 0, 0, 0, 0]
      bytes += big(0x6803_f857, 4) + big(48, 4) + [UInt8](repeating: 1, count: 48)
    }
    return bytes + [UInt8](repeating: 0, count: 65536 - bytes.count)
  }

  static func refusal(_ bytes: [UInt8], fileSize: Int64? = nil) -> QCOW2Refusal? {
    do throws(QCOW2Refusal) {
      _ = try QCOW2Header(bytes, fileSize: fileSize)
      return nil
    } catch { return error }
  }

  @Test(arguments: [2, 3] as [UInt32]) func aPlainHeaderIsRead(version: UInt32) throws {
    let header = try QCOW2Header(Self.header(version: version), fileSize: 0x40000)
    #expect(header.version == version)
    #expect(header.clusterSize == 65536)
    #expect(header.virtualSize == 64 << 20)
    #expect(header.snapshots == 0)
    #expect(!header.dirty)
  }

  /// A few bytes of a good header changed, and what must come of it.
  struct Change: Sendable, CustomTestStringConvertible {
    var at: Int
    var bytes: [UInt8]
    /// nil: taken all the same.
    var reason: QCOW2Refusal.Reason?
    var words: String
    var testDescription: String { "\(at): \(words)" }
    init(_ at: Int, _ bytes: [UInt8], _ reason: QCOW2Refusal.Reason?, _ words: String) {
      (self.at, self.bytes, self.reason, self.words) = (at, bytes, reason, words)
    }
  }

  static let changes = [
    Change(0, [0], .notQCOW2, "no qcow2"),
    Change(4, big(1, 4), .unknownVersion, "version 1"),
    Change(4, big(UInt32.max, 4), .unknownVersion, "version 4294967295"),
    Change(8, big(UInt64.max, 8), .backingFile, "has a backing file, so"),
    Change(20, big(8, 4), .nonsense, "clusters of 2^8"),
    Change(20, big(22, 4), .nonsense, "clusters of 2^22"),
    Change(20, big(UInt32.max, 4), .nonsense, "clusters of 2^4294967295"),
    Change(24, big(0, 8), .nonsense, "a disk of 0 bytes"),
    Change(24, big(513, 8), .nonsense, "a disk of 513 bytes"),
    Change(24, big(UInt64.max, 8), .nonsense, "a disk of 18446744073709551615 bytes"),
    Change(24, big(UInt64(1) << 61, 8), .nonsense, "an L1 table of 1 entries"),
    Change(24, big(UInt64(1) << 30, 8), .nonsense, "needs 2"),
    Change(32, big(1, 4), .encrypted, "encrypted (AES)"),
    Change(32, big(2, 4), .encrypted, "encrypted (LUKS)"),
    Change(32, big(3, 4), .encrypted, "encrypted (method 3)"),
    Change(36, big(0, 4), .nonsense, "an L1 table of 0 entries"),
    Change(36, big(1027, 4), .nonsense, "an L1 table of 1027 entries"),
    Change(36, big(1026, 4), nil, "some room to grow"),
    Change(36, big(UInt32.max, 4), .nonsense, "an L1 table of 4294967295 entries"),
    Change(40, big(0, 8), .nonsense, "its L1 table at byte 0"),
    Change(40, big(0x30001, 8), .nonsense, "its L1 table at byte 196609"),
    Change(40, big(UInt64.max << 16, 8), .nonsense, "its L1 table at byte"),
    Change(40, big(0x40000, 8), .nonsense, "beyond the file's 262144"),
    Change(48, big(0x12345, 8), .nonsense, "its table of reference counts at byte"),
    Change(56, big(0, 4), .nonsense, "reference counts of 0 clusters"),
    Change(56, big(129, 4), .nonsense, "reference counts of 129 clusters"),
    Change(56, big(UInt32.max, 4), .nonsense, "reference counts of 4294967295 clusters"),
    Change(60, big(65537, 4), .nonsense, "65537 snapshots"),
    Change(60, big(2, 4), .nonsense, "its list of snapshots at byte 0"),
    Change(72, big(1, 8), nil, "dirty"),
    Change(72, big(2, 8), .corrupt, "qemu-img check -r all"),
    Change(72, big(4, 8), .externalData, "its data in another file;"),
    Change(72, big(8, 8), nil, "compression type"),
    Change(72, big(16, 8), nil, "extended L2 entries"),
    Change(72, big(32, 8), .unknownFeature, "incompatible bit 5"),
    Change(72, big(UInt64(1) << 63, 8), .unknownFeature, "incompatible bit 63"),
    Change(80, big(UInt64.max, 8), nil, "compatible features"),
    Change(96, big(7, 4), .nonsense, "reference counts of 2^7 bits"),
    Change(100, big(96, 4), .nonsense, "a header of 96 bytes"),
    Change(100, big(108, 4), .nonsense, "a header of 108 bytes"),
    Change(100, big(UInt32.max, 4), .nonsense, "a header of 4294967295 bytes"),
    Change(104, [1], nil, "zstd"),
    Change(104, [2], .unknownFeature, "compressed by method 2"),
    Change(116, big(UInt32.max, 4), .nonsense, "of 4294967295 bytes at byte 112"),
    Change(112, big(0x4441_5441, 4) + big(4, 4) + Array("data".utf8), .externalData, "'data'"),
    Change(112, big(0x0537_be77, 4), .encrypted, "LUKS header"),
    Change(112, big(0xe279_2aca, 4) + big(3, 4) + Array("raw".utf8), .backingFile, "('raw')"),
  ]

  @Test(arguments: changes) func aChangeIsJudged(_ change: Change) {
    var bytes = Self.header()
    bytes.replaceSubrange(change.at..<(change.at + change.bytes.count), with: change.bytes)
    let refusal = Self.refusal(bytes, fileSize: 0x40000)
    #expect(refusal?.reason == change.reason)
    if change.reason != nil {
      #expect(refusal?.message.contains(change.words) == true, "\(String(describing: refusal))")
    }
  }

  @Test func aBackingFileIsNamed() {
    var bytes = Self.header()
    let name = "/etc/\u{1b}[31mshadow"
    bytes.replaceSubrange(8..<20, with: big(1000, 8) + big(UInt32(name.utf8.count), 4))
    bytes.replaceSubrange(1000..<(1000 + name.utf8.count), with: Array(name.utf8))
    let refusal = Self.refusal(bytes)
    #expect(refusal?.reason == .backingFile)
    #expect(refusal?.message.contains("has a backing file '/etc/[31mshadow'") == true)
    #expect(refusal?.message.contains("qemu-img rebase") == true)
    // A length that would reach beyond what was read.
    bytes.replaceSubrange(8..<20, with: big(65530, 8) + big(UInt32.max, 4))
    #expect(Self.refusal(bytes)?.reason == .backingFile)
  }

  @Test(arguments: [0, 3, 4, 8, 71, 72, 103]) func aHeaderCutShortIsSaidSo(length: Int) {
    #expect(Self.refusal(Array(Self.header().prefix(length)))?.reason == .notQCOW2)
  }

  @Test func extensionsThatGoOnBehindWhatWasReadAreRefused() {
    #expect(Self.refusal(Array(Self.header().prefix(120)))?.reason == .nonsense)
    // The end of extensions was not yet read.
    #expect(Self.refusal(Array(Self.header().prefix(168)))?.message.contains("behind the first 168 bytes") == true)
    #expect(Self.refusal(Array(Self.header().prefix(176)))?.reason == nil)
  }

  @Test func chanceFindsNoCrash() {
    var random = Chance(seed: 20261122)
    let edges: [UInt64] = [0, 1, 0x7f, 0x80, 0xff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, .max >> 1, 1 << 63, .max]
    let good = Array(Self.header().prefix(512)) + [UInt8](repeating: 0, count: 512)
    var (taken, refused) = (0, Set<QCOW2Refusal.Reason>())
    for _ in 0..<20_000 {
      var bytes = good
      for _ in 0...(random.next() % 3) {
        let (at, width) = (Int(random.next() % 176), 1 << Int(random.next() % 4))
        let value = random.next() % 2 == 0 ? edges[Int(random.next() % UInt64(edges.count))] : random.next()
        bytes.replaceSubrange(at..<(at + width), with: big(value, width))
      }
      if random.next() % 8 == 0 { bytes = Array(bytes.prefix(Int(random.next() % 1024))) }
      if let refusal = Self.refusal(bytes, fileSize: random.next() % 2 == 0 ? 0x40000 : .max) {
        refused.insert(refusal.reason)
      } else {
        taken += 1
      }
    }
    #expect(taken > 100)
    #expect(refused.count >= 7)
  }
}
