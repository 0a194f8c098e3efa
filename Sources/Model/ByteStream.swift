import Glibc
import Synchronization

/// Bytes in both directions: a socket, a pipe, a serial line, an SSH channel.
///
/// One task reads and one writes at a time.
package protocol ByteStream: Sendable {
  /// The next bytes, at most `limit`; empty at the end of the stream.
  func read(atMost limit: Int, until deadline: Deadline) async throws -> [UInt8]
  /// Writes all of `bytes`.
  func write(_ bytes: [UInt8], until deadline: Deadline) async throws
  /// Ends the stream in both directions; reads and writes under way fail or end.
  func close()
}

/// A ``ByteStream`` over a descriptor that it owns.
package final class DescriptorStream: ByteStream {
  private struct State {
    var descriptor: CInt
    var users = 0
    var closing = false
  }
  private let state: Mutex<State>

  /// Takes over `descriptor`, makes it non-blocking, and closes it at the end.
  package init(owning descriptor: CInt) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { close() }

  package func read(atMost limit: Int, until deadline: Deadline) async throws -> [UInt8] {
    try await using { descriptor in
      while true {
        var count = 0
        var code: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
          count = Glibc.read(descriptor, buffer.baseAddress, limit)
          code = errno
          filled = max(0, count)
        }
        if count >= 0 { return bytes }
        switch code {
        case EAGAIN: try await Poller.shared.wait(for: descriptor, [.readable], until: deadline)
        case EINTR: continue
        case ECONNRESET, EIO: return []
        default: throw VerifyError(.system, "read: \(String(cString: strerror(code)))")
        }
      }
    }
  }

  package func write(_ bytes: [UInt8], until deadline: Deadline) async throws {
    try await using { descriptor in
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { raw in
          // MSG_NOSIGNAL: a peer that went away is an error here, not a signal. Pipes answer ENOTSOCK.
          let count = send(descriptor, raw.baseAddress! + sent, bytes.count - sent, CInt(MSG_NOSIGNAL))
          return count < 0 && errno == ENOTSOCK
            ? Glibc.write(descriptor, raw.baseAddress! + sent, bytes.count - sent) : count
        }
        if count >= 0 {
          sent += count
          continue
        }
        switch errno {
        case EAGAIN: try await Poller.shared.wait(for: descriptor, [.writable], until: deadline)
        case EINTR: continue
        case EPIPE, ECONNRESET: throw VerifyError(.closed, "the other side closed the stream")
        default: throw VerifyError(.system, "write: \(String(cString: strerror(errno)))")
        }
      }
    }
  }

  package func close() {
    let descriptor: CInt? = state.withLock { state in
      guard !state.closing else { return nil }
      state.closing = true
      // Somebody is inside poll(2) on it: end the stream now, close the descriptor when they are out.
      if state.users > 0 {
        shutdown(state.descriptor, CInt(SHUT_RDWR))
        return nil
      }
      return state.descriptor
    }
    if let descriptor { Glibc.close(descriptor) }
  }

  private func using<T>(_ body: (CInt) async throws -> T) async throws -> T {
    let descriptor = try state.withLock { state in
      guard !state.closing else { throw VerifyError(.closed, "the stream is closed") }
      state.users += 1
      return state.descriptor
    }
    defer {
      let last = state.withLock { state in
        state.users -= 1
        return state.closing && state.users == 0
      }
      if last { Glibc.close(descriptor) }
    }
    return try await body(descriptor)
  }
}

extension DescriptorStream {
  /// Two streams that are each other's other end; used by tests and scripted peers.
  package static func pair() throws -> (DescriptorStream, DescriptorStream) {
    let (a, b) = try rawPair()
    return (DescriptorStream(owning: a), DescriptorStream(owning: b))
  }

  /// Two connected descriptors, which no program that we start inherits; the caller closes them.
  package static func rawPair() throws -> (CInt, CInt) {
    var ends: [CInt] = [0, 0]
    guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw VerifyError(.system, "socketpair: \(String(cString: strerror(errno)))")
    }
    return (ends[0], ends[1])
  }
}
