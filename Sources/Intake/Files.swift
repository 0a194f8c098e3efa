import Glibc
import Model

/// An input file, read from its start to its end.
struct InputFile: ~Copyable {
  let path: String
  let descriptor: CInt
  let size: Int64

  /// SEEK_DATA and SEEK_HOLE of lseek(2), which Glibc's module leaves out.
  private static let (seekData, seekHole): (CInt, CInt) = (3, 4)

  /// - Throws: ``VerifyError`` `.cannotOpen` when it is missing, unreadable or no plain file.
  init(path: String) throws {
    // O_NONBLOCK: opening a FIFO must not wait for a writer; plain files do not mind.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw VerifyError(.cannotOpen, "cannot open \(quoted(path)): \(systemMessage(errno))")
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw VerifyError(.cannotOpen, "cannot read \(quoted(path)): it is not a plain file")
    }
    self.path = path
    self.descriptor = descriptor
    size = Int64(status.st_size)
  }

  deinit { close(descriptor) }

  /// Refuses to put `output` in this file's place: input is never written.
  func spare(_ output: String) throws {
    var (mine, other) = (stat(), stat())
    guard fstat(descriptor, &mine) == 0, stat(output, &other) == 0 else { return }
    guard mine.st_dev != other.st_dev || mine.st_ino != other.st_ino else {
      throw VerifyError(.usage, "\(quoted(output)) is the input file itself; name another file to write")
    }
  }

  /// Fills `buffer` as far as the file goes, from `offset` or from where the last read ended.
  /// - Returns: bytes read; less than asked for only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64? = nil) throws -> Int {
    var filled = 0
    while filled < buffer.count {
      let to = buffer.baseAddress! + filled
      let count =
        if let offset {
          pread(descriptor, to, buffer.count - filled, off_t(offset + Int64(filled)))
        } else {
          Glibc.read(descriptor, to, buffer.count - filled)
        }
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw VerifyError(.system, "cannot read \(quoted(path)): \(systemMessage(errno))")
      }
      filled += count
    }
    return filled
  }

  /// The first `count` bytes, or all of a shorter file.
  func start(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = try bytes.withUnsafeMutableBytes { try read(into: $0, at: 0) }
    return Array(bytes.prefix(found))
  }

  /// The next range at or behind `offset` that holds data; nil when only a hole is left.
  func data(from offset: Int64) throws -> Range<Int64>? {
    let start = lseek(descriptor, off_t(offset), InputFile.seekData)
    if start < 0 {
      if errno == ENXIO { return nil }
      if errno == EINVAL { return offset..<size }  // a file system that knows no holes
      throw VerifyError(.system, "cannot read \(quoted(path)): \(systemMessage(errno))")
    }
    let end = lseek(descriptor, start, InputFile.seekHole)
    // A disk that grows under our hands is packed as it was.
    guard start < size else { return nil }
    return Int64(start)..<min(size, end < 0 ? size : Int64(end))
  }
}

/// A file that is written under a temporary name, and takes its own only when it is whole.
///
/// Dropped without ``publish()``, it is removed.
struct OutputFile: ~Copyable {
  let path: String
  /// Its name until it is published.
  let temporary: String
  let descriptor: CInt

  init(path: String) throws {
    let suffix = String(UInt32.random(in: 0...UInt32.max), radix: 36)
    let temporary = "\(path).\(suffix).partial"
    let descriptor = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      let code = errno
      throw VerifyError(
        .system, "cannot create \(quoted(path)): \(systemMessage(code)); does its folder exist and may it be written?")
    }
    self.path = path
    self.temporary = temporary
    self.descriptor = descriptor
  }

  deinit {
    unlink(temporary)
    close(descriptor)
  }

  /// Writes all of `bytes`, at `offset` or behind what was written last.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64? = nil) throws {
    var sent = 0
    while sent < bytes.count {
      let from = bytes.baseAddress! + sent
      let count =
        if let offset {
          pwrite(descriptor, from, bytes.count - sent, off_t(offset + Int64(sent)))
        } else {
          Glibc.write(descriptor, from, bytes.count - sent)
        }
      if count < 0 {
        if errno == EINTR { continue }
        throw writeTrouble(path, errno)
      }
      sent += count
    }
  }

  func truncate(to size: Int64) throws {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw writeTrouble(path, errno) }
  }

  /// Gives the file its name, replacing what had it before.
  consuming func publish() throws {
    guard rename(temporary, path) == 0 else { throw writeTrouble(path, errno) }
    // The name is the file's own now; the removal of the temporary one finds nothing.
  }
}

/// The error of a failed write to `path`.
func writeTrouble(_ path: String, _ code: CInt) -> VerifyError {
  let remedy =
    switch code {
    case ENOSPC, EDQUOT: "; free some space, or choose another folder"
    case EFBIG: "; the file system or a limit (ulimit -f) does not allow so large a file"
    default: ""
    }
  return VerifyError(.system, "cannot write \(quoted(path)): \(systemMessage(code))\(remedy)")
}

func systemMessage(_ code: CInt) -> String { String(cString: strerror(code)) }

/// `text` in quotes for a message: control characters escaped, and no longer than people read.
package func quoted(_ text: String) -> String {
  var out = "'"
  for scalar in text.unicodeScalars.prefix(200) {
    if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || scalar.properties.isBidiControl {
      out += "\\u{\(String(scalar.value, radix: 16))}"
    } else {
      out.unicodeScalars.append(scalar)
    }
  }
  return out + (text.unicodeScalars.count > 200 ? "…'" : "'")
}
