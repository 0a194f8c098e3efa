import Model
import Testing
import ZFSStreams

/// One field of one record of a real stream changed, and every checksum made right again.
struct Change: Sendable, CustomTestStringConvertible {
  var name: String
  /// Index of the record in `a19`: BEGIN, OBJECT 1, FREE tail, FREE, WRITE, FREE, OBJECT 2, FREE, WRITE 2, FREE,
  /// FREEOBJECTS, END.
  var record: Int
  var offset: Int
  var value: UInt64
  var width = 8
  var kind = ZFSStreamError.Kind.damaged
  /// Index of the record of the error, where it is not that of the change.
  var seenAt: Int?
  var testDescription: String { name }
}

private let oneFieldChanges: [Change] = [
  Change(name: "magic", record: 0, offset: 8, value: 1),
  Change(name: "first record no BEGIN", record: 0, offset: 0, value: 1, width: 4),
  Change(name: "header type 0", record: 0, offset: 16, value: 0),
  Change(name: "header type 3", record: 0, offset: 16, value: 3),
  Change(name: "reserved bits", record: 0, offset: 16, value: 1 | 1 << 60),
  Change(name: "data set type 6", record: 0, offset: 32, value: 6, width: 4),
  Change(name: "nvlist huge", record: 0, offset: 4, value: 0xffff_fffc, width: 4),
  Change(name: "nvlist odd", record: 0, offset: 4, value: 3, width: 4),
  Change(name: "name without @", record: 0, offset: 56, value: 0x61),
  Change(name: "file system", record: 0, offset: 32, value: 2, width: 4, kind: .refused(.notVolume)),
  Change(name: "clone", record: 0, offset: 36, value: 0xd, width: 4, kind: .refused(.clone)),
  Change(name: "incremental", record: 0, offset: 48, value: 77, kind: .refused(.incremental)),
  Change(name: "dedup", record: 0, offset: 16, value: 1 | 1 << 2, kind: .refused(.deduplicated)),
  Change(name: "resuming", record: 0, offset: 16, value: 1 | 1 << 22, kind: .refused(.resuming)),
  Change(name: "redacted", record: 0, offset: 16, value: 1 | 1 << 23, kind: .refused(.redacted)),
  Change(name: "encrypted", record: 0, offset: 16, value: 1 | 1 << 26, kind: .refused(.encrypted)),
  Change(name: "feature 40", record: 0, offset: 16, value: 1 | 1 << 42, kind: .refused(.unknownFeature)),

  Change(name: "unknown type", record: 3, offset: 0, value: 11, width: 4),
  Change(name: "begin inside", record: 3, offset: 0, value: 0, width: 4),
  Change(name: "spill", record: 3, offset: 0, value: 7, width: 4),
  Change(name: "embedded unannounced", record: 3, offset: 0, value: 8, width: 4),
  Change(name: "by reference", record: 3, offset: 0, value: 6, width: 4, kind: .refused(.deduplicated)),
  Change(name: "object range", record: 3, offset: 0, value: 9, width: 4, kind: .refused(.encrypted)),
  Change(name: "redact record", record: 3, offset: 0, value: 10, width: 4, kind: .refused(.redacted)),

  Change(name: "object 0", record: 1, offset: 8, value: 0),
  Change(name: "object 2^48", record: 1, offset: 8, value: 1 << 48),
  Change(name: "object type 0", record: 1, offset: 16, value: 0, width: 4),
  Change(name: "object 3", record: 1, offset: 8, value: 3),
  Change(name: "object 2 first", record: 1, offset: 8, value: 2),
  Change(name: "object 1 again", record: 6, offset: 8, value: 1),
  Change(name: "object type", record: 1, offset: 16, value: 19, width: 4),
  Change(name: "block size 0", record: 1, offset: 24, value: 0, width: 4),
  Change(name: "block size 513", record: 1, offset: 24, value: 513, width: 4),
  Change(name: "block size 1536", record: 1, offset: 24, value: 1536, width: 4),
  Change(name: "block size 1 MiB unannounced", record: 1, offset: 24, value: 1 << 20, width: 4),
  Change(name: "block size 32 MiB", record: 1, offset: 24, value: 32 << 20, width: 4),
  Change(name: "bonus huge", record: 1, offset: 28, value: 0xffff_ffff, width: 4),
  Change(name: "raw bonus", record: 1, offset: 36, value: 8, width: 4),
  Change(name: "checksum 15", record: 1, offset: 32, value: 15, width: 1),
  Change(name: "compress 17", record: 1, offset: 33, value: 17, width: 1),
  Change(name: "slots 33", record: 1, offset: 34, value: 33, width: 1),
  Change(name: "slots 2 unannounced", record: 1, offset: 34, value: 2, width: 1),
  Change(name: "bonus beyond its slot", record: 1, offset: 28, value: 328, width: 4),
  Change(name: "object flags", record: 1, offset: 35, value: 4, width: 1),

  Change(name: "write to object 2", record: 4, offset: 8, value: 2),
  Change(name: "write type", record: 4, offset: 16, value: 24, width: 4),
  Change(name: "write beyond the limit", record: 4, offset: 24, value: 1 << 62, kind: .overLimit),
  Change(name: "write wraps", record: 4, offset: 24, value: 0xffff_ffff_ffff_e000),
  Change(name: "write unaligned", record: 4, offset: 24, value: 442_368 + 512),
  Change(name: "write goes back", record: 4, offset: 24, value: 0),
  Change(name: "write behind the tail", record: 4, offset: 24, value: 33_554_432),
  Change(name: "write of 0 bytes", record: 4, offset: 32, value: 0),
  Change(name: "write of 511 bytes", record: 4, offset: 32, value: 511),
  Change(name: "write of another length", record: 4, offset: 32, value: 4096),
  Change(name: "write of 1 MiB unannounced", record: 4, offset: 32, value: 1 << 20),
  Change(name: "write above 16 MiB", record: 4, offset: 32, value: 16 << 20 + 512),
  Change(name: "write of 2^63", record: 4, offset: 32, value: 1 << 63),
  Change(name: "raw-send flag", record: 4, offset: 49, value: 2, width: 1),
  Change(name: "compressed unannounced", record: 4, offset: 50, value: 10, width: 1),
  Change(name: "compression on", record: 4, offset: 50, value: 1, width: 1),
  Change(name: "compression off", record: 4, offset: 50, value: 2, width: 1),
  Change(name: "compression empty", record: 4, offset: 50, value: 4, width: 1),
  Change(name: "compression 17", record: 4, offset: 50, value: 17, width: 1),

  Change(name: "free over data", record: 5, offset: 16, value: 442_368),
  Change(name: "free wraps", record: 5, offset: 24, value: 0xffff_ffff_ffff_f000),
  Change(name: "tail over data", record: 5, offset: 24, value: .max),
  Change(name: "free of object 7", record: 5, offset: 8, value: 7),
  Change(name: "free objects 1 and 2", record: 10, offset: 8, value: 0),
  Change(name: "free object 2", record: 10, offset: 8, value: 2),
  Change(name: "free objects wrap", record: 10, offset: 8, value: .max),

  Change(name: "property block at 512", record: 8, offset: 24, value: 512),
  Change(name: "size 0", record: 8, offset: 312 + 64, value: 0),
  Change(name: "size 513", record: 8, offset: 312 + 64, value: 513),
  Change(name: "size below the data", record: 8, offset: 312 + 64, value: 442_368),
  Change(name: "size 2^62", record: 8, offset: 312 + 64, value: 1 << 62, kind: .overLimit),
  Change(name: "size 2^63", record: 8, offset: 312 + 64, value: 1 << 63),
  Change(name: "no size", record: 8, offset: 312 + 64 + 14, value: 0x61),
  Change(name: "no ZAP", record: 8, offset: 312, value: 9),
  Change(name: "fat ZAP without its head", record: 8, offset: 312, value: 0x8000_0000_0000_0001, seenAt: 11),
]

