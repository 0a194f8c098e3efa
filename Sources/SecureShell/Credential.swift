/// What a user shows to be let in.
package enum Credential: Sendable {
  /// A key pair of ours.
  case key(KeyPair)
  /// A private key file of OpenSSH's or PEM's kind, for remote hosts.
  ///
  /// libssh2 1.10 signs with RSA keys by SHA-1 only, which OpenSSH from 8.8 on refuses: use Ed25519 or ECDSA.
  case keyFile(path: String, passphrase: String? = nil)
  /// A password, by the method `password` where it is offered, else as the answer to hidden prompts.
  case password(String)

  /// The methods of SSH that it can be used with, the best first.
  var methods: [String] {
    switch self {
    case .key, .keyFile: ["publickey"]
    case .password: ["password", "keyboard-interactive"]
    }
  }

  /// How messages call it.
  var name: String {
    switch self {
    case .key(let key): "the key \(key.fingerprint)"
    case .keyFile(let path, _): "the key in \(path)"
    case .password: "the password"
    }
  }
}

/// When a peer that says nothing is asked for a sign of life, and when it is given up.
package struct Keepalive: Sendable {
  /// How long it may say nothing while somebody waits for it; then it is asked, again and again at this interval.
  package var interval: Duration
  /// How many questions in a row may stay unanswered.
  package var limit: Int

  package init(interval: Duration, limit: Int) { (self.interval, self.limit) = (interval, limit) }

  /// Two minutes of silence: a guest under load may be slow, and every wait has a deadline besides.
  package static let standard = Keepalive(interval: .seconds(20), limit: 5)
}
