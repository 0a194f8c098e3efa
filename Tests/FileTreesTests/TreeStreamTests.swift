import Testing

@testable import FileTrees

struct TreeStreamTests {
  private func parse(_ lines: [String]) throws -> TreeParser {
    var parser = TreeParser()
    for line in ["imgverify-tree 1"] + lines { try parser.receive(Array(line.utf8)[...]) }
    return parser
  }

  @Test func whatIsWrittenIsRead() throws {
    var writer = TreeWriter()
    writer.state(size: 4096, used: 1024, flags: "vj")
    let name = Array("/a b%\n\u{1b}é".utf8)
    writer.entry(name, FileTree.Entry(.file, mode: 0o600, owner: 7, group: 8, size: 3, modified: -5), target: nil)
    writer.entry(Array("/l".utf8), FileTree.Entry(.link, mode: 0o777), target: Array("x y".utf8))
    writer.contents([0, 10, 255], of: name)
    writer.damage("inode 5: what a pity")
    writer.cut("too many")
    writer.end()
    var parser = TreeParser()
    for line in writer.take().split(separator: 10) { try parser.receive(line) }
    #expect(parser.isWhole)
    let path = String(decoding: name, as: UTF8.self)
    #expect(parser.tree.entry(path) == .init(.file, mode: 0o600, owner: 7, group: 8, size: 3, modified: -5))
    #expect(parser.tree.bytes(path) == [0, 10, 255])
    #expect(parser.tree.entry("/l")?.target == "x y")
    #expect(parser.state.pending == ["it was not unmounted", "its journal waits to be replayed"])
    #expect(parser.state.damage == ["inode 5: what a pity"])
    #expect(parser.state.cut == "too many")
    #expect((parser.state.size, parser.state.used) == (4096, 1024))
  }

  @Test func anEmptyFileHasEmptyContents() throws {
    let parser = try parse(["e f 420 0 0 0 0 /etc/machine-id", "c /etc/machine-id ", "."])
    #expect(parser.tree.bytes("/etc/machine-id") == [])
  }

  @Test(arguments: [
    "", "e", "e f", "e f 420 0 0 0 0", "e f 420 0 0 0 0 etc", "e f 420 0 0 0 0 /a/../b", "e f 420 0 0 0 0 /a//b",
    "e f 420 0 0 0 0 /a%00", "e f 420 0 0 0 0 /a%0", "e f 420 0 0 0 0 /a%zz", "e f 4096 0 0 0 0 /a",
    "e f -1 0 0 0 0 /a", "e f 420 4294967296 0 0 0 /a", "e f 420 0 0 -1 0 /a", "e f 420 0 0 9223372036854775808 0 /a",
    "e f 420 0 0 0 99999999999999 /a", "e q 420 0 0 0 0 /a", "e l 511 0 0 0 0 /a", "e f 420 0 0 0 0 /a target",
    "e é 420 0 0 0 0 /a", "c /none xx", "s 1 2 -", "s -1 0 -", "z", "imgverify-tree 1", "e f 420 0 0 0 0 /a b c",
    "\u{0}", "prlimit: failed to execute: No such file or directory",
  ])
  func nonsenseIsRefused(_ line: String) {
    #expect(throws: TreeStreamError.self) { try parse([line]) }
  }

  @Test func anotherProgramIsRefusedAtItsFirstLine() {
    var parser = TreeParser()
    #expect(throws: TreeStreamError.self) { try parser.receive(Array("Fatal error: x".utf8)[...]) }
  }

  @Test func nothingComesBehindTheEnd() {
    #expect(throws: TreeStreamError.self) { try parse([".", "."]) }
  }

  @Test func depthLengthAndContentsAreBounded() {
    #expect(throws: TreeStreamError.self) {
      try parse(["e d 493 0 0 0 0 " + String(repeating: "/a", count: TreeParser.maximumDepth + 1)])
    }
    #expect(throws: TreeStreamError.self) {
      try parse(["e d 493 0 0 0 0 /" + String(repeating: "a", count: TreeParser.maximumPath)])
    }
    #expect(throws: TreeStreamError.self) {
      try parse([
        "e f 420 0 0 0 0 /a", "c /a " + String(repeating: "x", count: WantedFiles.maximumSize + 1),
      ])
    }
    #expect(throws: TreeStreamError.self) { try parse([String](repeating: "d x", count: 21)) }
  }

  @Test func theFirstOfTwoEntriesOfANameCounts() throws {
    let parser = try parse(["e f 420 0 0 1 0 /a", "e f 420 0 0 2 0 /a", "."])
    #expect(parser.tree.entry("/a")?.size == 1)
    #expect(parser.tree.names(in: "/") == ["a"])
  }
}
