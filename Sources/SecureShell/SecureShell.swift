package import Model

/// One SSH session: connected, authenticated, runs commands one after another.
///
/// Any number of tasks may call; they take turns in the order they came. A peer that goes away, or a cancel, in the
/// middle of a command ends the session: ``isUsable`` is then `false`, and every later command throws `.closed`.
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
  private let turnstile = Turnstile()
  private var session: SSHSession?
  /// Channels that we closed and the server has not: dropbear waits for the command.
  private var lingering: [SSHChannel] = []
  private let name: String
  private var isClosing = false

  private init(_ session: SSHSession, _ peer: Peer) {
    self.session = session
    self.peer = peer
    name = session.peerName
  }

  /// Whether commands can still be run.
  package var isUsable: Bool { session != nil && !isClosing }

  /// Connects to `host` and authenticates `user` with `key`; the host key is reported, not judged.
  ///
  /// - Parameter host: a numeric address.
  /// - Throws: ``VerifyError``: `.closed` (refused, unreachable, or ended by the server), `.protocolViolation` (no SSH
  ///   server), `.noCommonAlgorithm` (naming both sides' lists), `.authenticationRefused` (naming the methods offered),
  ///   `.timedOut` (naming the phase), `.limitExceeded` (a hostile server); `CancellationError`.
  package static func connect(
    to host: String, port: UInt16, user: String, key: KeyPair, until deadline: Deadline
  ) async throws -> SecureShell {
    let wire = try await Wire.dial(host, port: port, until: deadline)
    let session = try SSHSession(over: wire, peerName: "\(host):\(port)")
    let greeting = { session.isPastBanner ? Phase.keyExchange : .banner }
    try await session.drive(greeting, until: deadline) { try session.handshake() ? () : nil }
    guard session.banner.hasPrefix("SSH-2.0-") || session.banner.hasPrefix("SSH-1.99-") else {
      throw VerifyError(.protocolViolation, "ssh \(session.peerName): speaks another SSH: \(session.banner)")
    }
    wire.forgetOpening()
    let askedForNoKey = try await authenticate(user, with: key, over: session, until: deadline)
    let hostKey = session.hostKey
    let peer = Peer(
      banner: session.banner, hostKeyAlgorithm: algorithm(ofBlob: hostKey),
      hostKeyFingerprint: sha256Fingerprint(of: hostKey), keyExchange: session.agreed(.keyExchange),
      cipher: session.agreed(.cipherUp), mac: session.agreed(.macUp), askedForNoKey: askedForNoKey)
    return SecureShell(session, peer)
  }

  /// Runs `command` in the user's shell, feeds it `input` and then the end, and takes both outputs meanwhile.
  ///
  /// Past `outputLimit`, which holds for each output, bytes are still taken and thrown away, so that the command ends
  /// as it would have and its status is known; the result is marked.
  /// - Parameter onOutput: gets what is kept of both outputs as it comes; must not block.
  /// - Throws: ``VerifyError``: `.timedOut` with what came so far (the command may go on in the guest; the session
  ///   stays usable, unless the command had not even started), `.closed` when the connection ends or the session is
  ///   no longer usable, `.unsupported` when the server starts no command; `CancellationError`.
  package func run(
    _ command: String, input: [UInt8] = [], outputLimit: ByteCount, until deadline: Deadline,
    onOutput: (@Sendable ([UInt8]) -> Void)? = nil
  ) async throws -> CommandResult {
    try await turnstile.enter(until: deadline)
    defer { turnstile.leave() }
    guard let session, !isClosing else {
      throw VerifyError(.closed, "ssh \(name): the session is over")
    }
    var gathering = OutputGathering(limit: outputLimit, onOutput: onOutput)
    var channel: SSHChannel?
    do {
      try sweep(session)
      return try await session.execute(
        command, input: input, until: deadline, gathering: &gathering, channel: &channel)
    } catch let error as VerifyError where error.code == .unsupported || (error.code == .timedOut && channel != nil) {
      if let channel { lingering.append(channel) }
      if (try? sweep(session)) == nil { giveUp() }
      throw error
    } catch {
      giveUp()
      throw error
    }
  }

  /// Disconnects, politely when no command is under way; one that is ends with `.closed`. Waits for nobody.
  package func close() {
    guard let session, !isClosing else { return }
    isClosing = true
    if turnstile.enterIfFree() {
      // One small packet, sent at once or not at all: a peer that takes nothing any more gets no good-bye.
      _ = try? session.disconnect()
      turnstile.leave()
    } else {
      session.wire.hangUp()
    }
    giveUp()
  }

  /// Frees the session, now or when the command under way has noticed.
  private func giveUp() {
    session = nil
    lingering = []
  }

  /// Closes the channels of commands that ran out of time, and frees those that the server has closed as well.
  private func sweep(_ session: SSHSession) throws {
    session.wire.beginTurn()
    try lingering.removeAll { try $0.free() }
    guard lingering.count <= SecureShell.lingeringLimit else {
      throw VerifyError(.closed, "ssh \(name): \(lingering.count) commands ran out of time and still go on")
    }
  }

  /// Returns whether the server asked for no key at all.
  private static func authenticate(
    _ user: String, with key: KeyPair, over session: SSHSession, until deadline: Deadline
  ) async throws -> Bool {
    let phase = { Phase.authentication }
    let methods = try await session.drive(phase, until: deadline) { try session.authenticationMethods(of: user) }
    if methods.isEmpty { return true }
    let offered = methods.joined(separator: ", ")
    guard methods.contains("publickey") else {
      throw VerifyError(
        .authenticationRefused, "ssh \(session.peerName): no key may be used for \(user); methods offered: \(offered)")
    }
    let accepted = try await session.drive(phase, until: deadline) { try session.authenticate(user, with: key) }
    guard accepted else {
      throw VerifyError(
        .authenticationRefused,
        "ssh \(session.peerName): the key \(key.fingerprint) was refused for \(user); methods offered: \(offered)")
    }
    return false
  }

  /// The name in front of a public key blob.
  private static func algorithm(ofBlob blob: [UInt8]) -> String {
    guard blob.count >= 4, blob[0] == 0, blob[1] == 0, blob[2] == 0 else { return "" }
    return printable(blob.dropFirst(4).prefix(Int(blob[3])), limit: 64)
  }
}
