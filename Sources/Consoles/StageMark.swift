package import Model

/// A kind of line on a console that shows how far the guest has come.
package struct StageMark: Sendable, Hashable {
  package var stage: Stage
  /// Where the line has the text: at its beginning (behind a kernel's time stamp or systemd's `[  OK  ] `) or anywhere.
  package var isPrefix: Bool
  package var text: String
  /// What the line must hold as well, if anything.
  package var also: String
  /// What makes it something else, if anything.
  package var unless: String
  private let needle: [UInt8]

  private init(_ stage: Stage, _ text: String, isPrefix: Bool, also: String, unless: String) {
    (self.stage, self.text, self.isPrefix, self.also, self.unless) = (stage, text, isPrefix, also, unless)
    needle = Array(text.utf8)
  }

  static func begins(_ stage: Stage, _ text: String, also: String = "", unless: String = "") -> StageMark {
    StageMark(stage, text, isPrefix: true, also: also, unless: unless)
  }

  static func holds(_ stage: Stage, _ text: String, also: String = "", unless: String = "") -> StageMark {
    StageMark(stage, text, isPrefix: false, also: also, unless: unless)
  }

  /// - Parameters:
  ///   - line: without what stands before a kernel's or systemd's message.
  ///   - bytes: the whole line, which is quicker to search: a guest may write tens of thousands of lines a second.
  func matches(_ line: Substring, _ bytes: [UInt8]) -> Bool {
    (isPrefix ? line.hasPrefix(text) : bytes.firstOffset(of: needle, in: 0..<bytes.count) != nil)
      && (also.isEmpty || line.contains(also)) && (unless.isEmpty || !line.contains(unless))
  }
}

extension StageMark {
  /// All that we know. Stages of which nothing is written on COM1 have other signs.
  package static let all: [StageMark] = [
    // GRUB; SYSLINUX and its kin; FreeBSD; illumos.
    .begins(.bootLoader, "GRUB loading"), .begins(.bootLoader, "Welcome to GRUB"), .holds(.bootLoader, "GNU GRUB "),
    .begins(.bootLoader, "Booting `"), .begins(.bootLoader, "Booting a command list"),
    .begins(.bootLoader, "grub>"), .begins(.bootLoader, "grub rescue>"), .begins(.bootLoader, "Loading Linux "),
    .begins(.bootLoader, "Loading initial ramdisk"), .begins(.bootLoader, "SYSLINUX "),
    .begins(.bootLoader, "ISOLINUX "), .begins(.bootLoader, "EXTLINUX "), .begins(.bootLoader, "BTX loader"),
    .begins(.bootLoader, "FreeBSD/x86 bootstrap loader"), .begins(.bootLoader, "Loading unix"),
    // Linux, the BSDs, illumos.
    .begins(.kernel, "Linux version "), .begins(.kernel, "Decompressing Linux"), .begins(.kernel, "Booting the kernel"),
    .begins(.kernel, "FreeBSD is a registered trademark"), .begins(.kernel, "---<<BOOT>>---"),
    .begins(.kernel, "NetBSD ", also: "(GENERIC"), .begins(.kernel, "OpenBSD ", also: "(GENERIC"),
    .begins(.kernel, "SunOS Release "), .begins(.kernel, "OmniOS ", also: "Version"),
    // The initial RAM disk.
    .begins(.initramfs, "Run /init as init process"), .begins(.initramfs, "Loading, please wait..."),
    .begins(.initramfs, "Begin: "), .begins(.initramfs, "dracut: "), .begins(.initramfs, "(initramfs)"),
    .holds(.initramfs, "unning in initrd"), .holds(.initramfs, "running in initramfs"),
    .begins(.initramfs, "Welcome to ", also: "(Initramfs)"),
    // The root file system.
    .begins(.rootMounted, "EXT4-fs (", also: "mounted filesystem"), .begins(.rootMounted, "EXT3-fs (", also: "mounted"),
    .begins(.rootMounted, "XFS (", also: "Ending clean mount"), .begins(.rootMounted, "BTRFS info (device"),
    .begins(.rootMounted, "VFS: Mounted root"), .begins(.rootMounted, "Trying to mount root from "),
    .begins(.rootMounted, "root on ", also: "dumps on"),
    // systemd, busybox, sysvinit, OpenRC, the BSDs.
    .holds(.userSpace, " running in system mode", unless: "initr"), .begins(.userSpace, "Run /sbin/init as init"),
    .begins(.userSpace, "Run /lib/systemd/systemd as init"), .begins(.userSpace, "init started: BusyBox"),
    .begins(.userSpace, "INIT: version "), .holds(.userSpace, "OpenRC", also: "starting up"),
    .begins(.userSpace, "Welcome to ", unless: "GRUB"), .begins(.userSpace, "Starting file system checks"),
    // Addresses.
    .holds(.network, "DHCPACK "), .holds(.network, "udhcpc: lease of "), .holds(.network, ": leased "),
    .begins(.network, "bound to ", also: "renewal"), .holds(.network, "Network is Online", also: "Reached target"),
    .holds(.network, "network-online.target", also: "Reached target"),
    .begins(.network, "Finished ", also: "Raise network interfaces"),
    // SSH servers.
    .begins(.sshd, "Starting ", also: "sshd"), .begins(.sshd, "Starting ", also: "Secure Shell server"),
    .begins(.sshd, "Starting ", also: "OpenSSH"), .begins(.sshd, "Starting ", also: "dropbear"),
    .begins(.sshd, "Started ", also: "ecure Shell server"), .begins(.sshd, "Started ", also: "OpenSSH"),
    .begins(.sshd, "Started ", also: "sshd"), .holds(.sshd, "sshd[", also: "Server listening on"),
  ]
}
