package import Model
import ZFSStreams

/// How far intake has come.
package struct IntakeProgress: Hashable, Sendable {
  /// Bytes of the image file read so far, and in all.
  package var bytesRead: Int64
  package var fileSize: Int64
}

/// What intake found. The problems are judgements of the image, and are all there at once.
package struct IntakeResult: Hashable, Sendable {
  /// The file is not the one that the manifest describes: its size or SHA-1 differs.
  package var digestProblem: String?
  /// The container, the stream or the volume in it is not as it should be.
  package var streamProblem: String?
  package var facts: IntakeFacts
  /// The rebuilt raw disk; nil unless all of it was verified.
  package var disk: String?
}

/// Rebuilds the raw disk of an image in one pass over its file, and verifies every byte on the way.
///
/// Shape: the file is hashed and counted, unpacked, read as a ZFS stream, and written as a sparse file at `disk` that
/// has that name only when everything was right: SHA-1 and size as in `manifest`, the container's checksum, every
/// checksum of the stream, the volume's size equal to `image_size`. Memory is bounded, whatever the file says, and the
/// file is read to its end, so that all problems are reported at once. It runs on a thread of its own.
/// - Throws: ``VerifyError`` `.cannotOpen` for the image file, `.unsupported` for a compression that is not taken,
///   `.usage` when `disk` is the image itself,
///   `.system` for our own trouble; `CancellationError`. Nothing is left behind then.
package func takeIn(
  image: String, manifest: Manifest, into disk: String, progress: (@Sendable (IntakeProgress) -> Void)? = nil
) async throws -> IntakeResult {
  try await blocking { cancellation in
    let started = ContinuousClock.now
    let file = try InputFile(path: image)
    try file.spare(disk)
    var passage = try IntakePassage(manifest: manifest, disk: disk)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    var bytesRead: Int64 = 0
    while true {
      try cancellation.check()
      let count = try file.read(into: buffer)
      if count == 0 { break }
      try passage.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), cancellation)
      bytesRead += Int64(count)
      progress?(IntakeProgress(bytesRead: bytesRead, fileSize: max(file.size, bytesRead)))
    }
    return try passage.finish(image: image, fileSize: bytesRead, seconds: started.duration(to: .now).inSeconds)
  }
}
