/// The program, its arguments, and the sockets that it connects to when it starts: all that a host needs to power a
/// machine on. A pure function of the boot and the paths.
package struct Launch: Hashable, Sendable {
  /// Program and arguments.
  package var arguments: [String]
  package var sockets: LaunchFiles

  package init(arguments: [String], sockets: LaunchFiles) {
    self.arguments = arguments
    self.sockets = sockets
  }
}

/// Paths on the host that a launch refers to.
package struct LaunchFiles: Hashable, Sendable {
  /// The instance's own overlay, qcow2.
  package var disk: String
  /// The blank second disk, qcow2; used when the layout has one.
  package var extraDisk: String
  /// Folder of the sockets `monitor`, `com1`, `com2`, `firmware`.
  package var folder: String

  package init(disk: String, extraDisk: String, folder: String) {
    self.disk = disk
    self.extraDisk = extraDisk
    self.folder = folder
  }

  /// The pipe through which QEMU tells what passes on the wire of NIC `index`.
  package func packets(_ index: Int) -> String { "\(folder)/net\(index)" }
  /// Bytes of each frame that QEMU tells.
  package static let frameLimit = 1600

  package var monitor: String { "\(folder)/monitor" }
  package var console: String { "\(folder)/com1" }
  package var metadata: String { "\(folder)/com2" }
  package var firmware: String { "\(folder)/firmware" }
}

/// What runs the guest's processor.
package enum Accelerator: String, Hashable, Sendable, Codable { case kvm, tcg }
