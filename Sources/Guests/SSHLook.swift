import Hypervisors
import Model
package import SecureShell

/// Looks at a guest's SSH server from outside, once for all the checks that want to know: under emulation each
/// connection costs the guest a second.
package actor SSHLook {
  private var scan: Result<ServerScan, any Error>?
  private var methods: Result<[String], any Error>?

  fileprivate func scan(_ port: UInt16, until deadline: Deadline) async throws -> ServerScan {
    if let scan { return try scan.get() }
    let found = await attempt { try await ServerScan.of("127.0.0.1", port: port, until: deadline) }
    scan = found
    return try found.get()
  }

  fileprivate func methods(_ probe: LoginProbe, until deadline: Deadline) async throws -> [String] {
    if let methods { return try methods.get() }
    let found = await attempt { try await probe.methods(until: deadline) }
    methods = found
    return try found.get()
  }

  private func attempt<T>(_ body: () async throws -> T) async -> Result<T, any Error> {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}

extension Guest {
  /// What the guest's SSH server offers, and its host keys; looked at once.
  ///
  /// - Throws: as ``ServerScan/of(_:port:until:)``; the same error again when it is asked again.
  package func sshScan() async throws -> ServerScan {
    try await sshLook.scan(try await machine.sshPort(until: .after(.seconds(30))), until: patience(60))
  }

  /// The methods by which the guest's SSH server would let root in; looked at once.
  package func sshMethods() async throws -> [String] {
    try await sshLook.methods(try await sshLoginProbe(), until: patience(30))
  }

  /// To try passwords of an account over SSH.
  package func sshLoginProbe(as user: String = "root") async throws -> LoginProbe {
    LoginProbe("127.0.0.1", port: try await machine.sshPort(until: .after(.seconds(30))), user: user)
  }
}

extension Awakening {
  /// Why there is no SSH server to look at; nil when there is one, also when it has not let us in.
  package var noSSHServer: String? {
    if ssh != nil { return nil }
    if transport == .serial { return "SSH was not tried: --transport serial" }
    let codes = [sshError?.code, (sshError?.cause as? VerifyError)?.code]
    if codes.contains(.authenticationRefused) || codes.contains(.noCommonAlgorithm) { return nil }
    guard end == .ready else { return "the boot did not get that far: \(sentence)" }
    return "no SSH server was reached: \(sshError.map { "\($0)" } ?? "nothing answered")"
  }
}
