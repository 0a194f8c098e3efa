import Glibc
package import Model

/// Makes a named pipe and opens it for reading, so that a program which opens it for writing need not wait.
///
/// The stream ends when the writer closes it; before the first one opens it, a read says as well that it has ended.
/// - Throws: ``VerifyError`` `.system`.
package func openPipe(at path: String) throws -> DescriptorStream {
  guard mkfifo(path, 0o600) == 0 else {
    throw VerifyError(.system, "cannot make the pipe \(path): \(String(cString: strerror(errno)))")
  }
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
  guard descriptor >= 0 else {
    throw VerifyError(.system, "cannot open the pipe \(path): \(String(cString: strerror(errno)))")
  }
  // The writer stands still while the pipe is full. 1 MiB is what every user may have; with less it works as well.
  let setPipeSize: CInt = 1031  // F_SETPIPE_SZ, which the module map of Glibc lacks.
  _ = fcntl(descriptor, setPipeSize, CInt(1 << 20))
  return DescriptorStream(owning: descriptor)
}
