import Foundation
import Hosts
import Hypervisors
import Model

/// How a boot has left its instance.
enum InstanceState: Hashable, Sendable {
  /// Shut down in order: it can be powered on again.
  case off
  /// It cannot, and why.
  case lost(String)
}

/// The disks of all boots. Each has an overlay of its own: on the image, or on what the boot before has left.
struct BootDisks: Sendable {
  let scratch: Scratch
  let settings: BootSettings

  /// Makes the disks of `boot`, as large as its layout says; a disk never shrinks.
  func prepare(for boot: Boot) async throws -> LaunchFiles {
    let place = try scratch.folder(boot.id)
    let files = LaunchFiles(disk: place.file("disk.qcow2"), extraDisk: place.file("extra.qcow2"), folder: place.path)
    var size = settings.diskSize.bytes + boot.layout.bootDisk.growth.bytes
    var base = ["-F", "raw", "-b", settings.disk]
    if let before = boot.startsFrom {
      let disk = scratch.file("\(before)/disk.qcow2")
      size = max(size, try await self.size(of: disk))
      base = ["-F", "qcow2", "-b", disk]
    }
    try await qemuImage(["create", "-q", "-f", "qcow2"] + base + [files.disk, String(size)])
    if let extra = boot.layout.extraDisk { try await makeExtra(extra, at: files.extraDisk) }
    return files
  }

  /// Removes the disks of a boot that no other goes on from.
  func remove(_ boot: String) { try? FileManager.default.removeItem(atPath: scratch.file(boot)) }

  private func makeExtra(_ extra: Layout.ExtraDisk, at path: String) async throws {
    switch extra.content {
    case .blank: try await qemuImage(["create", "-q", "-f", "qcow2", path, String(extra.size.bytes)])
    case .decoy:
      try await qemuImage(["create", "-q", "-f", "qcow2", "-F", "raw", "-b", settings.decoy, path])
    }
  }

  /// Bytes of a qcow2 disk of ours.
  private func size(of path: String) async throws -> Int64 {
    let output = try await Tool.qemuImage.run(["info", "-f", "qcow2", "--output=json", path], until: soon)
    guard let size = try? JSONValue(parsing: Array(output.utf8))["virtual-size"]?.integer else {
      throw VerifyError(.toolFailed, "qemu-img info says nothing of the size of \(path)")
    }
    return size
  }

  private func qemuImage(_ arguments: [String]) async throws {
    _ = try await Tool.qemuImage.run(arguments, until: soon)
  }

  private var soon: Deadline { .after(.seconds(60) * max(1, settings.timeoutScale)) }
}
