import Foundation
import Glibc
import Model
import SecureShell
import Testing

/// A real OpenSSH server that lets `key` in as the user who runs the tests.
///
/// The home folder is a scratch one, or the start files of the user's shell would run with every command.
struct OpenSSH {
  static let program = "/usr/sbin/sshd"
  /// sshd run by root wants its privilege separation folder.
  static var isAvailable: Bool {
    isExecutable(program) && isExecutable("/usr/bin/ssh-keygen")
      && (geteuid() != 0 || mkdir("/run/sshd", 0o755) == 0 || errno == EEXIST)
  }
  static let whyNot: Comment = "sshd or ssh-keygen is not installed"

  let process: ServerProcess
  /// In the order of the host keys.
  let hostKeyFingerprints: [String]
  var hostKeyFingerprint: String { hostKeyFingerprints[0] }
  var port: UInt16 { process.port }

  /// - Parameters:
  ///   - extra: lines of sshd_config that come before the usual ones, and so hold.
  ///   - hostKeys: what ssh-keygen is told to make.
  ///   - password: of root; only where ``RootPassword/isAvailable``.
  init(
    for key: KeyPair, extra: [String] = [], hostKeys: [[String]] = [["-t", "ed25519"]], password: String? = nil
  ) async throws {
    let folder = try Folder()
    var files: [String] = []
    for (number, words) in hostKeys.enumerated() {
      files.append(folder.path("host_key\(number)"))
      try output(of: "/usr/bin/ssh-keygen", ["-q"] + words + ["-N", "", "-f", files[number]])
    }
    hostKeyFingerprints = try files.map { try fingerprint(inFile: $0 + ".pub") }
    try folder.write(key.authorizedKey + "\n", to: "authorized_keys")
    let settings =
      extra + files.map { "HostKey \($0)" } + [
        "AuthorizedKeysFile \(folder.path("authorized_keys"))", "ListenAddress 127.0.0.1",
        "PidFile none", "StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
        "PermitRootLogin yes", "PermitUserRC no", "MaxStartups 100",
        "SetEnv HOME=\(folder.url.path)",
      ]
    try folder.write(settings.joined(separator: "\n") + "\n", to: "sshd_config")
    process = try await ServerProcess(in: folder) { port in
      let server = [OpenSSH.program, "-D", "-e", "-f", folder.path("sshd_config"), "-p", String(port)]
      return try RootPassword.wrapped(server, password: password, folder: folder)
    }
  }

  /// Takes the keys away, as on a guest that has not read its metadata yet, or puts `keys` there.
  func authorize(_ keys: [KeyPair]) throws {
    try process.folder.write(keys.map { $0.authorizedKey + "\n" }.joined(), to: "authorized_keys")
  }

  /// What the server logged so far.
  var log: String { process.log }
}

/// A real dropbear that lets `key` in as root.
///
/// It reads `~/.ssh/authorized_keys` and nothing else, so it runs in a mount namespace of its own, where a scratch
/// folder covers the home folder; the real one is never touched.
struct Dropbear {
  static let program = "/usr/sbin/dropbear"
  static var isAvailable: Bool {
    isExecutable(program) && isExecutable("/usr/bin/dropbearkey") && geteuid() == 0
      && (try? output(of: "/usr/bin/unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"])) != nil
  }
  static let whyNot: Comment = "dropbear is not installed, or mount namespaces are not to be had"

  let process: ServerProcess
  let hostKeyFingerprint: String
  var port: UInt16 { process.port }

  /// - Parameters:
  ///   - hostKey: what dropbearkey is told to make.
  ///   - password: of root, who may then log in with it.
  init(for key: KeyPair, hostKey words: [String] = ["-t", "ed25519"], password: String? = nil) async throws {
    let folder = try Folder()
    let hostKey = folder.path("host_key")
    let made = try output(of: "/usr/bin/dropbearkey", words + ["-f", hostKey])
    let publicLine = made.split(separator: "\n").first { $0.hasPrefix("ssh-") || $0.hasPrefix("ecdsa-") } ?? ""
    try folder.write(publicLine + "\n", to: "host_key.pub")
    hostKeyFingerprint = try fingerprint(inFile: hostKey + ".pub")
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: ".ssh"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try folder.write(key.authorizedKey + "\n", to: ".ssh/authorized_keys")
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    process = try await ServerProcess(in: folder) { port in
      let server = [
        "/usr/bin/unshare", "-m", "/bin/sh", "-c",
        #"mount --bind "$1" "$2" && exec "$3" -F -E -m $6 -p 127.0.0.1:"$4" -r "$5" -P "$1/pid""#,
        "sh", folder.url.path, home, Dropbear.program, String(port), hostKey, password == nil ? "-s" : "",
      ]
      return try RootPassword.wrapped(server, password: password, folder: folder)
    }
  }
}

