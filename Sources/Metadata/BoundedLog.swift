import Glibc
import Model

/// A file of lines that stops growing at a bound; owned by one task at a time.
struct BoundedLog: ~Copyable {
  private let descriptor: CInt
  private let limit: Int
  private var written = 0
  private var full = false

  /// Makes the file anew, readable by its owner alone.
  ///
  /// - Throws: ``VerifyError`` `.system` when it cannot be made.
  init(path: String, limit: Int) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    self.limit = limit
    guard descriptor >= 0 else {
      throw VerifyError(.system, "cannot write \(path): \(String(cString: strerror(errno)))")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Adds `line` and a line end; the first line that finds no room is replaced by `last`, those behind it are lost.
  ///
  /// A line that cannot be written (disk full) ends the log too: the transcript in memory goes on without it.
  mutating func append(_ line: String, orAtTheEnd last: @autoclosure () -> String) {
    guard !full else { return }
    full = written + line.utf8.count + 1 > limit
    let bytes = Array((full ? last() : line).utf8) + [UInt8(ascii: "\n")]
    written += bytes.count
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
      if count > 0 {
        sent += count
      } else if count < 0, errno == EINTR {
        continue
      } else {
        full = true
        return
      }
    }
  }
}
