import Glibc
package import Model
import Synchronization

/// A UNIX socket that we listen on before the hypervisor starts, so that no byte of the guest is lost.
package final class UnixListener: Sendable {
  package let path: String
  private let descriptor: Mutex<CInt>

  /// Binds and listens; the path is at most 107 bytes.
  package init(path: String) throws {
    self.path = path
    guard var address = UnixListener.address(of: path) else {
      throw VerifyError(.system, "the socket path \(path) is longer than 107 bytes; set TMPDIR to a shorter folder")
    }
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let made = socket(AF_UNIX, kind, 0)
    guard made >= 0 else { throw VerifyError(.system, "socket: \(String(cString: strerror(errno)))") }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(made, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(made, 4) == 0 else {
      let reason = String(cString: strerror(errno))
      Glibc.close(made)
      throw VerifyError(.system, "cannot listen on \(path): \(reason)")
    }
    descriptor = Mutex(made)
  }

  /// As ``init(path:)``, in the place of a socket that a program left behind without removing it.
  ///
  /// - Throws: ``VerifyError`` `.system` when somebody still listens there, or when it is no socket.
  package static func replacing(path: String) throws -> UnixListener {
    var status = stat()
    if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, !isListenedOn(path) { unlink(path) }
    return try UnixListener(path: path)
  }

  /// Whether a connection to the socket would be taken; also true when that cannot be known.
  private static func isListenedOn(_ path: String) -> Bool {
    let made = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
    guard made >= 0 else { return true }
    defer { Glibc.close(made) }
    guard var address = address(of: path) else { return true }
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(made, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return connected == 0 || errno != ECONNREFUSED
  }

  /// nil when the path is longer than 107 bytes.
  private static func address(of path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return address
  }

  deinit { close() }

  /// Waits for the next peer.
  package func accept(until deadline: Deadline) async throws -> DescriptorStream {
    while true {
      let listening = descriptor.withLock { $0 }
      guard listening >= 0 else { throw VerifyError(.closed, "\(path) is closed") }
      let peer = Glibc.accept(listening, nil, nil)
      if peer >= 0 {
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        return DescriptorStream(owning: peer)
      }
      guard errno == EAGAIN || errno == EINTR || errno == ECONNABORTED else {
        throw VerifyError(.system, "accept on \(path): \(String(cString: strerror(errno)))")
      }
      try await Poller.shared.wait(for: listening, [.readable], until: deadline)
    }
  }

  /// Stops listening and removes the path. Not while an ``accept(until:)`` is under way.
  package func close() {
    let listening = descriptor.withLock { descriptor in
      defer { descriptor = -1 }
      return descriptor
    }
    guard listening >= 0 else { return }
    Glibc.close(listening)
    unlink(path)
  }
}
