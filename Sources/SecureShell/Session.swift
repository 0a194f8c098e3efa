internal import CSSH2
internal import Glibc
internal import Model

/// Where in the life of a connection something happened.
enum Phase: String {
  case connect, banner
  case keyExchange = "key exchange"
  case authentication, command, disconnect
}

/// One libssh2 session and its channels: the only file that sees their pointers.
///
/// Every step returns `nil` or `false` when it has to wait for the wire, and is then called again with the same
/// arguments.
/// A step that threw leaves the session good for nothing but freeing, unless it says otherwise.
final class SSHSession {
  private static let initialised = libssh2_init(0)

  let wire: Wire
  let peerName: String
  private let handle: OpaquePointer

  /// - Parameter peerName: how messages call the other side, `host:port`.
  init(over wire: Wire, peerName: String) throws {
    guard SSHSession.initialised == 0, let handle = makeSession(over: wire) else {
      throw VerifyError(.system, "libssh2 does not start")
    }
    self.wire = wire
    self.peerName = peerName
    self.handle = handle
    libssh2_session_set_blocking(handle, 0)
  }

  deinit {
    // Freeing closes what is open and would wait for answers: let every receive fail instead.
    wire.abandon()
    libssh2_session_free(handle)
  }

  // MARK: Steps

  /// Banner and key exchange.
  func handshake() throws -> Bool {
    let code = libssh2_session_handshake(handle, wire.descriptor)
    return try done(code, in: isPastBanner ? .keyExchange : .banner)
  }

  /// The methods with which `user` may authenticate; empty when none is needed.
  func authenticationMethods(of user: String) throws -> [String]? {
    if let list = libssh2_userauth_list(handle, user, UInt32(user.utf8.count)) {
      return String(cString: list).split(separator: ",").map { printable($0.utf8, limit: 64) }
    }
    if libssh2_userauth_authenticated(handle) != 0 { return [] }
    let code = libssh2_session_last_errno(handle)
    guard code == LIBSSH2_ERROR_EAGAIN else { throw error(ResultCode(code), in: .authentication) }
    return nil
  }

  /// Whether the server takes `key`; a refusal leaves the session usable.
  func authenticate(_ user: String, with key: KeyPair) throws -> Bool? {
    let signing = Signing(key: key, wire: wire)
    var context: UnsafeMutableRawPointer? = Unmanaged.passUnretained(signing).toOpaque()
    let code = withExtendedLifetime(signing) {
      libssh2_userauth_publickey(
        handle, user, key.publicBlob, key.publicBlob.count,
        { _, signature, count, data, dataCount, abstract in
          let signing = Unmanaged<Signing>.fromOpaque(abstract!.pointee!).takeUnretainedValue()
          return signing.sign(UnsafeRawBufferPointer(start: data, count: dataCount), signature!, count!)
        }, &context)
    }
    if let error = signing.failure { throw error }
    switch code {
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED: return false
    default: return try done(code, in: .authentication) ? true : nil
    }
  }

  /// Says good-bye.
  func disconnect() throws -> Bool {
    try done(
      libssh2_session_disconnect_ex(handle, SSH_DISCONNECT_BY_APPLICATION, "imgverify is done", ""), in: .disconnect)
  }

  /// A new channel for one command; a refusal leaves the session usable.
  func openChannel() throws -> SSHChannel? {
    let kind = "session"
    if let channel = libssh2_channel_open_ex(
      handle, kind, UInt32(kind.utf8.count), SSHChannel.window, UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT), nil, 0)
    {
      return SSHChannel(channel, of: self)
    }
    let code = libssh2_session_last_errno(handle)
    guard code == LIBSSH2_ERROR_EAGAIN else { throw error(ResultCode(code), in: .command) }
    return nil
  }

  // MARK: Facts

  /// Whether a line that begins with `SSH-` has come.
  var isPastBanner: Bool { banner.hasPrefix("SSH-") }

  /// The last line that came in the clear, without its end; at most 255 printable characters.
  var banner: String {
    libssh2_session_banner_get(handle).map { printable(String(cString: $0).utf8, limit: 255) } ?? ""
  }

  /// The host key as a blob, once keys were exchanged.
  var hostKey: [UInt8] {
    var count = 0
    var kind: CInt = 0
    guard let start = libssh2_session_hostkey(handle, &count, &kind) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  /// What was agreed on, once keys were exchanged.
  func agreed(_ kind: KeyExchangeOffer.Kind) -> String {
    libssh2_session_methods(handle, CInt(kind.rawValue)).map { printable(String(cString: $0).utf8, limit: 64) } ?? ""
  }

  /// What this libssh2 can do.
  var ourOffer: KeyExchangeOffer {
    var names: [KeyExchangeOffer.Kind: [String]] = [:]
    for kind in KeyExchangeOffer.Kind.allCases {
      var list: UnsafeMutablePointer<UnsafePointer<CChar>?>?
      let count = libssh2_session_supported_algs(handle, CInt(kind.rawValue), &list)
      guard count > 0, let list else { continue }
      names[kind] = (0..<Int(count)).compactMap { list[$0].map { String(cString: $0) } }
      libssh2_free(handle, list)
    }
    return KeyExchangeOffer(names: names)
  }

  /// libssh2's own words for its last error.
  var lastMessage: String {
    var text: UnsafeMutablePointer<CChar>?
    var count: CInt = 0
    libssh2_session_last_error(handle, &text, &count, 0)
    return text.map { printable(UnsafeRawBufferPointer(start: $0, count: max(0, Int(count))), limit: 200) } ?? ""
  }

  // MARK: Results

  /// `false` for EAGAIN, a throw for an error.
  fileprivate func done(_ code: CInt, in phase: Phase) throws -> Bool {
    if code == LIBSSH2_ERROR_EAGAIN { return false }
    guard code >= 0 else { throw error(ResultCode(code), in: phase) }
    return true
  }
}

