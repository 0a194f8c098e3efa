import Glibc
import Model

/// Writes plain text to a file, each line with its time since power-on, and keeps the file's size bounded.
///
/// Shape: `[   12.345] text`; the first `headLimit` bytes, then, if there was more, one line that says how many bytes
/// were left out and the last `tailLimit` bytes. All but that tail is in the file as soon as it has been read.
struct ConsoleLog: ~Copyable {
  private let descriptor: CInt
  private let headLimit: Int
  private let tailLimit: Int
  private var written = 0
  private var tail: [UInt8] = []
  private var leftOut = 0
  private var atLineStart = true
  /// Why the file is not whole; nil: it is.
  private(set) var trouble: String?

  /// - Throws: ``VerifyError`` `.system` when the file cannot be made.
  init(path: String, headLimit: Int, tailLimit: Int) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else {
      throw VerifyError(.system, "cannot write the console's log \(path): \(String(cString: strerror(errno)))")
    }
    (self.headLimit, self.tailLimit) = (headLimit, tailLimit)
  }

  deinit { close(descriptor) }

  /// Writes `text`, which came at `time` since power-on.
  mutating func append(_ text: [UInt8], at time: Duration) {
    guard !text.isEmpty, trouble == nil else { return }
    var out: [UInt8] = []
    out.reserveCapacity(text.count + 64)
    let stamp = Self.stamp(time)
    for line in text.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      if line.offset > 0 {
        if atLineStart { out += stamp }
        out.append(0x0A)
        atLineStart = true
      }
      guard !line.element.isEmpty else { continue }
      if atLineStart { out += stamp }
      atLineStart = false
      out += line.element
    }
    store(out)
  }

  /// Ends the file: writes the tail that was held back.
  mutating func finish() {
    if leftOut > 0 {
      write(Array("\n… \(leftOut) bytes left out …\n".utf8))
    }
    write(tail)
    if !atLineStart { write([0x0A]) }
    tail = []
    leftOut = 0
    atLineStart = true
  }

  private mutating func store(_ bytes: [UInt8]) {
    var room = max(0, headLimit - written)
    if room >= bytes.count, tail.isEmpty { return write(bytes) }
    if tail.isEmpty {
      // Never through the middle of a character.
      while room > 0, bytes[room] & 0xC0 == 0x80 { room -= 1 }
      write(Array(bytes.prefix(room)))
      tail = Array(bytes.dropFirst(room))
    } else {
      tail += bytes
    }
    // Cut in big steps, so that a flood of short reads does not move the tail for each.
    guard tail.count > 2 * tailLimit else { return }
    var excess = tail.count - tailLimit
    while tail[excess] & 0xC0 == 0x80 { excess -= 1 }
    leftOut += excess
    tail.removeFirst(excess)
  }

  private mutating func write(_ bytes: [UInt8]) {
    var sent = 0
    while sent < bytes.count, trouble == nil {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        trouble = "the console's log was cut off: \(String(cString: strerror(errno)))"
      }
    }
    written += sent
  }

  /// `[   12.345] `
  static func stamp(_ time: Duration) -> [UInt8] {
    let milliseconds = Int64(max(0, time.inSeconds) * 1000)
    let seconds = String(milliseconds / 1000)
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    return Array("[\(String(repeating: " ", count: max(0, 5 - seconds.count)))\(seconds).\(fraction)] ".utf8)
  }
}