/// A password of root that only one server and its children know: another /etc/shadow in a mount namespace.
enum RootPassword {
  static var isAvailable: Bool { Dropbear.isAvailable && isExecutable("/usr/bin/openssl") }
  static let whyNot: Comment = "passwords want root, mount namespaces and openssl"

  /// `command`, run where root has `password`.
  static func wrapped(_ command: [String], password: String?, folder: Folder) throws -> [String] {
    guard let password else { return command }
    let hash = try output(of: "/usr/bin/openssl", ["passwd", "-6", "-salt", "test", password])
    try folder.write("root:\(hash.dropLast()):19000:0:99999:7:::\n", to: "shadow")
    return [
      "/usr/bin/unshare", "-m", "/bin/sh", "-c", #"mount --bind "$1" /etc/shadow && shift && exec "$@""#, "sh",
      folder.path("shadow"),
    ] + command
  }
}

/// `SHA256:…` of a public key file, as `ssh-keygen` sees it.
func fingerprint(inFile path: String) throws -> String {
  let words = try output(of: "/usr/bin/ssh-keygen", ["-l", "-f", path]).split(separator: " ")
  guard words.count > 1 else { throw VerifyError(.toolFailed, "ssh-keygen says \(words)") }
  return String(words[1])
}

/// A server on loopback that does to each connection what its script says, as often as one comes.
final class ScriptedServer: Sendable {
  let port: UInt16
  private let descriptor: CInt
  private let serving: Task<Void, Never>

  /// - Parameter script: gets the number of the connection, from 1, and the connection.
  init(_ script: @escaping @Sendable (Int, DescriptorStream) async throws -> Void) throws {
    let (descriptor, port) = try loopbackSocket()
    listen(descriptor, 16)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    self.descriptor = descriptor
    self.port = port
    serving = Task {
      var count = 0
      await withDiscardingTaskGroup { group in
        while (try? await Poller.shared.wait(for: descriptor, [.readable], until: .after(.seconds(600)))) != nil {
          let connection = accept(descriptor, nil, nil)
          guard connection >= 0 else { continue }
          count += 1
          let (number, stream) = (count, DescriptorStream(owning: connection))
          group.addTask {
            try? await script(number, stream)
            // A program that another test has just started may have inherited it.
            shutdown(connection, CInt(SHUT_RDWR))
            stream.close()
          }
        }
        group.cancelAll()
      }
      close(descriptor)
    }
  }

  deinit { serving.cancel() }
}

/// The kinds of real servers.
enum Kind: CaseIterable, CustomTestStringConvertible {
  case openSSH, openSSHThatRekeys, dropbear

  var testDescription: String { "\(self)" }
  var isAvailable: Bool { self == .dropbear ? Dropbear.isAvailable : OpenSSH.isAvailable }
  /// The kinds that can be had here; keys are renewed only where many bytes flow.
  static let available = [openSSH, dropbear].filter(\.isAvailable)
  static let availableForFloods = allCases.filter(\.isAvailable)
}

/// A session with a fresh server, `kind` of which as the user who runs the tests.
@discardableResult
func withServer<T>(
  _ kind: Kind = .openSSH, extra: [String] = [], keepalive: Keepalive = .standard,
  _ body: (SecureShell, Folder) async throws -> T
) async throws -> T {
  let key = try KeyPair.generate(comment: "test")
  let process =
    kind == .dropbear ? try await Dropbear(for: key).process : try await OpenSSH(for: key, extra: extra).process
  let shell = try await SecureShell.connect(
    to: "127.0.0.1", port: process.port, user: NSUserName(), key: key, keepalive: keepalive,
    until: .after(.seconds(600)))
  let result = try await body(shell, process.folder)
  await shell.close()
  withExtendedLifetime(process) {}
  return result
}
