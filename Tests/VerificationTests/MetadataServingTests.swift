import Foundation
import Glibc
import Model
import Synchronization
import Testing

@testable import Verification

@Suite struct MetadataServingTests {
  /// Connects to a UNIX socket; nil while nobody listens.
  func connect(_ path: String) -> DescriptorStream? {
    let made = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(made, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else {
      close(made)
      return nil
    }
    _ = fcntl(made, F_SETFL, O_NONBLOCK)
    return DescriptorStream(owning: made)
  }

  func client(_ path: String) async throws -> DescriptorStream {
    while true {
      if let stream = connect(path) { return stream }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  func ask(_ text: String, _ stream: DescriptorStream, until end: String) async throws -> String {
    try await stream.write(Array(text.utf8), until: .after(.seconds(600)))
    var answer = ""
    while !answer.hasSuffix(end) {
      let bytes = try await stream.read(atMost: 4096, until: .after(.seconds(600)))
      if bytes.isEmpty { break }
      answer += String(decoding: bytes, as: UTF8.self)
    }
    return answer
  }

  @Test func clientsComeAndGo() async throws {
    let folder = "\(NSTemporaryDirectory())/imgv-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (data, path) = ("\(folder)/machine.json", "\(folder)/mdata")
    let machine = #"{"uuid":"a8b1a1c4-0000-4000-8000-000000000000","customer_metadata":{"b":"two","a":"one\u001b[2J"}}"#
    try machine.write(toFile: data, atomically: true, encoding: .utf8)
    // What a program that was killed has left.
    do {
      let stale = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
      _ = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      close(stale)
    }
    let lines = Lines()
    let server = Task { try await serveMetadata(of: data, on: path, json: false) { lines.add($0) } }
    let first = try await client(path)
    #expect(try await ask("\nKEYS\n", first, until: ".\n") == "invalid command\nSUCCESS\nb\na\n.\n")
    first.close()
    let second = try await client(path)
    #expect(try await ask("GET a\n", second, until: ".\n") == "SUCCESS\none\u{1B}[2J\n.\n")
    #expect(try await ask("GET sdc:uuid\n", second, until: ".\n").contains("a8b1a1c4"))
    #expect(try await ask("what \u{202E}is this\n", second, until: "\n") == "FAILURE\n")
    // A second program does not take the socket away from the first.
    await #expect(throws: VerifyError.self) { try await serveMetadata(of: data, on: path, json: false) { _ in } }
    server.cancel()
    try? await server.value
    second.close()
    #expect(!FileManager.default.fileExists(atPath: path))
    let told = lines.all.joined(separator: "\n")
    #expect(told.contains("guest  KEYS: 2 (V1)") && told.contains("GET a: 7 bytes (V1)"))
    #expect(told.contains("connected") && told.contains("no client's line: what"))
    #expect(!told.unicodeScalars.contains("\u{202E}"))
  }

  @Test func aFileThatIsNoMetadataIsAUsageError() async throws {
    let path = "\(NSTemporaryDirectory())/imgv-\(UUID().uuidString.prefix(8)).json"
    try "[1]".write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (file, code) in [(path, VerifyError.Code.usage), ("/nonexistent/x.json", .cannotOpen)] {
      let error = await #expect(throws: VerifyError.self) {
        try await serveMetadata(of: file, on: "\(path).socket", json: false) { _ in }
      }
      #expect(error?.code == code)
    }
  }

  private final class Lines: Sendable {
    private let held = Mutex<[String]>([])
    var all: [String] { held.withLock { $0 } }
    func add(_ line: String) { held.withLock { $0.append(line) } }
  }
}
