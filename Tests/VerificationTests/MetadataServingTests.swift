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

  /// A server with a fault, and what it tells.
  private func serving(
    _ fault: MetadataFault, _ body: (_ path: String, _ lines: Lines) async throws -> Void
  ) async throws {
    let folder = "\(NSTemporaryDirectory())/imgv-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (data, path) = ("\(folder)/machine.json", "\(folder)/mdata")
    try #"{"a":"one","user-data":"two"}"#.write(toFile: data, atomically: true, encoding: .utf8)
    let lines = Lines()
    let server = Task { try await serveMetadata(of: data, on: path, fault: fault, json: false) { lines.add($0) } }
    try await body(path, lines)
    server.cancel()
    try? await server.value
  }

  @Test func aFaultBefallsTheClientAndIsTold() async throws {
    try await serving(.dropped) { path, lines in
      let client = try await client(path)
      #expect(try await ask("\nGET a\n", client, until: "\n") == "invalid command\n")
      while !lines.all.contains(where: { $0.contains("is dropped (a)") }) {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(try await ask("GET a\n", client, until: ".\n") == "SUCCESS\none\n.\n")
      client.close()
      let told = lines.all.joined(separator: "\n")
      #expect(told.contains("host   FAULT dropped: the first value is not sent"))
      #expect(told.contains("host   FAULT dropped: an answer of 14 bytes is dropped (a)"))
    }
  }

  @Test func aRestartEndsTheConnectionAndTheNextIsServed() async throws {
    try await serving(.restart) { path, lines in
      let first = try await client(path)
      #expect(try await ask("\nGET a\n", first, until: "nothing") == "invalid command\nSUCCESS")
      first.close()
      let second = try await client(path)
      // It is away for a moment: the next one is served, and this answer is lost, too.
      try await second.write(Array("GET a\n".utf8), until: .after(.seconds(600)))
      while lines.all.count(where: { $0.contains("guest  GET a") }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
      second.close()
      #expect(lines.all.contains { $0.contains("FAULT restart: restarts after 7 of 14 bytes, away for 3 s (a)") })
      #expect(lines.all.contains { $0.contains("disconnected: restarted, on purpose") })
    }
  }

  @Test func aNewClientEndsASlowAnswer() async throws {
    try await serving(.slow) { path, lines in
      let first = try await client(path)
      #expect(try await ask("\n", first, until: "i") == "i")
      let second = try await client(path)
      while !lines.all.contains(where: { $0.contains("disconnected") }) { try await Task.sleep(for: .milliseconds(5)) }
      #expect(!lines.all.contains { $0.contains("superseded") && $0.contains("unread") })
      first.close()
      second.close()
    }
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
