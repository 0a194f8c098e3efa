import Foundation
import Model
import SecureShell
import Testing

private func soon() -> Deadline { .after(.seconds(600)) }

/// Who is let in with what, and what is said to those who are not.
@Suite(.enabled(if: RootPassword.isAvailable && OpenSSH.isAvailable, RootPassword.whyNot))
struct AuthenticationTests {
  private let key: KeyPair
  private let password = "right: é 'q'"

  init() throws { key = try KeyPair.generate(comment: "test") }

  private func connect(_ port: UInt16, _ credentials: Credential...) async throws -> SecureShell {
    try await SecureShell.connect(to: "127.0.0.1", port: port, user: "root", with: credentials, until: soon())
  }

  /// The words with which `credentials` are refused.
  private func refusal(_ port: UInt16, _ credentials: Credential...) async throws -> String {
    let error = await #expect(throws: VerifyError.self) {
      try await SecureShell.connect(to: "127.0.0.1", port: port, user: "root", with: credentials, until: soon())
    }
    #expect(error?.code == .authenticationRefused, "\(error?.message ?? "")")
    return error?.message ?? ""
  }

  private func isRoot(_ shell: SecureShell) async throws -> Bool {
    let id = try await shell.run("id -u", outputLimit: .mebibytes(1), until: soon())
    await shell.close()
    return id.standardOutput == Array("0\n".utf8)
  }

  @Test func passwordOfOpenSSH() async throws {
    let server = try await OpenSSH(
      for: key, extra: ["PasswordAuthentication yes", "MaxAuthTries 10"], password: password)
    let probe = LoginProbe("127.0.0.1", port: server.port, user: "root")
    #expect(try await isRoot(connect(server.port, .password(password))))
    #expect(try await refusal(server.port, .password("wrong")).contains("the password was refused for root"))
    #expect(try await probe.methods(until: soon()) == ["publickey", "password"])
    #expect(try await probe.answer(toPassword: password, until: soon()) == .letIn(method: "password"))
    #expect(try await probe.answer(toPassword: "wrong", until: soon()) == .refused(methods: ["password"]))
    // A refusal leaves the rest to be tried.
    let stranger = try KeyPair.generate(comment: "stranger")
    #expect(try await isRoot(connect(server.port, .key(stranger), .password(""), .password(password))))
  }

  @Test func passwordOfDropbear() async throws {
    let server = try await Dropbear(for: key, password: password)
    let probe = LoginProbe("127.0.0.1", port: server.port, user: "root")
    #expect(try await isRoot(connect(server.port, .password(password))))
    #expect(try await probe.answer(toPassword: password, until: soon()) == .letIn(method: "password"))
    #expect(try await refusal(server.port, .password("wrong")).contains("the password was refused for root"))
  }

  @Test func passwordThatIsNotAskedFor() async throws {
    for kind in Kind.available {
      let process =
        kind == .dropbear ? try await Dropbear(for: key).process : try await OpenSSH(for: key).process
      let words = try await refusal(process.port, .password(password))
      #expect(words.contains("the password may not be used for root; methods offered: publickey"))
      let probe = LoginProbe("127.0.0.1", port: process.port, user: "root")
      #expect(try await probe.answer(toPassword: password, until: soon()) == .notOffered(methods: ["publickey"]))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/pam.d/sshd"), "PAM does not know sshd"))
  func hiddenPromptsAreAnswered() async throws {
    let server = try await OpenSSH(
      for: key, extra: ["UsePAM yes", "KbdInteractiveAuthentication yes"], password: password)
    let probe = LoginProbe("127.0.0.1", port: server.port, user: "root")
    #expect(try await probe.methods(until: soon()) == ["publickey", "keyboard-interactive"])
    #expect(try await isRoot(connect(server.port, .password(password))))
    #expect(try await probe.answer(toPassword: password, until: soon()) == .letIn(method: "keyboard-interactive"))
  }

  @Test func tooManyTries() async throws {
    let server = try await OpenSSH(
      for: key, extra: ["PasswordAuthentication yes", "MaxAuthTries 1"], password: password)
    let words = try await refusal(server.port, .password("wrong"), .password(password))
    #expect(words.contains("too many tries to authenticate"))
    let probe = LoginProbe("127.0.0.1", port: server.port, user: "root")
    #expect(try await probe.answer(toPassword: "wrong", until: soon()) == .refused(methods: ["password"]))
  }

  @Test(arguments: [("ed25519", nil), ("ed25519", "open sesame"), ("ecdsa", nil)] as [(String, String?)])
  func keyFiles(kind: String, passphrase: String?) async throws {
    let folder = try Folder()
    let file = folder.path("key")
    try output(of: "/usr/bin/ssh-keygen", ["-q", "-a", "1", "-t", kind, "-N", passphrase ?? "", "-f", file])
    let server = try await OpenSSH(for: key)
    let line = try String(contentsOfFile: file + ".pub", encoding: .utf8)
    try server.process.folder.write(line, to: "authorized_keys")
    #expect(try await isRoot(connect(server.port, .keyFile(path: file, passphrase: passphrase))))
    let missing = await #expect(throws: VerifyError.self) {
      try await connect(server.port, .keyFile(path: folder.path("none")))
    }
    #expect(missing?.code == .cannotOpen)
    if passphrase != nil {
      let wrong = await #expect(throws: VerifyError.self) {
        try await connect(server.port, .keyFile(path: file, passphrase: "wrong"))
      }
      #expect(wrong?.code == .cannotOpen, "\(wrong?.message ?? "")")
    }
    try server.authorize([])
    #expect(try await refusal(server.port, .keyFile(path: file, passphrase: passphrase)).contains("was refused"))
  }
}
