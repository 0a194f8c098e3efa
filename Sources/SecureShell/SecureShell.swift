package import Model

/// One SSH session: connected, authenticated, runs commands, moves files and forwards connections, any number at once.
///
/// Each command and connection has a channel of its own, and none waits for another one; only where the server opens no
/// further channel does a command wait for another one's end. A command that runs out of time or is cancelled leaves the
/// others alone. A peer that goes away, or leaves its keepalives unanswered, ends the session: ``isUsable`` is then
/// `false`, and whatever is under way or comes later throws `.closed`.
package actor SecureShell {
  /// Who answered.
  package struct Peer: Sendable, Equatable {
    /// The server's first line, `SSH-2.0-…`; printable, at most 255 characters.
    package var banner: String
    /// The kind of its host key (`ssh-ed25519` …), and the key's digest as `ssh-keygen -l` shows it.
    package var hostKeyAlgorithm: String
    package var hostKeyFingerprint: String
    /// What the two sides agreed on.
    package var keyExchange: String
    package var cipher: String
    package var mac: String
    /// The server let us in without any key.
    package var askedForNoKey: Bool
  }

  /// How many commands may go on in the guest after they ran out of time; OpenSSH takes ten at once.
  private static let lingeringLimit = 8

  package nonisolated let peer: Peer
  /// libssh2 opens one channel at a time.
  private let opening = Turnstile()
  /// What was asked for by a task that did not wait for the answer.
  private var unanswered: ChannelRequest?
  private var session: SSHSession?
  /// Channels of which the server has not yet seen the end: dropbear waits for the command.
  private var lingering: [SSHChannel] = []
  /// Commands under way, and the news that one has ended.
  private var running = 0
  private let ended = ChangeSignal()
  private var lastEnd: ContinuousClock.Instant?
  private let name: String

  private init(_ session: SSHSession, _ peer: Peer) {
    self.session = session
    self.peer = peer
    name = session.peerName
  }

  /// Whether commands can still be run.
  package var isUsable: Bool { session != nil }

  /// Connects to `host` and authenticates `user` with `key`; see ``connect(to:port:user:with:keepalive:until:)``.
  package static func connect(
    to host: String, port: UInt16, user: String, key: KeyPair, keepalive: Keepalive = .standard,
    until deadline: Deadline
  ) async throws -> SecureShell {
    try await connect(to: host, port: port, user: user, with: [.key(key)], keepalive: keepalive, until: deadline)
  }

  /// Connects to `host` and authenticates `user` with the first of `credentials` that is taken; the host key is
  /// reported, not judged.
  ///
  /// - Parameter host: a numeric address.
  /// - Throws: ``VerifyError``: `.closed` (refused, unreachable, or ended by the server), `.protocolViolation` (no SSH
  ///   server), `.noCommonAlgorithm` (naming both sides' lists), `.authenticationRefused` (naming the methods offered,
  ///   and what was not even asked for), `.cannotOpen` (a key file), `.timedOut` (naming the phase), `.limitExceeded` (a
  ///   hostile server); `CancellationError`.
  package static func connect(
    to host: String, port: UInt16, user: String, with credentials: [Credential], keepalive: Keepalive = .standard,
    until deadline: Deadline
  ) async throws -> SecureShell {
    let session = try await SSHSession.greeted(by: host, port: port, until: deadline)
    let askedForNothing = try await session.authenticate(user, with: credentials, until: deadline)
    session.keepalive = keepalive
    return SecureShell(session, Peer(session, askedForNoKey: askedForNothing))
  }

  /// Runs `command` in the user's shell, feeds it `input` and then the end, and takes both outputs meanwhile.
  ///
  /// Past `outputLimit`, which holds for each output, bytes are still taken and thrown away, so that the command ends
  /// as it would have and its status is known; the result is marked.
  /// - Parameters:
  ///   - onOutput: gets what is kept of both outputs as it comes; must not block.
  ///   - onStart: told when the server has started the command: whatever is thrown later, it may have done its work.
  /// - Throws: ``VerifyError``: `.timedOut` with what came so far (the command may go on in the guest, the session stays
  ///   usable), `.closed` when the connection ends or the session is no longer usable, `.unsupported` when the server
  ///   starts no command; `CancellationError`, with which it is as with `.timedOut`.
  package func run(
    _ command: String, input: [UInt8] = [], outputLimit: ByteCount, until deadline: Deadline,
    onOutput: (@Sendable ([UInt8]) -> Void)? = nil, onStart: (@Sendable () -> Void)? = nil
  ) async throws -> CommandResult {
    var gathering = OutputGathering(limit: outputLimit, onOutput: onOutput)
    var input = CommandInput(input)
    return try await run(command, input: &input, gathering: &gathering, until: deadline, onStart: onStart)
  }

  /// ``run(_:input:outputLimit:until:onOutput:onStart:)`` with input and output that come and go in pieces.
  func run(
    _ command: String, input: inout CommandInput, gathering: inout OutputGathering, until deadline: Deadline,
    onStart: (@Sendable () -> Void)? = nil
  ) async throws -> CommandResult {
    let channel = try await openForCommand(until: deadline)
    running += 1
    defer {
      running -= 1
      lastEnd = .now
      ended.notify()
    }
    return try await using(channel) { session in
      try await session.start(command, on: channel, until: deadline)
      onStart?()
      return try await session.finish(channel, input: &input, until: deadline, gathering: &gathering)
    }
  }

  /// A connection from the server to `host`, which it looks up itself.
  ///
  /// - Throws: ``VerifyError``: `.unsupported` when the server forwards nothing, `.closed` when it cannot connect to
  ///   there or the session is over, `.timedOut`; `CancellationError`.
  package func open(toHost host: String, port: UInt16, until deadline: Deadline) async throws -> ForwardedConnection {
    let channel = try await openChannel(.connection(toHost: host, port: port), until: deadline)
    return ForwardedConnection(channel, of: self, name: "\(host):\(port)")
  }

  /// Disconnects, politely when nothing is under way; what is ends with `.closed`. Waits for nobody.
  package func close() {
    guard let session else { return }
    // One small packet, sent at once or not at all: a peer that takes nothing any more gets no good-bye.
    if running == 0, unanswered == nil { _ = try? session.disconnect() }
    giveUp()
  }

  // MARK: Channels

  /// Runs `body` with the session; ends the session when `body` throws what leaves it good for nothing.
  ///
  /// - Parameter drops: whether the channel is closed when `body` throws and the session goes on.
  func using<Value>(
    _ channel: SSHChannel, drops: Bool = true, _ body: (SSHSession) async throws -> Value
  ) async throws -> Value {
    guard let session else { throw over }
    do {
      return try await body(session)
    } catch {
      if session.isSpoilt(by: error) { giveUp() } else if drops { drop(channel) }
      throw error
    }
  }

  /// Lets whoever waits for the wire look again.
  func wake() { session?.wire.wake() }

  /// Closes a channel, and frees it when the server has closed it as well.
  func drop(_ channel: SSHChannel) {
    guard let session else { return }
    lingering.append(channel)
    if (try? sweep(session)) == nil { giveUp() }
  }

  private var over: VerifyError { VerifyError(.closed, "ssh \(name): the session is over") }

  /// A channel for a command. A server that opens no more of them is asked again when one of ours has ended.
  private func openForCommand(until deadline: Deadline) async throws -> SSHChannel {
    while true {
      let seen = ended.generation
      do {
        return try await openChannel(.session, until: deadline)
      } catch let error as VerifyError where error.code == .unsupported {
        if running > 0, ended.generation == seen {
          let what = "ssh \(name): the server opens no further channel, and no command ended"
          try await withDeadline(deadline, for: what) { [ended] in try await ended.changed(since: seen) }
        } else if let lastEnd, lastEnd.duration(to: .now) < .seconds(30), !deadline.hasPassed {
          // OpenSSH counts a session for a moment longer than it lasts, a long one on a busy host.
          try await Task.sleep(for: .milliseconds(20))
        } else {
          throw error
        }
      }
    }
  }

  private func openChannel(_ request: ChannelRequest, until deadline: Deadline) async throws -> SSHChannel {
    guard let session else { throw over }
    try await opening.enter(until: deadline)
    defer { opening.leave() }
    guard self.session != nil else { throw over }
    do {
      try sweep(session)
    } catch {
      giveUp()
      throw error
    }
    do {
      if let earlier = unanswered {
        do {
          lingering.append(try await answer(to: earlier, over: session, until: deadline))
        } catch let error as VerifyError where unanswered == nil && !session.isSpoilt(by: error) {}
      }
      return try await answer(to: request, over: session, until: deadline)
    } catch {
      if session.isSpoilt(by: error) { giveUp() }
      throw error
    }
  }

  private func answer(to request: ChannelRequest, over session: SSHSession, until deadline: Deadline) async throws
    -> SSHChannel
  {
    unanswered = request
    do {
      let channel = try await session.drive({ request.phase }, until: deadline) { try session.openChannel(request) }
      unanswered = nil
      return channel
    } catch {
      // Who gives up waiting leaves libssh2 in the middle of it; a refusal does not.
      if (error as? VerifyError).map({ $0.code != .timedOut }) ?? false { unanswered = nil }
      throw error
    }
  }

  /// Ends the session; whatever is under way notices.
  private func giveUp() {
    session?.wire.hangUp()
    session = nil
    lingering = []
    ended.notify()
  }

  /// Closes the channels that nobody uses any more, and frees those that the server has closed as well.
  private func sweep(_ session: SSHSession) throws {
    try session.wire.turn { try lingering.removeAll { try $0.free() } }
    guard lingering.count <= SecureShell.lingeringLimit else {
      throw VerifyError(.closed, "ssh \(name): \(lingering.count) commands ran out of time and still go on")
    }
  }
}
