internal import CSSH2
internal import Glibc
internal import Model

extension Wire {
  /// A wire to a numeric address; names are not looked up.
  static func dial(_ host: String, port: UInt16, until deadline: Deadline) async throws -> Wire {
    Wire(owning: try await connectedSocket(to: host, port: port, until: deadline))
  }
}

/// A connected, non-blocking socket to a numeric address, which the caller closes; names are not looked up.
///
/// - Throws: ``VerifyError`` `.closed` when the connection is refused or the host cannot be reached, `.timedOut`,
///   `.unsupported` when `host` is a name.
func connectedSocket(to host: String, port: UInt16, until deadline: Deadline) async throws -> CInt {
  var hints = addrinfo()
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
  hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, String(port), &hints, &found) == 0, let address = found else {
    throw VerifyError(.unsupported, "ssh \(host):\(port): not a numeric address; names are not looked up")
  }
  defer { freeaddrinfo(found) }
  let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  let descriptor = socket(address.pointee.ai_family, kind, 0)
  guard descriptor >= 0 else { throw VerifyError(.system, "socket: \(String(cString: strerror(errno)))") }
  var isHandedOut = false
  defer { if !isHandedOut { close(descriptor) } }
  // Each request and its answer is a small packet; Nagle's algorithm would hold them back.
  var on: CInt = 1
  setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
  if connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) != 0 {
    guard errno == EINPROGRESS else { throw unreachable(host, port, errno) }
    do {
      try await Poller.shared.wait(for: descriptor, [.writable], until: deadline)
    } catch let error as VerifyError where error.code == .timedOut {
      throw VerifyError(.timedOut, "ssh \(host):\(port): no answer to connect before the deadline")
    }
    var code: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    guard code == 0 else { throw unreachable(host, port, code) }
  }
  isHandedOut = true
  return descriptor
}

private func unreachable(_ host: String, _ port: UInt16, _ code: CInt) -> VerifyError {
  VerifyError(.closed, "ssh \(host):\(port): connect: \(String(cString: strerror(code)))")
}
