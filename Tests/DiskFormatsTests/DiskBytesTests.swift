import DiskFormats
import Testing

@Suite struct DiskBytesTests {
  @Test func readsWhatLiesOnTheDiskAndNothingElse() throws {
    let disk = DiskBytes(Array(0..<16))
    #expect(try disk.read(4, 3) == [4, 5, 6])
    #expect(try disk.read(13, 3) == [13, 14, 15])
    #expect(try disk.read(14, 3) == nil)
    #expect(try disk.read(-1, 3) == nil)
    #expect(try disk.read(.max, 1) == nil)
    #expect(try disk.read(0, .max) == nil)
  }
}
