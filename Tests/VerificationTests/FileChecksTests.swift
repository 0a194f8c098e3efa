import Checks
import FileTrees
import Foundation
import Intake
import Model
import Testing

@testable import Verification

/// What becomes of the checks of an image's files when those cannot be read.
struct FileChecksTests {
  /// An image whose only partition is said to be of this kind.
  private func taken(_ kind: String) -> Intaken {
    var facts = IntakeFacts()
    facts.volumeSize = 4 << 20
    facts.disk = DiskFacts(table: .mbr, bootCode: true)
    facts.disk?.partitions = [
      PartitionFacts(
        number: 1, start: 1 << 20, size: 3 << 20, type: "83", fileSystem: FileSystemFacts(kind: kind))
    ]
    return Intaken(facts: facts, disk: "/dev/null")
  }

  private func judge(_ taken: Intaken, by script: String, catalogue: Catalogue? = nil) async throws -> [Finding] {
    try await FileChecks.judge(
      taken, manifest: nil, catalogue: catalogue, reader: TreeReader(program: ["sh", "-c", script]))
  }

  @Test func aChildThatCrashesBreaksTheChecksAlone() async throws {
    let findings = try await judge(taken("ext4"), by: "kill -SEGV $$")
    #expect(findings.map(\.check) == CleanCheck.all.map(\.info.id))
    #expect(
      findings.allSatisfy {
        $0.outcome
          == .broken(
            error: "the file system of partition 1 (ext4) could not be read: the program that reads it ended with "
              + "signal 11")
      })
  }

  @Test func whatWeDoNotReadIsSkipped() async throws {
    let findings = try await judge(taken("xfs"), by: "exit 1")
    #expect(findings.allSatisfy { $0.outcome.name == "skipped" && $0.boot == nil })
    #expect(findings.first?.outcome.text.contains("partition 1 (xfs)") == true)
  }

  @Test func anEmptyTreeIsNoRoot() async throws {
    let findings = try await judge(taken("ext4"), by: "printf 'imgverify-tree 1\\nd lost\\n.\\n'")
    let judged = findings.filter { $0.outcome.name != "skipped" }
    #expect(judged.map(\.check) == ["clean.file-system", "clean.sparse"])
    #expect(judged.first?.outcome == .failed(reason: "partition 1 (ext4) is damaged: lost"))
  }

  @Test func onlyWhatWasSelectedIsJudged() async throws {
    let all = Catalogue(guestChecks: [], hostChecks: BuiltIn.infos, helpers: "")
    let some = try all.select(only: ["clean.host-keys"])
    #expect(try await judge(taken("xfs"), by: "exit 1", catalogue: some).map(\.check) == ["clean.host-keys"])
    // Nothing wanted, or no disk: nobody looks.
    let none = try all.select(only: ["power.acpi"])
    #expect(try await judge(taken("ext4"), by: "exit 1", catalogue: none) == [])
    #expect(try await judge(Intaken(facts: IntakeFacts()), by: "exit 1") == [])
  }
}
