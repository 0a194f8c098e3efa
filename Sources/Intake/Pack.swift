import Foundation
package import Model

/// What ``pack(disk:to:manifest:options:)`` made.
package struct PackResult: Hashable, Sendable {
  package var uuid: String
  package var sha1: String
  /// Of the image file.
  package var fileSize: Int64
  package var imageSize: ByteCount
  /// What is valid in the manifest and yet likely to be a mistake.
  package var warnings: [ManifestViolation]
}

/// Packs the disk at `disk`, raw or qcow2, as `out`, a stream that SmartOS receives, and writes its manifest.
///
/// Shape: the volume is the disk rounded up to whole MiB; blocks of zeros and holes are left out. Equal disks and
/// options (uuid, guid and date given) make equal files on one machine. Both files are written under temporary names
/// and appear when they are whole; it runs on a thread of its own.
/// - Throws: ``VerifyError`` `.cannotOpen` for the disk, `.badImage` for a qcow2 that is not taken, `.usage` for options that make no valid manifest, or for
///   an output that is the disk itself, `.system`;
///   `CancellationError`.
package func pack(
  disk: String, to out: String, manifest: String, options: PackOptions
) async throws -> PackResult {
  guard out != manifest else { throw VerifyError(.usage, "image and manifest are both to be \(quoted(out))") }
  try spare(disk, from: [out, manifest])
  return try await withRawDisk(at: disk) { raw in
    try await pack(raw: raw, of: disk, to: out, manifest: manifest, options: options)
  }
}

/// - Parameters:
///   - raw: the disk as a raw file.
///   - disk: where it came from, for messages.
private func pack(
  raw: String, of disk: String, to out: String, manifest: String, options: PackOptions
) async throws -> PackResult {
  try await blocking { cancellation in
    let input = try InputFile(path: raw)
    let identity = try PackIdentity(options, disk: disk, diskSize: input.size)
    let image = try OutputFile(path: out)
    var packer = try Packer(identity.volume, compression: options.compression, level: options.level)
    try packer.pack(input, into: image, cancellation)
    let (sha1, fileSize) = packer.finish()

    let document = options.document(of: identity, sha1: sha1, fileSize: fileSize)
    let reading = Manifest.read(document)
    try PackIdentity.hold(reading)
    let description = try OutputFile(path: manifest)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(document) + Data("\n".utf8)).withUnsafeBytes { try description.write($0) }
    try image.publish()
    try description.publish()
    return PackResult(
      uuid: identity.uuid, sha1: sha1, fileSize: fileSize, imageSize: identity.imageSize, warnings: reading.warnings)
  }
}
