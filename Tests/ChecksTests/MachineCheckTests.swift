import Guests
import Model
import Testing

@testable import Checks

/// The checks that judge times and disk statistics from the host.
struct MachineCheckTests {
  @Test func statisticsAreThoseOfTheDrive() throws {
    let answer = try JSONValue(
      parsing: Array(
        """
        [{"device": "disk0", "stats": {"rd_operations": 5, "wr_operations": 4, "wr_bytes": 99, "flush_operations": 2,
          "unmap_operations": 7}}, {"device": "disk1", "stats": {"wr_operations": 0}}, {"device": ""}]
        """.utf8))
    #expect(
      BlockStatistics(drive: "disk0", in: answer)
        == BlockStatistics(reads: 5, writes: 4, bytesWritten: 99, flushes: 2, unmaps: 7))
    #expect(BlockStatistics(drive: "disk1", in: answer) == BlockStatistics())
    #expect(BlockStatistics(drive: "disk2", in: answer) == nil)
  }

  @Test func aDecoyIsNotWrittenTo() {
    #expect(DecoyUntouched.judge(BlockStatistics(reads: 9)).outcome == .passed)
    #expect(
      DecoyUntouched.judge(BlockStatistics(writes: 2, bytesWritten: 8192)).outcome.text.contains(
        "found 2 writes (8192 bytes) and 0 discards"))
    #expect(DecoyUntouched.judge(BlockStatistics(unmaps: 1)).outcome.name == "failed")
  }

  @Test func aTrimReachesTheHost() {
    #expect(DiskDiscards.judge(freed: 8 << 20, hasTrimmed: true, said: "trimmed").outcome == .passed)
    #expect(
      DiskDiscards.judge(freed: 65536, hasTrimmed: true, said: "").outcome.text.contains(
        "found 64.0 KiB, though fstrim succeeded"))
    #expect(
      DiskDiscards.judge(freed: 0, hasTrimmed: false, said: "not supported").outcome.text.contains(
        "fstrim failed: not supported"))
  }

  @Test func writesReachTheDisk() {
    let before = BlockStatistics(writes: 10, bytesWritten: 1000)
    let after = BlockStatistics(writes: 20, bytesWritten: 1000 + (1 << 20))
    #expect(VirtioRequests.judge(before, after, hasWritten: true, said: "").outcome == .passed)
    #expect(VirtioRequests.judge(before, before, hasWritten: true, said: "").outcome.text.hasSuffix("found 0"))
    #expect(
      VirtioRequests.judge(before, after, hasWritten: false, said: "No space").outcome.text.hasSuffix("found: No space")
    )
  }

  @Test func slownessOfTheHostIsNoSlownessOfTheBoot() {
    let late = [BootTime.Step(name: "login prompt", budget: 180, took: 400)]
    #expect(
      BootTime.judge(late, timeoutScale: 1, share: 1).outcome.text
        == "expected the login prompt within 180 s of power-on, found it after 400 s")
    #expect(BootTime.judge(late, timeoutScale: 3, share: 1).outcome == .passed)
    #expect(BootTime.judge(late, timeoutScale: 1, share: 0.4).outcome == .passed)
    #expect(BootTime.judge([.init(name: "SSH session", budget: 180)], timeoutScale: 1, share: 1).outcome == .passed)
  }

  @Test func theLoaderHasTimeToLoadAndNoneToWait() {
    #expect(LoaderWaits.judge(seconds: 29, timeoutScale: 1, share: 1).outcome == .passed)
    #expect(LoaderWaits.judge(seconds: 31, timeoutScale: 1, share: 1).outcome.name == "failed")
    #expect(LoaderWaits.judge(seconds: 31, timeoutScale: 1, share: 0.5).outcome == .passed)
    #expect(LoaderWaits.judge(seconds: 69, timeoutScale: 3, share: 1).outcome == .passed)
    #expect(LoaderWaits.judge(seconds: 71, timeoutScale: 3, share: 1).outcome.name == "failed")
  }

  @Test func metadataComesBeforeTheLogin() {
    #expect(MetadataFirst.judge(asked: 5, prompt: 6).outcome == .passed)
    #expect(MetadataFirst.judge(asked: 9, prompt: 6).outcome.text.hasSuffix("found it 3 s behind"))
    #expect(MetadataFirst.judge(asked: nil, prompt: 6).outcome.name == "skipped")
  }
}
