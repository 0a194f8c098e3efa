import Foundation
import Glibc
import Hosts
import Model

/// Has the file systems of a disk read by a child of ours, which may crash, hang or hunger at no cost but its answer.
package struct TreeReader: Sendable {
  /// What the child is: a program and its first arguments, before `read-files`.
  package var program: [String]
  /// Paths whose contents are read beside those of ``WantedFiles/ofChecks``.
  package var also: Set<String> = []
  /// Seconds of CPU that the child may use for one file system; twice that on the clock.
  package var seconds = 60
  package static let command = "read-files"

  /// - Parameter program: this program itself, unless a test says otherwise.
  package init(program: [String]? = nil) {
    // Not /proc/self/exe, which would be setpriv; and a path may have been replaced since we were started.
    self.program = program ?? ["/proc/\(getpid())/exe"]
  }

  /// Virtual memory of the child, bytes, and what it may write.
  private static let memory: Int64 = 4 << 30
  private static let output: Int64 = 256 << 20

  package enum Outcome: Sendable {
    case read(FileTree, FileSystemState)
    /// It could not be told: the child was stopped by a limit, crashed, or spoke nonsense.
    case gaveUp(String)
  }

  /// Reads the ext file system in `size` bytes at `offset` of the raw disk at `disk`.
  ///
  /// - Throws: ``VerifyError`` for our own trouble: no setpriv, no room; `CancellationError`.
  package func read(disk: String, offset: Int64, size: Int64) async throws -> Outcome {
    try await withScratch { scratch in
      let told = scratch.file("tree")
      let limits = [
        "prlimit", "--as=\(Self.memory)", "--cpu=\(seconds)", "--fsize=\(Self.output)", "--core=0", "--nofile=64", "--",
      ]
      var arguments = [Self.command, disk, "--offset", String(offset), "--size", String(size)]
      arguments += also.sorted().map { "--file=\($0)" }
      let (inTime, status) = try await withProcess(
        limits + program + arguments, errorsTo: told, grace: .zero
      ) { process in
        let deadline = Deadline.after(.seconds(2 * seconds))
        while !process.hasEnded {
          if deadline.hasPassed { return false }
          try await Task.sleep(for: .milliseconds(5))
        }
        return true
      }
      guard inTime else { return .gaveUp("reading it took more than \(2 * seconds) seconds") }
      guard status == .exited(0) else {
        return .gaveUp(
          status == .signalled(SIGXCPU) || status == .signalled(SIGKILL)
            ? "reading it took more than \(seconds) seconds of CPU time"
            : "the program that reads it ended with \(status)")
      }
      return try Self.parse(told)
    }
  }

  private static func parse(_ path: String) throws -> Outcome {
    guard let file = fopen(path, "re") else {
      throw VerifyError(.system, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var parser = TreeParser()
    var (line, room): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
    defer { free(line) }
    do {
      while true {
        // A line is at most the file, which has a limit.
        let count = getline(&line, &room, file)
        guard count > 0, let start = line else { break }
        let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
        try parser.receive(bytes.last == 0x0A ? bytes.dropLast() : bytes[...])
      }
    } catch {
      return .gaveUp("the program that reads it told nonsense: \(error.what)")
    }
    return parser.isWhole
      ? .read(parser.tree, parser.state) : .gaveUp("the program that reads it ended before the end")
  }
}
