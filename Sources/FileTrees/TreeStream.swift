// The child that reads a file system tells us in lines of text: words with a blank between them, all bytes of a word
// but plain ASCII written as %XX. The child may have been taken over by what it read, so nothing of it is believed.
//
//   imgverify-tree 1
//   s SIZE USED FLAGS                              how it was left; flags: a letter each
//   e KIND MODE OWNER GROUP SIZE MODIFIED PATH [TARGET]
//   c PATH BYTES                                   the start of a file
//   d WORDS                                        what could not be read
//   x WORDS                                        more than we take: why not all is here
//   .                                              the end

/// Writes the lines.
struct TreeWriter {
  static let head = "imgverify-tree 1"
  private(set) var bytes = Array("\(TreeWriter.head)\n".utf8)

  mutating func state(size: UInt64, used: UInt64, flags: String) { line("s \(size) \(used) -\(flags)") }

  mutating func entry(_ path: [UInt8], _ entry: FileTree.Entry, target: [UInt8]?) {
    text(
      "e \(entry.kind.rawValue) \(entry.mode) \(entry.owner) \(entry.group) \(entry.size) \(entry.modified) ")
    word(path)
    if let target {
      bytes.append(0x20)
      word(target)
    }
    bytes.append(0x0A)
  }

  mutating func contents(_ data: [UInt8], of path: [UInt8]) {
    text("c ")
    word(path)
    bytes.append(0x20)
    word(data)
    bytes.append(0x0A)
  }

  mutating func damage(_ sentence: String) { sentenceLine("d ", sentence) }
  mutating func cut(_ sentence: String) { sentenceLine("x ", sentence) }
  mutating func end() { line(".") }

  /// Takes what was written so far away.
  mutating func take() -> [UInt8] {
    defer { bytes.removeAll(keepingCapacity: true) }
    return bytes
  }

