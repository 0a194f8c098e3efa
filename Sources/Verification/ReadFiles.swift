import FileTrees
import Glibc
import Model

/// The child's side of ``TreeReader``: tells a file system's files on standard output.
///
/// - Parameter files: paths to read beside those that the checks look into.
/// - Throws: when standard output takes no more.
package func readFilesForParent(disk: String, offset: Int64, size: Int64, files: [String]) throws {
  var wanted = WantedFiles.ofChecks
  wanted.paths.formUnion(files)
  try readFileSystem(of: disk, offset: offset, size: size, wanted: wanted) { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else {
        if count < 0, errno == EINTR { continue }
        throw VerifyError(.system, "cannot write: \(String(cString: strerror(errno)))")
      }
      rest = rest.dropFirst(count)
    }
  }
}