@Suite struct RuleTests {
  @Test(arguments: oneFieldChanges) func oneFieldAgainstTheRules(_ change: Change) throws {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    if change.name == "name without @" {
      for index in 56..<312 { apart.records[0].bytes[index] = 0 }
    }
    if change.name == "tail over data" {
      TakenApart.put(&apart.records[change.record].bytes, 16, 442_368)
    }
    for index in 0..<change.width {
      apart.records[change.record].bytes[change.offset + index] = UInt8(
        truncatingIfNeeded: change.value >> UInt64(8 * index))
    }
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == change.kind)
    let seen = change.seenAt ?? change.record
    #expect(error?.record == seen + 1)
    #expect(error?.offset == Int64(apart.records[seen].offset))
    #expect(error?.message.isEmpty == false)
  }

  @Test func aNameWithoutItsEndIsDamage() throws {
    var apart = TakenApart(try fixture("a20-12.zfs"))
    for index in 56..<312 { apart.records[0].bytes[index] = UInt8(ascii: "@") }
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .damaged)
  }

  /// Leaving out a record with right sums: only rules can see it.
  @Test(arguments: [1, 6, 8]) func aMissingObjectOrSizeIsSeen(record: Int) throws {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    apart.records.remove(at: record)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .damaged)
  }

  @Test func olderSendersFreeObjectZeroFirst() throws {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    var free = apart.records[10]
    TakenApart.put(&free.bytes, 8, 0)
    TakenApart.put(&free.bytes, 16, 1)
    apart.records.insert(free, at: 1)
    #expect(try rebuild(apart.resummed()).summary.volumeSize == 32 << 20)
  }

  /// `zfs send -S`: the second object is missing, and so is the END.
  @Test func aSavedPartialReceiveIsTruncated() throws {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    TakenApart.put(&apart.records[10].bytes, 8, 2)
    TakenApart.put(&apart.records[10].bytes, 16, 30)
    let partial = apart.records[..<6] + [apart.records[10]]
    let end = apart.records[11]
    apart.records = Array(partial)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.kind == .truncated)
    // With an END it is whole, and says nothing of the volume's size.
    apart.records.append(end)
    let ended = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(ended?.kind == .damaged)
  }

  @Test func anObjectThatWasFreedDoesNotCome() throws {
    var apart = TakenApart(try fixture("a19-12.zfs"))
    var free = apart.records[10]
    TakenApart.put(&free.bytes, 8, 2)
    apart.records.insert(free, at: 6)
    let error = #expect(throws: ZFSStreamError.self) { try rebuild(apart.resummed()) }
    #expect(error?.record == 8)
    #expect(error?.message.contains("FREEOBJECTS") == true)
  }
}
