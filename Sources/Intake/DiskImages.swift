import Model

/// What came of rebuilding a qcow2.
enum QCOW2Rebuilding: Sendable {
  /// The raw disk is written and whole; bytes.
  case disk(size: Int64)
  /// A judgement of the image: what, where, what to do.
  case problem(String)
}

/// Checks the header, then converts the qcow2 file at `image` into `raw`, sparse.
///
/// - Parameters:
///   - header: the first MiB of the file, or all of a shorter one.
///   - raw: an empty file that is there, and keeps its name; whoever calls removes it if nothing comes of it.
///   - limit: bytes of the largest disk taken.
/// - Throws: ``VerifyError`` for our own trouble; `CancellationError`.
func rebuildQCOW2(image: String, header: [UInt8], to raw: String, limit: Int64) async throws -> QCOW2Rebuilding {
  throw VerifyError(.unsupported, "\(quoted(image)) is a qcow2 disk, which is not taken yet")
}

/// What stands on the finished raw disk at `path`, which has `size` bytes.
func diskFacts(path: String, size: Int64) throws -> DiskFacts? { nil }
