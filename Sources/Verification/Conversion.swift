import Foundation
import Glibc
import Hosts
import Intake
package import Model

/// What ``convertImage(_:to:limit:replace:)`` wrote.
package struct Conversion: Hashable, Sendable {
  package var format: ImageFormat
  package var facts: IntakeFacts
  /// Bytes that the file takes up; less than the disk has when it is sparse.
  package var used: Int64
}

/// Rebuilds the disk of `image` as `out`: a qcow2 when the name ends so, else a raw disk, sparse.
///
/// - Parameters:
///   - limit: the largest disk written; nil: 16 TiB.
///   - replace: whether a file that is there already gives way.
/// - Throws: ``VerifyError`` `.badImage` with all that is wrong with the image, `.usage` for an output that is the image,
///   is there already, or whose name promises another format; `.cannotOpen`, our own trouble; `CancellationError` after
///   a signal. Nothing is left behind then.
package func convertImage(
  _ image: String, to out: String, limit: ByteCount? = nil, replace: Bool = false
) async throws -> Conversion {
  let format = try outputFormat(out)
  if !replace, access(out, F_OK) == 0 {
    throw VerifyError(.usage, "\(out) is there already; name another file, or replace it with --force")
  }
  let taken = try await interruptible {
    if format == .raw { return try await takeInSound(image, limit: limit, into: out) }
    return try await withScratch { scratch in
      let raw = scratch.file("disk.raw")
      let taken = try await takeInSound(image, limit: limit, into: raw)
      try await writeQCOW2(raw: raw, to: out, sparing: image)
      return taken
    }
  }
  var status = stat()
  let used = stat(out, &status) == 0 ? Int64(status.st_blocks) * 512 : 0
  return Conversion(format: format, facts: taken.facts, used: used)
}

private func outputFormat(_ path: String) throws -> ImageFormat {
  let name = path.lowercased()
  if name.hasSuffix(".qcow2") { return .qcow2 }
  let others = [".vmdk", ".vdi", ".vhd", ".vhdx", ".qcow", ".qed", ".zfs", ".gz", ".bz2", ".xz", ".zst", ".iso"]
  if let other = others.first(where: { name.hasSuffix($0) }) {
    throw VerifyError(
      .usage, "\(other) is not written; name the output .raw or .qcow2 ('imgverify pack' makes streams)")
  }
  return .raw
}

/// Takes the image in, and throws what is wrong with it.
private func takeInSound(_ image: String, limit: ByteCount?, into disk: String) async throws -> Intaken {
  let taken = try await takeInShowing(image, limit: limit, into: disk)
  guard taken.disk != nil else {
    throw VerifyError(.badImage, "\(image): \(taken.problems.joined(separator: "; "))")
  }
  return taken
}

/// Takes the image in with a moving line on a terminal.
func takeInShowing(_ image: String, limit: ByteCount?, into disk: String) async throws -> Intaken {
  let progress = ProgressPrinter(.auto)
  defer { progress.finish() }
  return try await takeIn(image: image, limit: limit, into: disk) { progress.show($0) }
}

/// Runs `body`, which a signal (Ctrl-C, TERM, HUP) cancels, so that it cleans up.
///
/// - Throws: what `body` throws; `CancellationError` after a signal.
func interruptible<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
  let (result, signal) = await withInterrupts { () async -> Result<T, any Error> in
    do { return .success(try await body()) } catch { return .failure(error) }
  }
  if signal != nil { throw CancellationError() }
  return try result.get()
}
