internal import CSSH2
internal import Model

/// A libssh2 result, `LIBSSH2_ERROR_…`.
struct ResultCode: RawRepresentable, Hashable {
  var rawValue: CInt

  init(rawValue: CInt) { self.rawValue = rawValue }
  init(_ rawValue: CInt) { self.rawValue = rawValue }

  static let noCommonMethod = ResultCode(LIBSSH2_ERROR_KEX_FAILURE)
  static let keyExchangeFailed = ResultCode(LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE)
  static let outOfMemory = ResultCode(LIBSSH2_ERROR_ALLOC)
  static let channelRefused = ResultCode(LIBSSH2_ERROR_CHANNEL_FAILURE)
  static let requestDenied = ResultCode(LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED)
  static let socketTrouble: Set<ResultCode> = [
    ResultCode(LIBSSH2_ERROR_SOCKET_NONE), ResultCode(LIBSSH2_ERROR_SOCKET_SEND),
    ResultCode(LIBSSH2_ERROR_SOCKET_RECV), ResultCode(LIBSSH2_ERROR_SOCKET_DISCONNECT),
  ]
  static let slow: Set<ResultCode> = [
    ResultCode(LIBSSH2_ERROR_TIMEOUT), ResultCode(LIBSSH2_ERROR_SOCKET_TIMEOUT),
  ]
}

extension SSHSession {
  /// What went wrong when libssh2 answered `code`, with what the wire knows about it.
  func error(_ code: ResultCode, in phase: Phase) -> VerifyError {
    let reason = "\(lastMessage) (libssh2 \(code.rawValue))"
    if let exceeded = wire.exceeded {
      return VerifyError(.limitExceeded, "ssh \(peerName), \(phase.rawValue): gave up on the server: \(exceeded)")
    }
    if phase == .keyExchange, let missing = missingAlgorithms {
      return VerifyError(.noCommonAlgorithm, "ssh \(peerName): \(missing)")
    }
    if wire.hasEnded || ResultCode.socketTrouble.contains(code) {
      return ended(in: phase)
    }
    switch code {
    case .noCommonMethod:
      return VerifyError(.noCommonAlgorithm, "ssh \(peerName): no common algorithm: \(reason)")
    case .outOfMemory:
      return VerifyError(.limitExceeded, "ssh \(peerName), \(phase.rawValue): \(reason)")
    case .channelRefused where phase == .forwarding:
      // The server may, and could not reach what it was to reach.
      let failed = lastMessage.contains("connect failed")
      return VerifyError(
        failed ? .closed : .unsupported,
        "ssh \(peerName): the server \(failed ? "cannot connect to there" : "forwards no connection"): \(reason)")
    case .channelRefused:
      return VerifyError(.unsupported, "ssh \(peerName): the server opens no channel for a command: \(reason)")
    case .requestDenied:
      return VerifyError(.unsupported, "ssh \(peerName): the server starts no command: \(reason)")
    case let code where ResultCode.slow.contains(code):
      return VerifyError(.timedOut, "ssh \(peerName), \(phase.rawValue): \(reason)")
    default:
      return VerifyError(.protocolViolation, "ssh \(peerName), \(phase.rawValue): \(reason)\(seenInstead)")
    }
  }

  /// Whether the session is good for nothing after `error`.
  func isSpoilt(by error: any Error) -> Bool {
    if wire.hasEnded || wire.isHungUp || wire.exceeded != nil { return true }
    return (error as? VerifyError)?.code == .protocolViolation
  }

  /// The server, or the network, ended the connection.
  private func ended(in phase: Phase) -> VerifyError {
    if let words = wire.lastWords {
      if phase == .authentication, words.contains("Too many authentication failures") {
        return VerifyError(
          .authenticationRefused, "ssh \(peerName): too many tries to authenticate, the server disconnected: \(words)")
      }
      return VerifyError(.closed, "ssh \(peerName), \(phase.rawValue): the server disconnected: \(words)")
    }
    if phase == .banner, !wire.opening.isEmpty {
      return VerifyError(.protocolViolation, "ssh \(peerName): no SSH server\(seenInstead)")
    }
    let what = phase == .banner ? "before it sent its banner" : "during the \(phase.rawValue)"
    return VerifyError(.closed, "ssh \(peerName): the connection ended \(what)")
  }

  /// What there is no agreement on, if both offers are known and that is so.
  private var missingAlgorithms: String? {
    guard let theirs = KeyExchangeOffer(opening: wire.opening) else { return nil }
    let clauses = theirs.missing(from: ourOffer)
    return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
  }

  /// What came in place of a banner, for a message.
  var seenInstead: String {
    guard !isPastBanner, !wire.opening.isEmpty else { return "" }
    return "; it sent \"\(printable(wire.opening, limit: 80))\" instead of a banner"
  }
}