  private mutating func sentenceLine(_ start: String, _ sentence: String) {
    text(start)
    word(Array(sentence.utf8.prefix(1000)))
    bytes.append(0x0A)
  }
  private mutating func text(_ text: String) { bytes += text.utf8 }
  private mutating func line(_ text: String) {
    bytes += text.utf8
    bytes.append(0x0A)
  }
  private mutating func word(_ word: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    for byte in word {
      if byte > 0x20, byte < 0x7F, byte != 0x25 {
        bytes.append(byte)
      } else {
        bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
  }
}

/// Reads the lines: a state machine without I/O, bounded whatever comes.
package struct TreeParser: Sendable {
  package private(set) var tree = FileTree()
  package private(set) var state = FileSystemState()
  /// The last line has come.
  package private(set) var isWhole = false
  private var isStarted = false
  private var contentBytes = 0
  private var pathBytes = 0

  /// Bytes of all paths and link targets; of one path; folders in one another; entries.
  package static let maximumPathBytes = 64 << 20
  package static let maximumPath = 4096
  package static let maximumDepth = 100
  package static let maximumEntries = 500_000

  package init() {}

  /// Takes one line, without its line feed.
  ///
  /// - Throws: ``TreeStreamError`` for what no child of ours writes; the parser is of no use then.
  package mutating func receive(_ line: ArraySlice<UInt8>) throws(TreeStreamError) {
    guard !isWhole else { throw TreeStreamError("a line after the last") }
    guard isStarted else {
      guard line.elementsEqual(TreeWriter.head.utf8) else { throw TreeStreamError("another first line") }
      isStarted = true
      return
    }
    let words = line.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
    switch (words.first.map { String(decoding: $0, as: UTF8.self) }, words.count) {
    case ("s", 4):
      state.size = try number(words[1], 0...Int64.max)
      state.used = try number(words[2], 0...state.size)
      state.pending = words[3].compactMap { Self.pending[$0] }
    case ("e", 8), ("e", 9): try receiveEntry(words)
    case ("c", 3):
      let (path, data) = (try self.path(words[1]), try plain(words[2]))
      contentBytes += data.count
      guard tree.entry(path)?.kind == .file, data.count <= WantedFiles.maximumSize,
        contentBytes <= WantedFiles.maximumTotal
      else { throw TreeStreamError("contents that were not asked for") }
      tree.add(contents: data, of: path)
    case ("d", 2):
      guard state.damage.count < FileSystemState.maximumDamage else { throw TreeStreamError("too much damage") }
      state.damage.append(try sentence(words[1]))
    case ("x", 2): state.cut = try sentence(words[1])
    case (".", 1): isWhole = true
    default: throw TreeStreamError("a line of no known kind")
    }
  }

  /// Flags of `s`, and what they mean.
  static let pending: [UInt8: String] = [
    UInt8(ascii: "v"): "it was not unmounted",
    UInt8(ascii: "e"): "the kernel has found errors in it",
    UInt8(ascii: "j"): "its journal waits to be replayed",
    UInt8(ascii: "o"): "files deleted while open wait to be freed",
    UInt8(ascii: "m"): "it has been mounted so often that a check is due",
  ]

  private mutating func receiveEntry(_ words: [[UInt8]]) throws(TreeStreamError) {
    guard words[1].count == 1, let kind = FileTree.Kind(rawValue: Character(Unicode.Scalar(words[1][0]))) else {
      throw TreeStreamError("an entry of no known kind")
    }
    let path = try path(words[7])
    let target = words.count == 9 ? try plain(words[8]) : nil
    guard (target != nil) == (kind == .link), target?.count ?? 0 <= Self.maximumPath else {
      throw TreeStreamError("a link without a target, or a target without a link")
    }
    pathBytes += words[7].count + (target?.count ?? 0)
    guard tree.count < Self.maximumEntries, pathBytes <= Self.maximumPathBytes else {
      throw TreeStreamError("more entries than were asked for")
    }
    let entry = FileTree.Entry(
      kind, mode: UInt16(try number(words[2], 0...0o7777)), owner: UInt32(try number(words[3], 0...0xFFFF_FFFF)),
      group: UInt32(try number(words[4], 0...0xFFFF_FFFF)), size: try number(words[5], 0...Int64.max),
      modified: try number(words[6], -0x8000_0000...0x3_FFFF_FFFF),
      target: target.map { String(decoding: $0, as: UTF8.self) })
    // A second entry of one name is damage, or a trick; the first counts.
    if path == "/" || tree.entry(path) == nil { tree.add(path, entry) }
  }

  private func number(_ word: [UInt8], _ range: ClosedRange<Int64>) throws(TreeStreamError) -> Int64 {
    guard word.count <= 20, let value = Int64(String(decoding: word, as: UTF8.self)), range.contains(value) else {
      throw TreeStreamError("a number out of range")
    }
    return value
  }

  private func path(_ word: [UInt8]) throws(TreeStreamError) -> String {
    let bytes = try plain(word)
    let parts = bytes.split(separator: 0x2F, omittingEmptySubsequences: false)
    let isSane =
      bytes.count <= Self.maximumPath && bytes.first == 0x2F && !bytes.contains(0)
      && parts.count <= Self.maximumDepth + 1
      && (bytes.count == 1
        || parts.dropFirst().allSatisfy { !$0.isEmpty && !$0.elementsEqual([0x2E]) && !$0.elementsEqual([0x2E, 0x2E]) })
    guard isSane else { throw TreeStreamError("a path that is none") }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func sentence(_ word: [UInt8]) throws(TreeStreamError) -> String {
    String(decoding: try plain(word).prefix(1000), as: UTF8.self)
  }

  private func plain(_ word: [UInt8]) throws(TreeStreamError) -> [UInt8] {
    var plain: [UInt8] = []
    plain.reserveCapacity(word.count)
    var at = 0
    while at < word.count {
      guard word[at] == 0x25 else {
        plain.append(word[at])
        at += 1
        continue
      }
      guard at + 2 < word.count, let byte = UInt8(String(decoding: word[(at + 1)...(at + 2)], as: UTF8.self), radix: 16)
      else { throw TreeStreamError("a cut %XX") }
      plain.append(byte)
      at += 3
    }
    return plain
  }
}

/// What no child of ours writes.
package struct TreeStreamError: Error, Hashable, Sendable {
  package let what: String
  init(_ what: String) { self.what = what }
}
