import Foundation
import Testing

/// Compares `text` with the file `fixtures/reports/<name>`; with `IMGVERIFY_GOLDEN=write` set, writes it instead.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../fixtures/reports/\(name)")
  if ProcessInfo.processInfo.environment["IMGVERIFY_GOLDEN"] == "write" {
    try Data(text.utf8).write(to: path)
    return
  }
  let golden = try String(contentsOf: path, encoding: .utf8)
  guard text != golden else { return }
  let (new, old) = (
    text.split(separator: "\n", omittingEmptySubsequences: false),
    golden.split(separator: "\n", omittingEmptySubsequences: false)
  )
  let line = zip(new, old).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(new.count, old.count)
  Issue.record(
    """
    \(name) differs from line \(line + 1) on:
      golden: \(line < old.count ? String(old[line]) : "(end)")
      now:    \(line < new.count ? String(new[line]) : "(end)")
    """, sourceLocation: sourceLocation)
}

/// A folder that is gone after the test.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
  let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-reports-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
