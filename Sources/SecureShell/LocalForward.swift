internal import CSSH2
internal import Glibc
internal import Model

/// Listens on a loopback port for as long as `body` runs, and has the server connect to `host` for each connection that
/// comes: what `ssh -L` does.
///
/// A connection that the server cannot make is closed at once, and `onTrouble` told why.
package func withLocalForward<T: Sendable>(
  over shell: SecureShell, toHost host: String, port: UInt16,
  onTrouble: @escaping @Sendable (any Error) -> Void = { _ in },
  _ body: @escaping @Sendable (UInt16) async throws -> T
) async throws -> T {
  let listener = try Listener()
  defer { close(listener.descriptor) }
  return try await withThrowingTaskGroup(of: T?.self) { group in
    group.addTask {
      try await withThrowingDiscardingTaskGroup { connections in
        while true {
          let stream = try await listener.accept()
          connections.addTask {
            do {
              let far = try await shell.open(toHost: host, port: port, until: .after(.seconds(60)))
              await join(stream, far)
            } catch { onTrouble(error) }
            stream.close()
          }
        }
      }
    }
    group.addTask { try await body(listener.port) }
    defer { group.cancelAll() }
    // The listener ends only with an error.
    while let result = try await group.next() {
      if let result { return result }
    }
    throw VerifyError(.system, "the local forward to \(host):\(port) ended by itself")
  }
}

/// A socket that listens on a loopback port of the kernel's choice.
private struct Listener: Sendable {
  let descriptor: CInt
  let port: UInt16

  init() throws {
    let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 64) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard isBound else {
      let reason = String(cString: strerror(errno))
      close(descriptor)
      throw VerifyError(.system, "no port for a local forward: \(reason)")
    }
  }

  func accept() async throws -> DescriptorStream {
    while true {
      let connection = Glibc.accept(descriptor, nil, nil)
      if connection >= 0 {
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        return DescriptorStream(owning: connection)
      }
      guard [EAGAIN, EINTR, ECONNABORTED].contains(errno) else {
        throw VerifyError(.system, "accept: \(String(cString: strerror(errno)))")
      }
      try await Poller.shared.wait(for: descriptor, [.readable], until: .after(.seconds(3600 * 24 * 365)))
    }
  }
}

/// Moves bytes both ways until both directions have ended, or one has failed.
private func join(_ near: DescriptorStream, _ far: ForwardedConnection) async {
  let forever = Deadline.after(.seconds(3600 * 24 * 365))
  await withTaskGroup(of: Bool.self) { group in
    group.addTask {
      do {
        while true {
          let bytes = try await near.read(atMost: 64 << 10, until: forever)
          if bytes.isEmpty { break }
          try await far.write(bytes, until: forever)
        }
        try await far.finishWriting(until: forever)
        return true
      } catch { return false }
    }
    group.addTask {
      do {
        while true {
          let bytes = try await far.read(atMost: 64 << 10, until: forever)
          if bytes.isEmpty { break }
          try await near.write(bytes, until: forever)
        }
        // The far end has no more to say: nothing that is still written here would be answered.
        return false
      } catch { return false }
    }
    for await goesOn in group where !goesOn { break }
    group.cancelAll()
    near.close()
    far.close()
  }
}
