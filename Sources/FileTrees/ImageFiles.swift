import DiskFormats
import Foundation
package import Model

/// The files of a whole image: its root file system, and what its fstab puts into it.
package struct ImageFiles: Hashable, Sendable {
  /// A file system of the disk, and what became of reading it.
  package struct Volume: Hashable, Sendable {
    /// Number of its partition; nil for a disk without a table.
    package var partition: Int?
    /// Bytes from the start of the disk.
    package var start: Int64
    /// Bytes of the partition.
    package var size: Int64
    package var fileSystem: FileSystemFacts?
    /// Nil for one that we do not read.
    package var state: FileSystemState?
    /// Of an EFI system partition: whether UEFI finds a loader there that nobody has told it of; nil: it cannot be told.
    package var hasFallbackLoader: Bool?

    package init(
      partition: Int?, start: Int64 = 0, size: Int64, fileSystem: FileSystemFacts?, state: FileSystemState? = nil
    ) {
      (self.partition, self.start, self.size) = (partition, start, size)
      (self.fileSystem, self.state) = (fileSystem, state)
    }

    /// `partition 1 (ext4)`.
    package var name: String {
      (partition.map { "partition \($0)" } ?? "the disk") + (fileSystem.map { " (\($0.kind))" } ?? "")
    }

    package var isReadable: Bool { ["ext2", "ext3", "ext4"].contains(fileSystem?.kind) }
  }

  /// Everything, as the guest sees it before it boots; nil when no root file system was found.
  package var tree: FileTree?
  /// Why there is no tree.
  package var why = ""
  package var volumes: [Volume]
  /// Bytes that the raw disk takes up; nil when nobody looked.
  package var allocated: Int64?

  package init(tree: FileTree? = nil, why: String = "", volumes: [Volume] = [], allocated: Int64? = nil) {
    (self.tree, self.why, self.volumes, self.allocated) = (tree, why, volumes, allocated)
  }

  /// Whether all of the tree was read: then what is not in it is not on the disk.
  package var isWhole: Bool {
    tree != nil && volumes.allSatisfy { $0.state.map { $0.damage.isEmpty && $0.cut == nil } ?? true }
  }
}

/// Whether the EFI system partition has EFI/BOOT/BOOTX64.EFI.
private func fallbackLoader(of disk: String, size: Int64, _ part: PartitionFacts) throws -> Bool? {
  let file = try FileHandle(forReadingFrom: URL(filePath: disk))
  defer { try? file.close() }
  let bytes = DiskBytes(size: size) { offset, count in
    try file.seek(toOffset: UInt64(offset))
    return Array(try file.read(upToCount: count) ?? Data())
  }
  return try fatHolds(["EFI        ", "BOOT       ", "BOOTX64 EFI"], on: bytes, start: part.start, size: part.size)
}

/// The volumes of a disk: its partitions, or all of it.
package func volumes(of disk: DiskFacts, size: Int64) -> [ImageFiles.Volume] {
  if disk.partitions.isEmpty {
    return disk.fileSystem.map { [.init(partition: nil, size: size, fileSystem: $0)] } ?? []
  }
  return disk.partitions.map {
    .init(partition: $0.number, start: $0.start, size: $0.size, fileSystem: $0.fileSystem)
  }
}

extension ImageFiles {
  /// Puts what was read together: the tree with /etc is the root, and its /etc/fstab says where the others go.
  ///
  /// - Parameter trees: by index in `volumes`.
  package init(volumes: [Volume], trees: [Int: FileTree]) {
    self.init(volumes: volumes)
    let roots = trees.filter { $0.value.file("/etc")?.kind == .folder && $0.value.file("/etc/passwd") != nil }
    guard let (index, root) = roots.min(by: { $0.key < $1.key }) else {
      why = ImageFiles.reason(volumes: volumes, anyRead: !trees.isEmpty)
      return
    }
    var whole = root
    // Shorter paths first: /boot before /boot/efi.
    let mounts = root.mounts.sorted { ($0.path.count, $0.path) < ($1.path.count, $1.path) }
    var used: Set<Int> = [index]
    for mount in mounts where mount.path != "/" {
      guard
        let other = trees.keys.sorted().first(where: { !used.contains($0) && mount.names(volumes[$0].fileSystem) }),
        let place = whole.resolve(mount.path)
      else { continue }
      used.insert(other)
      whole.mount(trees[other]!, at: place)
    }
    tree = whole
  }

  private static func reason(volumes: [Volume], anyRead: Bool) -> String {
    let others = volumes.filter {
      !$0.isReadable && $0.fileSystem != nil && !["vfat", "swap"].contains($0.fileSystem?.kind)
    }
    if !others.isEmpty {
      return "no ext file system of the disk is a root, and imgverify cannot read without booting "
        + others.prefix(4).map(\.name).joined(separator: ", ")
    }
    return anyRead
      ? "no file system of the disk has /etc/passwd, so none is the root"
      : "there is no file system on the disk that imgverify can read without booting"
  }
}

extension FileTree {
  struct Mount {
    var source: String
    var path: String

    /// Whether the source is this file system.
    func names(_ facts: FileSystemFacts?) -> Bool {
      guard let facts else { return false }
      let value = source.drop { $0 != "=" }.dropFirst().filter { $0 != "\"" }
      if source.uppercased().hasPrefix("UUID=") { return facts.uuid?.lowercased() == value.lowercased() }
      if source.uppercased().hasPrefix("LABEL=") { return facts.label == value }
      if source.hasPrefix("/dev/disk/by-uuid/") { return facts.uuid == String(source.dropFirst(18)) }
      if source.hasPrefix("/dev/disk/by-label/") { return facts.label == String(source.dropFirst(19)) }
      return false
    }
  }

  /// What /etc/fstab mounts; at most 100 lines of it.
  var mounts: [Mount] {
    lines("/etc/fstab").prefix(100).compactMap { line in
      let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
      return words.count >= 2 && words[1].hasPrefix("/") ? Mount(source: words[0], path: words[1]) : nil
    }
  }
}

extension TreeReader {
  /// As many file systems of one disk are read.
  private static let maximumVolumes = 16

  /// Reads all ext file systems of the raw disk at `disk`.
  ///
  /// - Throws: ``VerifyError`` `.limitExceeded` when a file system could not be told because the child gave up, else as
  ///   ``read(disk:offset:size:)``.
  package func files(of disk: String, facts: DiskFacts, size: Int64) async throws -> ImageFiles {
    var volumes = volumes(of: facts, size: size)
    for part in facts.partitions where part.typeName == "EFI system" {
      guard let index = volumes.firstIndex(where: { $0.partition == part.number }) else { continue }
      volumes[index].hasFallbackLoader = try fallbackLoader(of: disk, size: size, part)
    }
    var trees: [Int: FileTree] = [:]
    for index in volumes.indices.filter({ volumes[$0].isReadable }).prefix(Self.maximumVolumes) {
      let volume = volumes[index]
      switch try await read(disk: disk, offset: volume.start, size: volume.size) {
      case .read(let tree, let state):
        volumes[index].state = state
        if tree.count > 1 { trees[index] = tree }
      case .gaveUp(let why):
        throw VerifyError(.limitExceeded, "the file system of \(volume.name) could not be read: \(why)")
      }
    }
    return ImageFiles(volumes: volumes, trees: trees)
  }
}
