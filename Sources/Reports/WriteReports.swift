import Foundation
import Glibc
import Model

/// Reads a journal and writes `report.xml`, `report.json` and `report.html` into `folder`, each whole or not at all.
///
/// It may be called at any time, also while the run goes on and after a crash; the same journal gives the same reports.
/// - Throws: ``VerifyError`` `.cannotOpen` without a journal, `.system` when a report cannot be written.
@discardableResult
package func writeReports(from journal: String, to folder: String) throws -> Report {
  let report = Report(try Journal.readJournal(path: journal))
  try writeWhole(report.junit(folder: absolute(folder)), to: "\(folder)/report.xml")
  try writeWhole(try report.json(), to: "\(folder)/report.json")
  try writeWhole(report.html(files: report.files(in: folder)), to: "\(folder)/report.html")
  return report
}

/// Writes a file under another name and renames it, so that a reader sees the old one or the new one.
private func writeWhole(_ text: String, to path: String) throws {
  let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max))"
  let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw systemError("cannot write \(path)") }
  do {
    defer { close(descriptor) }
    try write([UInt8](text.utf8), to: descriptor)
    guard rename(temporary, path) == 0 else { throw systemError("cannot write \(path)") }
  } catch {
    unlink(temporary)
    throw error
  }
}

private func absolute(_ folder: String) -> String? {
  guard let path = realpath(folder, nil) else { return nil }
  defer { free(path) }
  return String(cString: path)
}

extension Report {
  /// The names of the files that lie in each boot's folder, sorted, at most 64 of each boot.
  fileprivate func files(in folder: String) -> [String: [String]] {
    var files: [String: [String]] = [:]
    for boot in boots where isSafe(path: boot.id) {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/boots/\(boot.id)") else {
        continue
      }
      files[boot.id] = Array(names.sorted().prefix(64))
    }
    return files
  }
}
