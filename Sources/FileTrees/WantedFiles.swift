/// The files whose contents are read from a disk beside the names of all files.
package struct WantedFiles: Hashable, Sendable {
  /// Exact paths.
  package var paths: Set<String>
  /// Folders whose files are all wanted.
  package var folders: Set<String>
  /// Names of folders, wherever they are, whose files are all wanted.
  package var folderNames: Set<String>

  package init(paths: Set<String> = [], folders: Set<String> = [], folderNames: Set<String> = []) {
    (self.paths, self.folders, self.folderNames) = (paths, folders, folderNames)
  }

  /// Bytes read of one file, and of all.
  package static let maximumSize = 64 << 10
  package static let maximumTotal = 4 << 20

  /// What the checks read. A boot loader's files are named twice: `/boot` may be a file system of its own.
  package static let ofChecks = WantedFiles(
    paths: [
      "/etc/passwd", "/etc/shadow", "/etc/fstab", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/etc/machine-id",
      "/etc/motd", "/etc/issue", "/etc/product", "/etc/os-release", "/etc/default/grub", "/etc/kernel/cmdline",
      "/etc/network/interfaces", "/var/lib/dbus/machine-id", "/lib/dbus/machine-id", "/boot/grub/grub.cfg",
      "/boot/grub2/grub.cfg", "/grub/grub.cfg", "/grub2/grub.cfg", "/boot/extlinux.conf", "/extlinux.conf",
    ],
    folders: [
      "/etc/default/grub.d", "/etc/netplan", "/etc/network/interfaces.d", "/etc/sysconfig/network-scripts",
      "/etc/NetworkManager/system-connections", "/etc/systemd/network", "/boot/loader/entries", "/loader/entries",
    ],
    folderNames: [".ssh"])

  func contains(_ path: String) -> Bool {
    if paths.contains(path) { return true }
    let folder = FileTree.split(path).folder
    return folders.contains(folder) || folderNames.contains(FileTree.split(folder).name)
  }
}
