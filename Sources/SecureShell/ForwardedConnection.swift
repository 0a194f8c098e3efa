internal import Glibc
package import Model
internal import Synchronization

/// A TCP connection that the server made for us, as a ``ByteStream``.
package final class ForwardedConnection: ByteStream {
  private let shell: SecureShell
  /// Only the actor touches it.
  private nonisolated(unsafe) let channel: SSHChannel
  private let name: String
  private let isClosed = Atomic(false)

  init(_ channel: SSHChannel, of shell: SecureShell, name: String) {
    self.channel = channel
    self.shell = shell
    self.name = name
  }

  deinit { close() }

  package func read(atMost limit: Int, until deadline: Deadline) async throws -> [UInt8] {
    try await asking { try await shell.read(channel, atMost: limit, until: deadline, isOver: $0) }
  }

  /// Writes all of `bytes`; returns when they are on their way. A write that throws closes the connection.
  package func write(_ bytes: [UInt8], until deadline: Deadline) async throws {
    do {
      try await asking { try await shell.write(bytes, to: channel, until: deadline, isOver: $0) }
    } catch {
      // libssh2 may hold half of a packet.
      close()
      throw error
    }
  }

  /// Tells the other end that nothing more will be written; it can still be read.
  package func finishWriting(until deadline: Deadline) async throws {
    try await asking { try await shell.finish(channel, until: deadline, isOver: $0) }
  }

  package func close() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    // Sends one packet, and waits for nobody; the actor may be busy for a moment.
    Task { [shell, channel = Carried(channel: channel)] in await shell.drop(channel) }
  }

  /// Runs `body` unless the connection is closed, and tells it when it is.
  private func asking<Value>(_ body: (@escaping @Sendable () -> Bool) async throws -> Value?) async throws -> Value {
    let isOver: @Sendable () -> Bool = { self.isClosed.load(ordering: .relaxed) }
    guard !isOver(), let value = try await body(isOver) else {
      throw VerifyError(.closed, "the forwarded connection to \(name) is closed")
    }
    return value
  }
}

/// A channel on its way into its actor.
struct Carried: @unchecked Sendable { var channel: SSHChannel }

extension SecureShell {
  func drop(_ carried: Carried) {
    drop(carried.channel)
    // A read or write under way has to see that it is over.
    wake()
  }

  /// Nil when the connection is over, here or at the other end.
  fileprivate func read(
    _ channel: SSHChannel, atMost limit: Int, until deadline: Deadline, isOver: @escaping @Sendable () -> Bool
  ) async throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: max(1, min(limit, 64 << 10)))
    return try await step(channel, until: deadline) { _ in
      if isOver() { return .some(nil) }
      let count = try channel.read(.standard, into: &buffer)
      if count > 0 { return Array(buffer[..<count]) }
      return channel.outputsEnded ? [] : nil
    }
  }

  fileprivate func write(
    _ bytes: [UInt8], to channel: SSHChannel, until deadline: Deadline, isOver: @escaping @Sendable () -> Bool
  ) async throws -> Void? {
    var rest = bytes[...]
    return try await step(channel, until: deadline) { session in
      while !rest.isEmpty, session.wire.unsentCount < Wire.unsentLimit / 4 {
        if isOver() || channel.isClosedByServer { return .some(nil) }
        let count = try channel.write(rest.prefix(32 << 10))
        if count == 0 { break }
        rest = rest.dropFirst(count)
      }
      // What waits to be sent would be sent by nobody, unless somebody waits for it.
      return rest.isEmpty && session.wire.unsentCount == 0 ? .some(()) : nil
    }
  }

  fileprivate func finish(_ channel: SSHChannel, until deadline: Deadline, isOver: @escaping @Sendable () -> Bool)
    async throws -> Void?
  {
    try await step(channel, until: deadline) { session in
      if isOver() { return .some(nil) }
      return try channel.sendEnd() && session.wire.unsentCount == 0 ? .some(()) : nil
    }
  }

  private func step<Value>(
    _ channel: SSHChannel, until deadline: Deadline, _ body: (SSHSession) throws -> Value??
  ) async throws -> Value? {
    try await using(channel, drops: false) { session in
      try await session.drive({ .forwarding }, until: deadline) { try body(session) }
    }
  }
}
