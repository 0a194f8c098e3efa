package import Guests
import Model
import SecureShell

/// The SSH server offers no broken algorithm.
package struct SSHAlgorithms: BootCheck {
  package static let info = CheckInfo(
    id: "ssh.algorithms", title: "The SSH server offers no broken algorithm", level: .should, clauses: [], kind: .host,
    remedy:
      "Remove what was added to KexAlgorithms, Ciphers and MACs in sshd_config: the defaults of any OpenSSH since 7.6 offer none of these.",
    description: """
      Reads the offer in the server's first packet. Broken is: SSH 1; key exchange with a group of 1024 bits or a group \
      chosen under SHA-1; ciphers with 64-bit blocks, RC4, CBC (plaintext can be recovered, CVE-2008-5161), none; MACs by \
      MD5, cut to 96 bits, none. What still rests on SHA-1 or 64-bit tags where no attack is known (hmac-sha1, umac-64, \
      ssh-rsa, diffie-hellman-group14-sha1; OpenSSH's defaults have some of them) is only noted.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let why = awakening.noSSHServer { return .skipped(why) }
    return judge(try await guest.sshScan())
  }

  static func judge(_ scan: ServerScan) -> Judgement {
    var problems: [String] = []
    if !scan.banner.hasPrefix("SSH-2.0-") {
      problems.append("expected SSH 2 alone, found the banner \(scan.banner)")
    }
    for (kind, what) in kinds {
      let offered = kind.flatMap { scan.offer.names[$0] ?? [] }
      let broken = unique(offered.filter { name in isBroken(name, kind[0]) })
      if !broken.isEmpty { problems.append("expected no broken \(what), found \(broken.joined(separator: ", "))") }
    }
    let weak = unique(kinds.flatMap { kind, _ in kind.flatMap { scan.offer.names[$0] ?? [] } }.filter(isWeak))
    return .judged(
      problems, evidence: "algorithms",
      notes: weak.isEmpty ? [:] : ["sha-1 and short tags": weak.joined(separator: ", ")])
  }

  private static let kinds: [([KeyExchangeOffer.Kind], String)] = [
    ([.keyExchange], "key exchange"), ([.cipherUp, .cipherDown], "cipher"), ([.macUp, .macDown], "MAC"),
    ([.hostKey], "host key algorithm"),
  ]

  private static func isBroken(_ name: String, _ kind: KeyExchangeOffer.Kind) -> Bool {
    switch kind {
    case .keyExchange: ["group1-", "group-exchange-sha1", "rsa1024"].contains { name.contains($0) }
    case .hostKey: name.hasPrefix("ssh-dss")
    case .cipherUp, .cipherDown:
      name == "none" || name.contains("-cbc")
        || ["arcfour", "des", "3des", "blowfish", "cast128", "idea"].contains { name.hasPrefix($0) }
    case .macUp, .macDown: name == "none" || name.contains("md5") || name.contains("-96")
    }
  }

  private static func isWeak(_ name: String) -> Bool {
    ["hmac-sha1", "umac-64", "ssh-rsa", "group14-sha1"].contains { name.contains($0) && !name.contains("-96") }
  }

  private static func unique(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}
