import ArgumentParser
import Glibc
import Verification

/// What ``TreeReader`` starts: this program, confined, to read one file system of a disk. Not for people.
struct ReadFiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read-files", abstract: "Reads an ext file system of a raw disk.", shouldDisplay: false)

  @Argument var disk: String
  @Option var offset: Int64
  @Option var size: Int64
  @Option(name: .customLong("file")) var files: [String] = []

  func run() throws {
    do { try readFilesForParent(disk: disk, offset: offset, size: size, files: files) } catch { Glibc.exit(74) }
  }
}