/// One command's channel; belongs to its session, which frees it if nobody else did.
final class SSHChannel {
  /// How much a server may send ahead: bounds what a session holds for a command.
  static let window: UInt32 = 512 << 10

  /// Which of the two outputs; libssh2's stream ids.
  enum Output: CInt, CaseIterable { case standard = 0, error = 1 }

  private let session: SSHSession
  private let handle: OpaquePointer
  private var isFreed = false

  fileprivate init(_ handle: OpaquePointer, of session: SSHSession) {
    self.handle = handle
    self.session = session
  }

  /// Starts `command` in the user's shell; a refusal leaves the session usable.
  func start(_ command: String) throws -> Bool {
    let kind = "exec"
    return try session.done(
      libssh2_channel_process_startup(
        handle, kind, UInt32(kind.utf8.count), command, UInt32(command.utf8.count)), in: .command)
  }

  /// Bytes of `input` taken; 0 when the window or the wire has no room.
  func write(_ input: ArraySlice<UInt8>) throws -> Int {
    let count = input.withUnsafeBytes {
      libssh2_channel_write_ex(handle, 0, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return try session.done(CInt(clamping: count), in: .command) ? count : 0
  }

  /// Bytes of input that the server would take now.
  var room: Int { Int(clamping: libssh2_channel_window_write_ex(handle, nil)) }

  func sendEnd() throws -> Bool { try session.done(libssh2_channel_send_eof(handle), in: .command) }

  /// Bytes of `output` put into `buffer`; 0 when there are none now.
  func read(_ output: Output, into buffer: inout [UInt8]) throws -> Int {
    let count = buffer.withUnsafeMutableBytes {
      libssh2_channel_read_ex(handle, output.rawValue, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
    }
    return try session.done(CInt(clamping: count), in: .command) ? count : 0
  }

  /// Whether both outputs have ended and were read.
  var outputsEnded: Bool { libssh2_channel_eof(handle) == 1 }

  /// Whether the server closed the channel; asked once ``outputsEnded``.
  func closedByServer() throws -> Bool { try session.done(libssh2_channel_wait_closed(handle), in: .command) }

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
    if !isFreed { isFreed = try session.done(libssh2_channel_free(handle), in: .command) }
    return isFreed
  }
}

extension SSHSession {
  fileprivate func free(_ memory: UnsafeMutableRawPointer) { libssh2_free(handle, memory) }
}

/// What libssh2's signature callback needs.
private final class Signing {
  let key: KeyPair
  let wire: Wire
  var failure: (any Error)?

  init(key: KeyPair, wire: Wire) {
    self.key = key
    self.wire = wire
  }

  /// Hands libssh2 a signature in memory that it frees itself; 0, or -1 on failure.
  func sign(
    _ data: UnsafeRawBufferPointer, _ signature: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
    _ count: UnsafeMutablePointer<Int>
  ) -> CInt {
    do {
      let bytes = try key.sign(Array(data))
      guard let memory = wire.allocate(bytes.count) else { return -1 }
      bytes.withUnsafeBytes { _ = memcpy(memory, $0.baseAddress!, bytes.count) }
      signature.pointee = memory.assumingMemoryBound(to: UInt8.self)
      count.pointee = bytes.count
      return 0
    } catch {
      failure = error
      return -1
    }
  }
}
