import Foundation
import Glibc
package import Model

/// What could be read of a `journal.jsonl`, also of one that was cut off in the middle of a line.
package struct Journal: Sendable, Hashable {
  /// In the order of the file.
  package var entries: [JournalEntry]
  /// Lines that are too long or no journal entry. A torn last line is the usual one.
  package var unreadableLines: Int

  /// Bytes of a line that are read, its end not counted.
  package static let maximumLine = 16 << 20
  /// Bytes of a journal that are read; what follows counts as one unreadable line.
  package static let maximumSize = 512 << 20

  package init(entries: [JournalEntry], unreadableLines: Int = 0) {
    self.entries = entries
    self.unreadableLines = unreadableLines
  }

  /// Reads the journal at `path`.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` when there is no such file, `.system` when reading fails.
  package static func readJournal(path: String) throws -> Journal {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw VerifyError(.cannotOpen, "cannot open the journal \(path): \(String(cString: strerror(errno)))")
    }
    defer { Glibc.close(descriptor) }
    var lines = JournalLines()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var total = 0
    while true {
      let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw systemError("cannot read the journal \(path)") }
      if count == 0 { break }
      total += count
      if total > maximumSize {
        lines.unreadable += 1
        break
      }
      lines.receive(buffer[..<count])
    }
    return lines.finish()
  }

  /// Reads a journal that is already in memory.
  package init(parsing bytes: some Collection<UInt8>) {
    var lines = JournalLines()
    lines.receive(ArraySlice(bytes))
    self = lines.finish()
  }
}

/// Cuts bytes into lines of bounded length and decodes them.
private struct JournalLines {
  var entries: [JournalEntry] = []
  var unreadable = 0
  private var line: [UInt8] = []
  private var tooLong = false
  private let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }()

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      keep(rest[..<end])
      endLine()
      rest = rest[(end + 1)...]
    }
    keep(rest)
  }

  mutating func finish() -> Journal {
    endLine()
    return Journal(entries: entries, unreadableLines: unreadable)
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    if line.count + bytes.count > Journal.maximumLine { tooLong = true }
    if tooLong { line.removeAll() } else { line += bytes }
  }

  private mutating func endLine() {
    defer {
      line.removeAll(keepingCapacity: true)
      tooLong = false
    }
    if tooLong {
      unreadable += 1
    } else if !line.isEmpty {
      if let entry = try? decoder.decode(JournalEntry.self, from: Data(line)) {
        entries.append(entry)
      } else {
        unreadable += 1
      }
    }
  }
}
