import Checks
import FileTrees
import Glibc
import Intake
import Model

/// The findings of the checks of the pristine image's files, read from its disk before any boot.
enum FileChecks {
  /// - Parameter catalogue: what was selected; nil: everything.
  /// - Returns: none when nothing of it is wanted, or there is no disk.
  /// - Throws: our own trouble, which says nothing about the image; `CancellationError`.
  static func judge(
    _ taken: Intaken, manifest: Manifest?, catalogue: Catalogue?, reader: TreeReader = TreeReader()
  ) async throws -> [Finding] {
    let wanted = CleanCheck.all.filter { catalogue?.holds($0.info.id) ?? true }
    guard !wanted.isEmpty, let disk = taken.disk, let facts = taken.facts.disk, let size = taken.facts.volumeSize else {
      return []
    }
    do {
      var files = try await reader.files(of: disk, facts: facts, size: size)
      var status = stat()
      if stat(disk, &status) == 0 { files.allocated = Int64(status.st_blocks) * 512 }
      return wanted.map { check in
        let judgement = check.judge(files, manifest: manifest)
        return check.info.finding(
          judgement.outcome, boot: nil, evidence: judgement.evidence, notes: judgement.notes)
      }
    } catch let error as VerifyError where error.code != .cannotOpen && !Task.isCancelled {
      // The boots can still tell much: the checks of the files alone are broken.
      return wanted.map { $0.info.finding(.broken(error: error.message), boot: nil) }
    }
  }
}
