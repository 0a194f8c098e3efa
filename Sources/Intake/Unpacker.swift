package import Model

/// Undoes a compression from chunks of any size, into buffers of any size.
///
/// Shape: give a chunk to ``begin(_:)``, then call ``unpack(into:)`` until it leaves room in its buffer: the chunk is
/// then used up. After the last chunk ``finish()`` says whether the file may end there. Every checksum is verified,
/// several members (streams, frames) may follow one another, and foreign bytes behind the last are damage.
package protocol Unpacker: ~Copyable {
  /// Takes the next chunk, which must stay where it is until it is used up.
  mutating func begin(_ chunk: UnsafeRawBufferPointer)

  /// Fills `output` as far as the chunk goes; it has at least one byte.
  /// - Returns: bytes filled; less than asked for when the chunk is used up.
  mutating func unpack(into output: UnsafeMutableRawBufferPointer) throws(ContainerDamage) -> Int

  /// Bytes of the file that have been used up.
  var consumed: Int64 { get }

  /// Says that the file ends here.
  mutating func finish() throws(ContainerDamage)
}

/// Why a container is not sound. `offset` counts from the start of the file.
package struct ContainerDamage: Error, Hashable, Sendable, CustomStringConvertible {
  package var container: Container
  package var offset: Int64
  package var message: String

  package var description: String {
    "the \(container.rawValue) file is damaged: byte \(offset) of the file: \(message)"
  }

  /// The file ends where more should come.
  static func truncated(_ container: Container, at offset: Int64) -> ContainerDamage {
    ContainerDamage(
      container: container, offset: offset,
      message: "the \(container.rawValue) data ends in the middle; copy or make the file anew")
  }

  /// The file unpacks to far more than a disk of the size allowed can need: a bomb.
  static func tooLarge(_ container: Container, at offset: Int64, limit: Int64) -> ContainerDamage {
    ContainerDamage(
      container: container, offset: offset,
      message: "the file unpacks to more than \(limit) bytes, far more than the disk may have (the manifest's "
        + "image_size); correct image_size, or pack the right disk")
  }

  /// Foreign bytes follow.
  static func trailing(_ container: Container, at offset: Int64) -> ContainerDamage {
    let name = container.rawValue
    return ContainerDamage(
      container: container, offset: offset,
      message: "bytes that are no \(name) data follow the \(name) data; imgadm fails on them: cut them off")
  }
}

extension Container {
  /// What a file that begins with `bytes` is packed with; `none` when they are nobody's magic number.
  package init(magic bytes: UnsafeRawBufferPointer) {
    func begins(_ magic: [UInt8]) -> Bool { bytes.starts(with: magic) }
    // A skippable frame may stand before the first real one of zstd (pzstd writes such files).
    let skippable = bytes.count >= 4 && bytes[0] & 0xf0 == 0x50 && bytes.dropFirst().starts(with: [0x2a, 0x4d, 0x18])
    self =
      if begins([0x1f, 0x8b]) {
        .gzip
      } else if begins(Array("BZh".utf8)) {
        .bzip2
      } else if begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
        .xz
      } else if begins([0x28, 0xb5, 0x2f, 0xfd]) || skippable {
        .zstd
      } else {
        .none
      }
  }
}
