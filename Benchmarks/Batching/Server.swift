import Foundation
import Glibc
import Model
import SecureShell

/// An OpenSSH server on loopback, for one user and one key; ends when it is stopped.
final class Server: Sendable {
  let port: UInt16
  private let folder: String
  private let process: pid_t

  init(in folder: String, key: KeyPair) async throws {
    self.folder = folder
    // sshd run by root wants its privilege separation folder.
    if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
    try Self.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", "\(folder)/host_key"])
    try (key.authorizedKey + "\n").write(toFile: "\(folder)/authorized_keys", atomically: true, encoding: .utf8)
    try key.openSSHFile().write(toFile: "\(folder)/key", atomically: true, encoding: .utf8)
    chmod("\(folder)/key", 0o600)
    let settings = """
      HostKey \(folder)/host_key
      AuthorizedKeysFile \(folder)/authorized_keys
      ListenAddress 127.0.0.1
      PidFile none
      StrictModes no
      UsePAM no
      PermitRootLogin yes
      PermitUserRC no
      SetEnv HOME=\(folder)

      """
    try settings.write(toFile: "\(folder)/sshd_config", atomically: true, encoding: .utf8)
    let port = try Self.freePort()
    // Not by Foundation's `Process`: that hands on whatever signals its thread has blocked, and a shell whose SIGCHLD is
    // blocked waits for ever.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    let words = ["/usr/sbin/sshd", "-D", "-E", "\(folder)/log", "-f", "\(folder)/sshd_config", "-p", String(port)]
    let list = words.map { strdup($0) } + [nil]
    defer { for word in list { free(word) } }
    var process = pid_t()
    guard posix_spawn(&process, words[0], nil, &attributes, list, environ) == 0 else {
      throw VerifyError(.toolFailed, "sshd does not start")
    }
    (self.port, self.process) = (port, process)
    let shell = try await SecureShell.connectRetrying(
      to: "127.0.0.1", port: port, user: NSUserName(), key: key, until: .after(.seconds(20)), attemptLimit: .seconds(5))
    await shell.close()
  }

  func stop() { kill(process, SIGTERM) }

  /// What a person would do: `ssh host sh -s <script`.
  func ssh(_ script: String) throws {
    try script.write(toFile: "\(folder)/script", atomically: true, encoding: .utf8)
    let output = try Self.run(
      "/bin/sh",
      [
        "-c",
        "exec ssh -F none -i \"$1/key\" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null "
          + "-o LogLevel=ERROR -p \"$2\" 127.0.0.1 sh -s <\"$1/script\"", "sh", folder, String(port),
      ])
    let passed = output.split(separator: "\n").count { $0.hasSuffix(" 0") }
    guard passed == BatchingBench.count else {
      throw VerifyError(.toolFailed, "by hand only \(passed) checks passed: \(output.prefix(300))")
    }
  }

  @discardableResult
  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw VerifyError(.toolFailed, "\(program) failed") }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard bound else { throw VerifyError(.system, "no free port: \(String(cString: strerror(errno)))") }
    return UInt16(bigEndian: address.sin_port)
  }
}
