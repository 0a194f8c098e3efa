import Glibc
import Model
import Reports

/// Boots what `options.replaying` holds of an earlier run again, and tells what has changed since.
///
/// - Returns: the exit code, as of ``verify(_:)``.
/// - Throws: ``VerifyError`` `.usage` when the output folder is that of the earlier run.
package func replay(_ earlier: EarlierRun, _ options: VerifyOptions) async throws -> Int32 {
  if let output = realPath(options.output), output == realPath(earlier.folder) {
    throw VerifyError(
      .usage, "\(options.output) is the folder of the run that is to be repeated; name another with --output")
  }
  let (code, report) = await conduct(options)
  for line in report.map({ comparison(of: $0, with: earlier) }) ?? [] { print(line) }
  return code
}

/// What has changed since `earlier`, for people.
func comparison(of report: Report, with earlier: EarlierRun) -> [String] {
  var lines = report.changes(since: earlier.report)
  if let now = report.image.sha1, let then = earlier.report.image.sha1, now != then {
    lines.insert(
      "another image than the one of \(earlier.folder) (SHA-1 \(now.prefix(12))…, not \(then.prefix(12))…): "
        + "this shows whether it was mended", at: 0)
  }
  // What the earlier run's files say may come from anywhere.
  return lines.map { cleaned($0, atMost: 4096, lines: false) }
}

private func realPath(_ path: String) -> String? {
  guard let found = realpath(path, nil) else { return nil }
  defer { free(found) }
  return String(cString: found)
}
