internal import CSSH2
internal import Model

/// Where in the life of a connection something happened.
enum Phase: String {
  case connect, banner
  case keyExchange = "key exchange"
  case authentication, command, forwarding, disconnect
}

/// One libssh2 session. Nothing outside this type and ``SSHChannel`` sees a pointer of libssh2.
///
/// Every step returns `nil` or `false` when it has to wait for the wire, and is then called again with the same
/// arguments.
/// A step that threw leaves the session good for nothing but freeing, unless it says otherwise.
final class SSHSession {
  private static let initialised = libssh2_init(0)

  let wire: Wire
  let peerName: String
  let handle: OpaquePointer
  /// Once authenticated.
  var keepalive: Keepalive?

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

  /// Says good-bye.
  func disconnect() throws -> Bool {
    try done(
      libssh2_session_disconnect_ex(handle, SSH_DISCONNECT_BY_APPLICATION, "imgverify is done", ""), in: .disconnect)
  }

  /// A new channel; a refusal leaves the session usable.
  ///
  /// One at a time: until it has a value or throws, nobody may ask for another one.
  func openChannel(_ request: ChannelRequest) throws -> SSHChannel? {
    let kind = request.kind
    let opened = request.message.withUnsafeBytes { message in
      libssh2_channel_open_ex(
        handle, kind, UInt32(kind.utf8.count), SSHChannel.window, UInt32(LIBSSH2_CHANNEL_PACKET_DEFAULT),
        message.assumingMemoryBound(to: CChar.self).baseAddress, UInt32(message.count))
    }
    if let opened { return SSHChannel(opened, of: self, phase: request.phase) }
    let code = libssh2_session_last_errno(handle)
    guard code == LIBSSH2_ERROR_EAGAIN else { throw error(ResultCode(code), in: request.phase) }
    return nil
  }

  /// Asks the server for a sign of life.
  func sendKeepalive() throws {
    // The caller keeps the times. libssh2 would send none within 2 s of the last one; it takes this interval for -1.
    libssh2_keepalive_config(handle, 1, .max)
    var next: CInt = 0
    _ = try done(libssh2_keepalive_send(handle, &next), in: .command)
    wire.unansweredKeepalives += 1
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
  func done(_ code: CInt, in phase: Phase) throws -> Bool {
    if code == LIBSSH2_ERROR_EAGAIN { return false }
    guard code >= 0 else { throw error(ResultCode(code), in: phase) }
    return true
  }

  func free(_ memory: UnsafeMutableRawPointer) { libssh2_free(handle, memory) }
}
