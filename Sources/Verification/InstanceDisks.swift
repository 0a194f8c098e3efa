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

/// The disks of one instance: its overlay on the image lives as long as the instance, the extra disk as long as a boot.
struct InstanceDisks: Sendable {
  let folder: Scratch
  let settings: BootSettings

  /// Makes the disks ready for `boot`: a fresh overlay for the first one, and as large as the layout says.
  func prepare(for boot: Boot) async throws -> LaunchFiles {
    let place = try folder.folder(boot.id)
    let disk = folder.file("disk.qcow2")
    let files = LaunchFiles(disk: disk, extraDisk: place.file("extra.qcow2"), folder: place.path)
    let size = String(settings.diskSize.bytes + boot.layout.bootDisk.growth.bytes)
    if boot.continues == nil {
      try await qemuImage(["create", "-q", "-f", "qcow2", "-F", "raw", "-b", settings.disk, disk, size])
    } else if try await self.size(of: disk) < settings.diskSize.bytes + boot.layout.bootDisk.growth.bytes {
      try await qemuImage(["resize", "-q", "-f", "qcow2", disk, size])
    }
    if let extra = boot.layout.extraDisk { try await makeExtra(extra, at: files.extraDisk) }
    return files
  }

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

/// Gives `body` the disks of a new instance; nothing of them is left afterwards.
func withInstance(
  _ first: Boot, _ settings: BootSettings, scratch: Scratch, _ body: (InstanceDisks) async throws -> Void
) async throws {
  let folder = try scratch.folder(first.id)
  defer { try? FileManager.default.removeItem(atPath: folder.path) }
  try await body(InstanceDisks(folder: folder, settings: settings))
}
