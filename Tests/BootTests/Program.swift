import Foundation
import Glibc
import Model
import Synchronization
import Testing

/// All tests that boot guests, one after the other: each of them uses all cores by itself.
@Suite(.serialized) enum BootTests {}

/// Runs imgverify as a user would, and looks at what it leaves behind.
struct Program {
  /// What a run of the program gave.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
    var folder: URL

    func file(_ name: String) -> String {
      (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }
    var report: Report? { try? JSONDecoder().decode(Report.self, from: Data(file("report.json").utf8)) }
    /// Ids of the checks whose finding means this, such as `rejects`.
    func checks(_ standing: String) -> Set<String> {
      Set((report?.findings ?? []).filter { $0.standing == standing }.map(\.check))
    }
    /// For a failed expectation: what a person would have seen.
    var story: String { "exit \(status)\n\(errors.suffix(6000))\n\(output.suffix(6000))" }
  }

  /// The part of report.json that the tests look at.
  struct Report: Decodable {
    struct Finding: Decodable {
      var check: String
      var boot: String?
      var outcome: String
      var standing: String
      var reason: String
    }
    var verdict: String
    var findings: [Finding]
    /// Of a run with `--explain`.
    var explanations: [Explanation]?
    var sentence: String

    /// What the check came to in one boot; nil when it was not made.
    func outcome(of check: String, on boot: String?) -> String? {
      findings.first { $0.check == check && $0.boot == boot }?.outcome
    }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The release binary that `make test` names, else the debug one beside these tests.
  static let binary: String = {
    if let path = ProcessInfo.processInfo.environment["IMGVERIFY"], !path.isEmpty { return path }
    return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("imgverify").path
  }()

  static func temporaryFolder() throws -> URL {
    let folder = URL(fileURLWithPath: "/var/tmp/imgverify-test-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A process under way; its scratch folders go to a place that the test can look at.
  let process = Process()
  let folder: URL
  private let out: URL
  private let err: URL

  /// - Parameters:
  ///   - prefix: a program to start imgverify through, such as `nice`.
  ///   - environment: added to ours.
  init(_ arguments: [String], prefix: [String] = [], environment: [String: String] = [:]) throws {
    folder = try Program.temporaryFolder()
    let scratch = folder.appendingPathComponent("scratch")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    (out, err) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
    for file in [out, err] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    let words = ["/usr/bin/env"] + prefix + [Program.binary] + arguments
    process.executableURL = URL(fileURLWithPath: words[0])
    process.arguments = Array(words.dropFirst())
    process.currentDirectoryURL = Program.root
    process.environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": scratch.path]) { $1 }
      .merging(environment) { $1 }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    process.standardInput = FileHandle.nullDevice
    try process.run()
  }

  func finish() throws -> Outcome {
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: try String(contentsOf: out, encoding: .utf8), errors: try String(contentsOf: err, encoding: .utf8),
      folder: folder.appendingPathComponent("run"))
  }

  /// Runs `verify` to its end.
  static func verify(
    _ image: String, _ manifest: String, _ options: [String] = [], prefix: [String] = [],
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let program = try start(image, manifest, options, prefix: prefix, environment: environment)
    return try program.finish()
  }

  static func start(
    _ image: String, _ manifest: String, _ options: [String] = [], prefix: [String] = [],
    environment: [String: String] = [:]
  ) throws -> Program {
    let output = "\(try temporaryFolder().path)"
    let program = try Program(
      [image, manifest, "--output", output, "--progress", "plain"] + options, prefix: prefix, environment: environment)
    try FileManager.default.createSymbolicLink(
      at: program.folder.appendingPathComponent("run"), withDestinationURL: URL(fileURLWithPath: output))
    return program
  }

  /// Does `body` for all `jobs`, two at a time: for runs of one boot at a time, which need one processor each.
  ///
  /// - Returns: what `body` gave, in the order of `jobs`; expectations belong behind it, in the test's own task.
  static func twoAtATime<Job: Sendable, T: Sendable>(
    _ jobs: [Job], _ body: @escaping @Sendable (Job) throws -> T
  ) throws -> [T] {
    let results = Mutex<[Int: Result<T, any Error>]>([:])
    let next = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 2) { _ in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < jobs.count else { return }
        let result = Result { try body(jobs[index]) }
        results.withLock { $0[index] = result }
      }
    }
    return try results.withLock { results in try jobs.indices.map { try results[$0]!.get() } }
  }

  /// Processes whose command line names this run's scratch folder, and what is left in that folder.
  func leftovers() throws -> [String] { try Program.leftovers(of: folder.appendingPathComponent("scratch").path) }

  static func leftovers(of scratch: String) throws -> [String] {
    var found = try FileManager.default.contentsOfDirectory(atPath: scratch)
    for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") where Int(entry) != nil {
      guard let data = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline") else { continue }
      let line = String(decoding: data.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
      if line.contains(scratch) { found.append("\(entry): \(line.prefix(120))") }
    }
    return found
  }

  /// Waits until a line of the console logs, the journal or standard error holds `text`.
  func wait(for text: String, in name: String, seconds: Double = 600) throws {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end, process.isRunning {
      let run = folder.appendingPathComponent("run")
      let content = (try? String(contentsOf: run.appendingPathComponent(name), encoding: .utf8)) ?? ""
      if content.contains(text) { return }
      usleep(100_000)
    }
    let errors = (try? String(contentsOf: err, encoding: .utf8)) ?? ""
    Issue.record("'\(text)' never came in \(name): \(errors.suffix(3000))")
  }
}

/// A guest of fixtures/, built once and kept under .cache/.
struct GuestImage {
  let image: String
  let manifest: String

  init(_ name: String) throws {
    let process = Process()
    process.executableURL = Program.root.appendingPathComponent("fixtures/build-guest")
    process.arguments = [name]
    process.currentDirectoryURL = Program.root
    process.environment = ProcessInfo.processInfo.environment.merging(["IMGVERIFY": Program.binary]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let folder = String(decoding: data, as: UTF8.self).split(separator: "\n").last.map(String.init) ?? ""
    try #require(process.terminationStatus == 0, "fixtures/build-guest \(name) failed")
    image = "\(folder)/\(name).zfs.gz"
    manifest = "\(folder)/\(name).json"
  }
}
