package import Foundation
package import Model
import ZFSStreams

/// What ``pack(disk:to:manifest:options:)`` is told of the image.
package struct PackOptions: Sendable {
  package var name: String
  package var version: String
  package var os = "linux"
  package var description = ""
  /// Of the image; random when nil.
  package var uuid: String?
  /// Of the snapshot, not 0; random when nil.
  package var guid: UInt64?
  /// Of the snapshot and of publishing; now when nil.
  package var date: Date?
  /// Of the volume, a power of two, 512...131072; what SmartOS gives its volumes.
  package var blockSize = 8192
  /// 0 (quickest)...3 (packs best).
  package var level = 2
  package var minimumRAM: ByteCount?

  package init(name: String, version: String) { (self.name, self.version) = (name, version) }
}

/// What ``pack(disk:to:manifest:options:)`` made.
package struct PackResult: Hashable, Sendable {
  package var uuid: String
  package var sha1: String
  /// Of the image file.
  package var fileSize: Int64
  package var imageSize: ByteCount
}

/// Packs the raw disk at `disk` as `out`, a gzipped stream that SmartOS receives, and writes its manifest.
///
/// Shape: the volume is the disk rounded up to whole MiB; blocks of zeros and holes are left out. Equal disks and
/// options (uuid, guid and date given) make equal files on one machine. Both files are written under temporary names
/// and appear when they are whole; it runs on a thread of its own.
/// - Throws: ``VerifyError`` `.cannotOpen` for the disk, `.usage` for options that make no valid manifest, or for
///   an output that is the disk itself, `.system`;
///   `CancellationError`.
package func pack(
  disk: String, to out: String, manifest: String, options: PackOptions
) async throws -> PackResult {
  try await blocking { cancellation in
    let input = try InputFile(path: disk)
    guard out != manifest else { throw VerifyError(.usage, "image and manifest are both to be \(quoted(out))") }
    try input.spare(out)
    try input.spare(manifest)
    let identity = try PackIdentity(options, disk: disk, diskSize: input.size)
    let image = try OutputFile(path: out)
    var packer = try Packer(identity.volume, level: options.level)
    try packer.pack(input, into: image, cancellation)
    let (sha1, fileSize) = packer.finish()

    let document = identity.manifest(options, sha1: sha1, fileSize: fileSize)
    let reading = Manifest.read(document)
    guard reading.violations.isEmpty else { throw PackIdentity.usage(reading.violations) }
    let description = try OutputFile(path: manifest)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(document) + Data("\n".utf8)).withUnsafeBytes { try description.write($0) }
    try image.publish()
    try description.publish()
    return PackResult(uuid: identity.uuid, sha1: sha1, fileSize: fileSize, imageSize: identity.volume.size)
  }
}

/// Who the image is: everything that is decided before the first byte is packed.
private struct PackIdentity {
  let uuid: String
  let date: Date
  let volume: StreamWriter.Volume

  init(_ options: PackOptions, disk: String, diskSize: Int64) throws {
    guard diskSize > 0 else { throw VerifyError(.usage, "\(quoted(disk)) is empty: there is no disk in it to pack") }
    guard options.blockSize.nonzeroBitCount == 1, (512...131072).contains(options.blockSize) else {
      throw VerifyError(.usage, "a block size of \(options.blockSize) cannot be; use a power of two from 512 to 131072")
    }
    guard Gzip.levels.contains(options.level) else {
      throw VerifyError(.usage, "a compression level of \(options.level) cannot be; use 0 (quickest) to 3 (packs best)")
    }
    guard options.guid != 0 else { throw VerifyError(.usage, "a snapshot's guid cannot be 0") }
    uuid = options.uuid ?? UUID().uuidString.lowercased()
    // Whole seconds: all that the stream and the manifest can say.
    date = Date(timeIntervalSince1970: (options.date ?? Date()).timeIntervalSince1970.rounded(.down))
    let size = ByteCount(bytes: ((diskSize + (1 << 20) - 1) >> 20) << 20)
    let guid = options.guid ?? UInt64.random(in: 1...UInt64.max)
    // Told before the work, not after it. The digest is the one thing that is not known yet.
    let draft = Self.document(
      options, uuid: uuid, date: date, imageSize: size, guid: guid,
      sha1: String(repeating: "0", count: 40), fileSize: 1)
    let violations = Manifest.read(draft).violations
    guard violations.isEmpty else { throw Self.usage(violations) }
    volume = StreamWriter.Volume(
      snapshot: "zones/\(uuid)@final", guid: guid, creationTime: UInt64(max(0, date.timeIntervalSince1970)), size: size,
      blockSize: options.blockSize)
  }

  static func usage(_ violations: [ManifestViolation]) -> VerifyError {
    let all = violations.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
    return VerifyError(.usage, "these options make no valid manifest: \(all)")
  }

  func manifest(_ options: PackOptions, sha1: String, fileSize: Int64) -> JSONValue {
    Self.document(
      options, uuid: uuid, date: date, imageSize: volume.size, guid: volume.guid, sha1: sha1, fileSize: fileSize)
  }

  private static func document(
    _ options: PackOptions, uuid: String, date: Date, imageSize: ByteCount, guid: UInt64, sha1: String, fileSize: Int64
  ) -> JSONValue {
    var requirements: [String: JSONValue] = [
      "networks": [["name": "net0", "description": "public"]], "ssh_key": true,
    ]
    if let ram = options.minimumRAM { requirements["min_ram"] = .integer(Int64(ram.mebibytes)) }
    return [
      "v": 2, "uuid": .string(uuid), "owner": "00000000-0000-0000-0000-000000000000", "name": .string(options.name),
      "version": .string(options.version), "description": .string(options.description),
      "published_at": .string(date.formatted(.iso8601)), "public": true, "disabled": false, "state": "active",
      "type": "zvol", "os": .string(options.os), "requirements": .object(requirements), "users": [["name": "root"]],
      "nic_driver": "virtio", "disk_driver": "virtio", "cpu_type": "host",
      "image_size": .integer(Int64(imageSize.mebibytes)), "tags": ["role": "os"],
      "files": [
        [
          "sha1": .string(sha1), "size": .integer(fileSize), "compression": "gzip", "dataset_guid": .string("\(guid)"),
        ]
      ],
    ]
  }
}
