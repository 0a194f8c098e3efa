import Foundation
import Glibc
import Model

/// A server on loopback that a test started; ends with this process, however that ends.
///
/// A shell sits between: it holds the reading end of a pipe of ours, and kills the server when the pipe ends. (A
/// parent-death signal would come too early: it is sent when the *thread* that forked ends. Foundation's `Process`
/// would wait for the server's orphans as well.)
final class ServerProcess: Sendable {
  let port: UInt16
  let folder: Folder
  private let shell: pid_t
  private let lifeline: CInt

  /// Starts `arguments(port)` and returns once it accepts connections.
  init(in folder: Folder, arguments: (UInt16) throws -> [String]) async throws {
    port = try freePort()
    self.folder = folder
    let logFile = open(folder.path("server.log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    var ends: [CInt] = [-1, -1]
    guard logFile >= 0, socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
      throw VerifyError(.system, "server: \(String(cString: strerror(errno)))")
    }
    defer {
      close(logFile)
      close(ends[0])
    }
    lifeline = ends[1]
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    posix_spawn_file_actions_adddup2(&actions, logFile, 1)
    posix_spawn_file_actions_adddup2(&actions, logFile, 2)
    let words =
      ["/bin/sh", "-c", #""$@" </dev/null & server=$!; cat >/dev/null; kill -KILL $server"#, "sh"]
      + (try arguments(port))
    let list = words.map { strdup($0) } + [nil]
    defer { for word in list { Glibc.free(word) } }
    var pid = pid_t()
    let failed = posix_spawn(&pid, "/bin/sh", &actions, nil, list, environ)
    shell = pid
    guard failed == 0 else { throw VerifyError(.system, "server: \(String(cString: strerror(failed)))") }
    let deadline = Deadline.after(.seconds(600))
    while !accepts(port) {
      guard !deadline.hasPassed else { throw VerifyError(.toolFailed, "no server: \(self.log)") }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// What the server wrote so far.
  var log: String { (try? String(contentsOfFile: folder.path("server.log"), encoding: .utf8)) ?? "" }

  deinit {
    close(lifeline)
    if shell > 0 { waitpid(shell, nil, 0) }
  }
}

/// A scratch folder that goes with its last reference.
final class Folder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "imgverify-ssh-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func write(_ text: String, to name: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
  }
}

/// Runs a program to its end and returns its output.
@discardableResult
func output(of program: String, _ arguments: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = pipe
  try process.run()
  let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  let text = String(decoding: bytes, as: UTF8.self)
  guard process.terminationStatus == 0 else { throw VerifyError(.toolFailed, "\(program): \(text)") }
  return text
}

func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

/// A socket on a loopback port that the kernel chose.
func loopbackSocket() throws -> (descriptor: CInt, port: UInt16) {
  let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var size = socklen_t(MemoryLayout<sockaddr_in>.size)
  let bound = withUnsafeMutablePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
    }
  }
  guard bound else { throw VerifyError(.system, "bind: \(String(cString: strerror(errno)))") }
  return (descriptor, UInt16(bigEndian: address.sin_port))
}

func freePort() throws -> UInt16 {
  let (descriptor, port) = try loopbackSocket()
  close(descriptor)
  return port
}

private func accepts(_ port: UInt16) -> Bool {
  let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  address.sin_port = port.bigEndian
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}
