package import Guests
import Model
import SecureShell

/// Root's password opens nothing over SSH.
package struct PasswordRefused: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.password-refused", title: "Root does not log in over SSH with a password", level: .should,
    clauses: [40, 42], kind: .host,
    remedy:
      "'PasswordAuthentication no', 'KbdInteractiveAuthentication no' and 'PermitRootLogin prohibit-password' in sshd_config; dropbear: -s.",
    description: """
      Tries to log in as root with a wrong password and with the one of the metadata (root_pw), by 'password' and by \
      'keyboard-interactive' where those are offered: both must be refused. Best is that neither method is offered.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let why = awakening.noSSHServer { return .skipped(why) }
    return try await judge(
      try await guest.sshLoginProbe(), rootPassword: guest.boot.instance.rootPassword, until: guest.patience(60))
  }

  static func judge(
    _ probe: LoginProbe, rootPassword: String, until deadline: Deadline
  ) async throws -> Judgement {
    for (password, name) in [("not " + rootPassword, "a wrong password"), (rootPassword, "root_pw")] {
      switch try await probe.answer(toPassword: password, until: deadline) {
      case .letIn(method: "none"):
        return .failed("expected root refused, found root let in without any password or key")
      case .letIn(let method):
        return .failed("expected \(name) of root refused, found root let in by the method \(method)")
      case .notOffered(let methods):
        return Judgement(.passed, notes: ["passwords": "not asked for", "methods": methods.joined(separator: ", ")])
      case .refused: continue
      }
    }
    return Judgement(.passed, notes: ["passwords": "asked for, and refused"])
  }
}
