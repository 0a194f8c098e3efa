import Foundation
import Glibc
import Hosts
import Model

/// qemu-img on one file at a time, in a process of its own that ends when we end.
enum QemuImg {
  /// What came of a run.
  enum Outcome: Hashable, Sendable {
    case done
    /// It says that its input is bad: its own words, cleaned and bounded.
    case inputBad(String)
  }

  /// Bytes of messages that `check` may write; it has one for every bad entry of a table.
  private static let messageLimit = 1 << 20

  /// Whether every cluster of the qcow2 at `path` lies in the file, and no two share one.
  ///
  /// `convert` alone does not tell: it reads what lies beyond the end of a cut file as zeros.
  static func check(qcow2 path: String) async throws -> Outcome {
    try await run(
      ["prlimit", "--fsize=\(messageLimit)", Tool.qemuImage.name, "check", "-q", try node(path, "qcow2")],
      // Killed by SIGXFSZ: it had too much to find fault with. Status 3: clusters that nothing uses, which is no harm.
      fine: [.exited(0), .exited(3)], bad: [.exited(2), .signalled(SIGXFSZ)])
  }

  /// Writes the disk in the qcow2 at `path` to `raw`, a file of the disk's size that is all holes.
  static func convert(qcow2 path: String, to raw: String) async throws -> Outcome {
    try await run(
      [
        Tool.qemuImage.name, "convert", "-q", "-n", "--target-is-zero", "-O", "raw", try node(path, "qcow2"),
        plain(raw),
      ])
  }

  /// Writes the raw disk at `raw` as a qcow2 without backing file to `path`, an empty file that is there.
  static func convert(raw: String, to path: String) async throws {
    if case .inputBad(let words) = try await run(
      [Tool.qemuImage.name, "convert", "-q", "-O", "qcow2", try node(raw, "raw"), plain(path)])
    {
      throw VerifyError(.toolFailed, "qemu-img could not write \(quoted(path)): \(words)")
    }
  }

  /// How qemu opens the file at `path`: as what we say, without a look at what else it could be, and for a qcow2
  /// without its backing file, should it have got one since its header was checked.
  private static func node(_ path: String, _ driver: String) throws -> String {
    var node: [String: JSONValue] = [
      "driver": .string(driver), "file": ["driver": "file", "filename": .string(path)],
    ]
    if driver == "qcow2" { node["backing"] = .null }
    return "json:" + JSONValue.object(node).text
  }

  /// A path that qemu takes for nothing else: `a:b` alone would be a protocol.
  private static func plain(_ path: String) -> String { path.hasPrefix("/") ? path : "./\(path)" }

  private static func run(
    _ arguments: [String], fine: Set<ExitStatus> = [.exited(0)], bad: Set<ExitStatus> = [.exited(1)]
  ) async throws -> Outcome {
    try Tool.qemuImage.require()
    return try await withScratch { scratch in
      let log = scratch.file("qemu-img.log")
      let (_, status) = try await withProcess(arguments, errorsTo: log) { process in
        // Enough for 16 TiB that are mostly holes, or for some TiB of data.
        let deadline = Deadline.after(.seconds(2 * 3600))
        while !process.hasEnded {
          guard !deadline.hasPassed else {
            throw VerifyError(.timedOut, "qemu-img was still at work after two hours; convert the image by hand")
          }
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      if fine.contains(status) { return .done }
      let words = try words(of: log)
      guard bad.contains(status), !isOurTrouble(words) else {
        throw VerifyError(
          .toolFailed, "qemu-img \(arguments.contains("check") ? "check" : "convert"): \(status): \(words)")
      }
      return .inputBad(words)
    }
  }

  /// The first line of what qemu-img said, without its name, fit to be shown.
  private static func words(of log: String) throws -> String {
    let text = String(decoding: try InputFile(path: log).start(2000), as: UTF8.self)
    let line = text.split(separator: "\n").first ?? "it said nothing"
    let words = line.hasPrefix("qemu-img: ") ? line.dropFirst(10) : line
    return String(quoted(String(words)).dropFirst().dropLast())
  }

  /// Whether the message is about this machine, not about the image: what was to be written, or what is short.
  private static func isOurTrouble(_ words: String) -> Bool {
    [
      "while writing", "No space left", "Disk quota exceeded", "File too large", "Cannot allocate memory",
      "Permission denied", "Too many open files", "Failed to get", "Read-only file system", "No such file or directory",
      "setpriv:", "prlimit:",
    ].contains { words.contains($0) }
  }
}
