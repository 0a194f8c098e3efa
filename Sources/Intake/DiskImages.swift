import DiskFormats
import Glibc
import Hosts
import Model

/// What came of rebuilding a qcow2.
enum QCOW2Rebuilding: Hashable, Sendable {
  /// The raw disk is written and whole; bytes.
  case disk(size: Int64)
  /// A judgement of the image: what, where, what to do.
  case problem(String)
}

/// Checks the header, then converts the qcow2 file at `image` into `raw`, sparse.
///
/// No program opens the file before its header is known to name no other: see ``QCOW2Header``.
/// - Parameters:
///   - header: the first MiB of the file, or all of a shorter one.
///   - raw: an empty file that is there, and keeps its name; whoever calls removes it if nothing comes of it.
///   - limit: bytes of the largest disk taken.
/// - Throws: ``VerifyError`` `.toolMissing`, `.toolFailed`, `.system` for our own trouble; `CancellationError`.
func rebuildQCOW2(image: String, header: [UInt8], to raw: String, limit: Int64) async throws -> QCOW2Rebuilding {
  let size: Int64
  do {
    size = try QCOW2Header(header, fileSize: try InputFile(path: image).size).virtualSize
  } catch let refusal as QCOW2Refusal {
    return .problem("\(refusal)")
  }
  guard size <= limit else {
    return .problem(
      "the qcow2 disk of \(size) bytes is larger than the \(limit >> 20) MiB allowed (the manifest's image_size); "
        + "correct image_size, or convert the right disk")
  }
  if case .inputBad(let words) = try await QemuImg.check(qcow2: image) {
    return .problem(
      "the qcow2 is damaged, as qemu-img check says: \(words); copy or make the file anew, or repair it with "
        + "'qemu-img check -r all' and look at its data")
  }
  guard truncate(raw, off_t(size)) == 0 else { throw writeTrouble(raw, errno) }
  if case .inputBad(let words) = try await QemuImg.convert(qcow2: image, to: raw) {
    return .problem("the qcow2 is damaged, as qemu-img convert says: \(words); copy or make the file anew")
  }
  return .disk(size: size)
}

/// What stands on the finished raw disk at `path`, which has `size` bytes.
func diskFacts(path: String, size: Int64) throws -> DiskFacts? {
  let file = try InputFile(path: path)
  return try file.facts(size: size)
}

extension InputFile {
  fileprivate borrowing func facts(size: Int64) throws -> DiskFacts {
    let (path, descriptor) = (path, descriptor)
    return try readDiskFacts(
      DiskBytes(size: size) { offset, count in
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
          while filled < count {
            let got = pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
            if got == 0 { break }
            if got > 0 {
              filled += got
            } else if errno != EINTR {
              throw VerifyError(.system, "cannot read \(quoted(path)): \(systemMessage(errno))")
            }
          }
        }
      })
  }
}

/// Gives `body` the disk at `path` as a raw file: itself, or what a qcow2 was converted to, which is gone afterwards.
///
/// - Throws: ``VerifyError`` `.cannotOpen`, `.badImage` for a qcow2 that is not taken, and what `body` throws.
func withRawDisk<T: Sendable>(at path: String, _ body: @Sendable (String) async throws -> T) async throws -> T {
  let header = try InputFile(path: path).start(1 << 20)
  guard header.starts(with: QCOW2Header.magic) else { return try await body(path) }
  return try await withScratch { scratch in
    let raw = scratch.file("disk.raw")
    let made = open(raw, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard made >= 0 else { throw writeTrouble(raw, errno) }
    close(made)
    // What a volume, and ext4, can hold.
    switch try await rebuildQCOW2(image: path, header: header, to: raw, limit: 16 << 40) {
    case .problem(let problem): throw VerifyError(.badImage, "\(quoted(path)): \(problem)")
    case .disk: return try await body(raw)
    }
  }
}

/// Writes the raw disk at `raw` as a qcow2 that needs no other file, under a temporary name until it is whole.
///
/// - Parameter image: what the disk was made of, which `out` must not replace.
package func writeQCOW2(raw: String, to out: String, sparing image: String) async throws {
  try spare(image, from: [out])
  let output = try OutputFile(path: out)
  try await QemuImg.convert(raw: raw, to: output.temporary)
  try output.publish()
}

/// - Throws: ``VerifyError`` `.usage` when one of `outputs` is the file at `input`.
func spare(_ input: String, from outputs: [String]) throws {
  let file = try InputFile(path: input)
  for output in outputs { try file.spare(output) }
}
