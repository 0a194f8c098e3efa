package import Model

/// What an SSH server answers to somebody who wants in: which methods it offers, and whether it takes a password.
package struct LoginProbe: Sendable {
  private let host: String
  private let port: UInt16
  private let user: String

  /// - Parameter host: a numeric address.
  package init(_ host: String, port: UInt16, user: String) { (self.host, self.port, self.user) = (host, port, user) }

  /// How a password fared.
  package enum Answer: Sendable, Equatable {
    /// Let in, by this method; by `none` when nothing was asked for.
    case letIn(method: String)
    /// All methods for which a password serves, and that were offered, refused it.
    case refused(methods: [String])
    /// No method is offered for which a password serves; these are.
    case notOffered(methods: [String])
  }

  /// The methods offered to the user; empty when nothing is asked for.
  ///
  /// - Throws: as ``SecureShell/connect(to:port:user:with:keepalive:until:)``.
  package func methods(until deadline: Deadline) async throws -> [String] {
    let session = try await SSHSession.greeted(by: host, port: port, until: deadline)
    return try await session.drive({ .authentication }, until: deadline) {
      try session.authenticationMethods(of: user)
    }
  }

  /// Tries `password`, each method on a connection of its own: a server may hang up after one failure.
  ///
  /// - Throws: as ``SecureShell/connect(to:port:user:with:keepalive:until:)``. Hanging up on a wrong password is a
  ///   refusal.
  package func answer(toPassword password: String, until deadline: Deadline) async throws -> Answer {
    let offered = try await methods(until: deadline)
    if offered.isEmpty { return .letIn(method: "none") }
    let usable = Credential.password(password).methods.filter(offered.contains)
    if usable.isEmpty { return .notOffered(methods: offered) }
    for method in usable where try await isLetIn(by: method, password, until: deadline) {
      return .letIn(method: method)
    }
    return .refused(methods: usable)
  }

  private func isLetIn(by method: String, _ password: String, until deadline: Deadline) async throws -> Bool {
    let session = try await SSHSession.greeted(by: host, port: port, until: deadline)
    do {
      let phase = { Phase.authentication }
      // libssh2 wants the list first.
      _ = try await session.drive(phase, until: deadline) { try session.authenticationMethods(of: user) }
      return try await session.drive(phase, until: deadline) {
        method == "password"
          ? try session.authenticate(user, withPassword: password) : try session.authenticate(user, answering: password)
      }
    } catch let error as VerifyError where [.closed, .authenticationRefused].contains(error.code) {
      return false
    }
  }
}
