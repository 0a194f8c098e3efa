import Foundation
import Model
import ZFSStreams

/// Who the image is: everything that is decided before the first byte is packed.
struct PackIdentity {
  let uuid: String
  let date: Date
  let volume: StreamWriter.Volume
  var guid: UInt64 { volume.guid }
  var imageSize: ByteCount { volume.size }

  /// - Throws: ``VerifyError`` `.usage` for options that cannot be, or that make no valid manifest.
  init(_ options: PackOptions, disk: String, diskSize: Int64) throws {
    guard options.blockSize.nonzeroBitCount == 1, (512...131072).contains(options.blockSize) else {
      throw VerifyError(.usage, "a block size of \(options.blockSize) cannot be; use a power of two from 512 to 131072")
    }
    guard Gzip.levels.contains(options.level) else {
      throw VerifyError(.usage, "a compression level of \(options.level) cannot be; use 0 (quickest) to 3 (packs best)")
    }
    guard options.compression == .gzip || options.compression == .none else {
      throw VerifyError(.usage, "\(options.compression.rawValue) is not written; use gzip or none")
    }
    guard options.guid != 0 else { throw VerifyError(.usage, "a snapshot's guid cannot be 0") }
    uuid = options.uuid ?? UUID().uuidString.lowercased()
    // The UUID names the snapshot, and is bounded before it does.
    guard ManifestValues.isUUID(uuid) else {
      throw VerifyError(.usage, "\(quoted(uuid)) is no UUID of lower-case hexadecimal digits")
    }
    // Whole seconds: all that the stream and the manifest can say.
    date = Date(timeIntervalSince1970: (options.date ?? Date()).timeIntervalSince1970.rounded(.down))
    volume = StreamWriter.Volume(
      snapshot: "zones/\(uuid)@final", guid: options.guid ?? UInt64.random(in: 1...UInt64.max),
      creationTime: UInt64(max(0, date.timeIntervalSince1970)), size: try Self.volumeSize(of: disk, diskSize),
      blockSize: options.blockSize)
    // Told before the work, not after it. The digest is the one thing that is not known yet.
    let draft = options.document(of: self, sha1: String(repeating: "0", count: 40), fileSize: 1)
    try Self.hold(Manifest.read(draft))
  }

  /// The disk's size, rounded up to whole MiB.
  static func volumeSize(of disk: String, _ size: Int64) throws -> ByteCount {
    guard size > 0 else { throw VerifyError(.usage, "\(quoted(disk)) is empty: there is no disk in it to pack") }
    guard size <= ManifestFields.mebibytes.upperBound << 20 else {
      throw VerifyError(.usage, "\(quoted(disk)) has \(size) bytes; volumes have at most 16 TiB")
    }
    return ByteCount(bytes: ((size + (1 << 20) - 1) >> 20) << 20)
  }

  /// - Throws: ``VerifyError`` `.usage` when a rule is broken.
  static func hold(_ reading: ManifestReading) throws {
    guard !reading.violations.isEmpty else { return }
    let all = reading.violations.map { "\($0.field) \($0.message)" }.joined(separator: "; ")
    throw VerifyError(.usage, "these options make no valid manifest: \(all)")
  }
}
