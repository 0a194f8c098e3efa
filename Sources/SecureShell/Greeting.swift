internal import Model

extension SSHSession {
  /// A session with the server at `host` that has exchanged banners and keys, and nothing more.
  static func greeted(by host: String, port: UInt16, until deadline: Deadline) async throws -> SSHSession {
    let wire = try await Wire.dial(host, port: port, until: deadline)
    let session = try SSHSession(over: wire, peerName: "\(host):\(port)")
    let greeting = { session.isPastBanner ? Phase.keyExchange : .banner }
    try await session.drive(greeting, until: deadline) { try session.handshake() ? () : nil }
    guard session.banner.hasPrefix("SSH-2.0-") || session.banner.hasPrefix("SSH-1.99-") else {
      throw VerifyError(.protocolViolation, "ssh \(session.peerName): speaks another SSH: \(session.banner)")
    }
    wire.forgetOpening()
    return session
  }

  /// Shows `credentials` one after the other until one is taken. Returns whether the server asked for nothing at all.
  ///
  /// - Throws: ``VerifyError`` `.authenticationRefused` with what became of each.
  func authenticate(_ user: String, with credentials: [Credential], until deadline: Deadline) async throws -> Bool {
    let phase = { Phase.authentication }
    let methods = try await drive(phase, until: deadline) { try authenticationMethods(of: user) }
    if methods.isEmpty { return true }
    var refusals: [String] = []
    for credential in credentials {
      guard let method = credential.methods.first(where: methods.contains) else {
        refusals.append("\(credential.name) may not be used for \(user)")
        continue
      }
      let isTaken = try await drive(phase, until: deadline) { try show(credential, of: user, by: method) }
      if isTaken { return false }
      refusals.append("\(credential.name) was refused for \(user)")
    }
    throw VerifyError(
      .authenticationRefused,
      "ssh \(peerName): \(refusals.joined(separator: ", ")); methods offered: \(methods.joined(separator: ", "))")
  }

  private func show(_ credential: Credential, of user: String, by method: String) throws -> Bool? {
    switch credential {
    case .key(let key): try authenticate(user, with: key)
    case .keyFile(let path, let passphrase): try authenticate(user, withKeyFile: path, passphrase: passphrase)
    case .password(let password):
      method == "password"
        ? try authenticate(user, withPassword: password) : try authenticate(user, answering: password)
    }
  }
}

extension SecureShell.Peer {
  init(_ session: SSHSession, askedForNoKey: Bool) {
    let hostKey = session.hostKey
    self.init(
      banner: session.banner, hostKeyAlgorithm: HostKeyBlob(hostKey).algorithm,
      hostKeyFingerprint: sha256Fingerprint(of: hostKey), keyExchange: session.agreed(.keyExchange),
      cipher: session.agreed(.cipherUp), mac: session.agreed(.macUp), askedForNoKey: askedForNoKey)
  }
}
