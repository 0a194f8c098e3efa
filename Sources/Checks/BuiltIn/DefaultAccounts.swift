package import Guests
import Model
import SecureShell

/// No password that the recipes of image builds publish opens an account over SSH.
package struct DefaultAccounts: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.default-accounts", title: "No well-known account of a build gets in over SSH with its well-known password",
    level: .must, clauses: [40], kind: .host,
    remedy:
      "Delete the user that the installer or Packer made for the build ('userdel -r NAME') before the image is taken.",
    description: """
      Where the server offers passwords at all, a handful of pairs is tried that installers and published recipes use, \
      such as ubuntu with the password ubuntu, each once; none may be let in. Judged at first boots only, as each \
      refusal costs the guest some seconds.
      """)

  /// An account and its password, as public build recipes have them.
  struct Pair: Hashable, Sendable {
    var user: String
    var password: String
  }
  static let pairs = [
    Pair(user: "ubuntu", password: "ubuntu"), Pair(user: "packer", password: "packer"),
    Pair(user: "vagrant", password: "vagrant"), Pair(user: "debian", password: "debian"),
  ]

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let why = awakening.noSSHServer { return .skipped(why) }
    guard guest.boot.startsFrom == nil else { return .skipped("judged at the first boots of fresh instances") }
    let methods = try await guest.sshMethods()
    let deadline = guest.patience(90)
    return try await judge(methods: methods) { pair in
      guard !deadline.hasPassed else { return nil }
      let answer = try await guest.sshLoginProbe(as: pair.user).answer(toPassword: pair.password, until: deadline)
      if case .letIn(let method) = answer { return method }
      return ""
    }
  }

  /// - Parameter attempt: the method by which the pair was let in, empty when it was refused, nil when time is up.
  static func judge(
    methods: [String], attempt: (Pair) async throws -> String?
  ) async throws -> Judgement {
    guard methods.contains("password") || methods.contains("keyboard-interactive") else {
      return Judgement(.passed, notes: ["passwords": "not asked for"])
    }
    var tried: [String] = []
    for pair in pairs {
      do {
        guard let method = try await attempt(pair) else { break }
        if !method.isEmpty {
          return .failed("expected '\(pair.user)' refused, found it let in with the password '\(pair.password)'")
        }
      } catch let error as VerifyError where [.timedOut, .closed].contains(error.code) {
        // A server that has seen enough wrong passwords hangs up on whoever comes from there.
        break
      }
      tried.append(pair.user)
    }
    guard !tried.isEmpty else { return .skipped("the server took no attempt") }
    return Judgement(.passed, notes: ["refused": tried.joined(separator: ", ")])
  }
}
