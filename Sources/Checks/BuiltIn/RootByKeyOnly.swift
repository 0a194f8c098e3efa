package import Guests
import Model

/// Nothing but a key is asked of root over SSH.
package struct RootByKeyOnly: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.root-by-key-only", title: "SSH offers root no other method than a key", level: .should, clauses: [41, 42],
    kind: .host,
    remedy:
      "'PasswordAuthentication no' and 'KbdInteractiveAuthentication no' in sshd_config (cloud-init: ssh_pwauth: false); dropbear: -s.",
    description: """
      Asks the server, without any credential, what it would take from root: 'publickey' and nothing else. OpenSSH offers \
      root a password also where PermitRootLogin is 'prohibit-password' and it takes none: whoever guesses goes on \
      guessing. Whether a password is taken is for ssh.password-refused.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let why = awakening.noSSHServer { return .skipped(why) }
    return judge(methods: try await guest.sshMethods())
  }

  static func judge(methods: [String]) -> Judgement {
    let notes = ["methods": methods.joined(separator: ", ")]
    if methods.isEmpty { return .failed("expected a key asked of root, found root let in without anything") }
    let others = methods.filter { $0 != "publickey" }
    if others.isEmpty { return Judgement(.passed, notes: notes) }
    return .failed("expected only publickey offered to root, found \(others.joined(separator: ", "))", notes: notes)
  }
}
