internal import CSSH2
internal import Model

/// What a channel is asked for (RFC 4254, 5.1).
struct ChannelRequest: Equatable {
  var kind: String
  /// What follows the four fields that all kinds have.
  var message: [UInt8] = []
  /// How messages call what goes on in it.
  var phase: Phase

  /// For one command.
  static let session = ChannelRequest(kind: "session", phase: .command)

  /// For a TCP connection from the server to `host` (RFC 4254, 7.2).
  static func connection(toHost host: String, port: UInt16) -> ChannelRequest {
    let word = { (value: UInt32) in withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    return ChannelRequest(
      kind: "direct-tcpip",
      message: sshString(Array(host.utf8)) + word(UInt32(port)) + sshString(Array("127.0.0.1".utf8)) + word(0),
      phase: .forwarding)
  }
}

/// The channel of a command or a connection; belongs to its session, which frees it if nobody else did.
final class SSHChannel {
  /// How much a server may send ahead: bounds what a session holds for a command.
  static let window: UInt32 = 512 << 10

  /// Which of the two outputs; libssh2's stream ids.
  enum Output: CInt, CaseIterable { case standard = 0, error = 1 }

  private let session: SSHSession
  private let handle: OpaquePointer
  private let phase: Phase
  private var isFreed = false

  init(_ handle: OpaquePointer, of session: SSHSession, phase: Phase) {
    self.handle = handle
    self.session = session
    self.phase = phase
  }

  /// Starts `command` in the user's shell; a refusal leaves the session usable.
  func start(_ command: String) throws -> Bool {
    let kind = "exec"
    return try session.done(
      libssh2_channel_process_startup(
        handle, kind, UInt32(kind.utf8.count), command, UInt32(command.utf8.count)), in: phase)
  }

  /// Bytes of `input` taken; 0 when the window or the wire has no room.
  func write(_ input: ArraySlice<UInt8>) throws -> Int {
    let count = input.withUnsafeBytes {
      libssh2_channel_write_ex(handle, 0, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return try session.done(CInt(clamping: count), in: phase) ? count : 0
  }

  /// Bytes of input that the server would take now.
  var room: Int { Int(clamping: libssh2_channel_window_write_ex(handle, nil)) }

  func sendEnd() throws -> Bool { try session.done(libssh2_channel_send_eof(handle), in: phase) }

  /// Bytes of `output` put into `buffer`; 0 when there are none now.
  func read(_ output: Output, into buffer: inout [UInt8]) throws -> Int {
    let count = buffer.withUnsafeMutableBytes {
      libssh2_channel_read_ex(handle, output.rawValue, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return try session.done(CInt(clamping: count), in: phase) ? count : 0
  }

  /// Whether both outputs have ended and were read.
  var outputsEnded: Bool { libssh2_channel_eof(handle) == 1 }

  /// Whether the server closed the channel; asked once ``outputsEnded``.
  func closedByServer() throws -> Bool { try session.done(libssh2_channel_wait_closed(handle), in: phase) }

  /// Whether the server has closed the channel; never throws, asked before writing.
  var isClosedByServer: Bool { libssh2_channel_wait_closed(handle) == 0 }

  /// The status the command ended with, or else the signal that ended it (`TERM`, `KILL` …).
  var ending: (status: Int32?, signal: String?) {
    var name: UnsafeMutablePointer<CChar>?
    var count = 0
    libssh2_channel_get_exit_signal(handle, &name, &count, nil, nil, nil, nil)
    guard let name else { return (libssh2_channel_get_exit_status(handle), nil) }
    defer { session.free(name) }
    return (nil, printable(UnsafeRawBufferPointer(start: name, count: count), limit: 32))
  }

  /// Closes the channel, waits for the server's close, and frees it; nothing else may be called afterwards.
  func free() throws -> Bool {
    if !isFreed { isFreed = try session.done(libssh2_channel_free(handle), in: phase) }
    return isFreed
  }
}
