/// For each rule of checks/console.yaml lines as programs print them, and near misses that it must not match.
///
/// Lines are real ones, or made after the format in the program's source. Several lines are one text, in order.
enum ConsoleSamples {
  struct Sample {
    var rule: String
    var line: String
    var miss: String
    init(_ rule: String, _ line: String, miss: String) { (self.rule, self.line, self.miss) = (rule, line, miss) }
  }

  static let all = loaders + kernel + disks + initramfs + systems

  private static let loaders = [
    Sample("no-bootable-device", "No bootable device.", miss: "sd: No bootable device wanted"),
    Sample("no-operating-system", "Missing operating system", miss: "echo Missing operating system"),
    Sample("boot-failed", "Boot failed: not a bootable disk", miss: "systemd-boot: Boot failed: 0 times"),
    Sample("grub-rescue-prompt", "grub rescue> ", miss: "# type this at the grub rescue> prompt"),
    Sample("grub-rescue-mode", "Entering rescue mode...", miss: "systemd: Entering rescue mode... not"),
    Sample("grub-prompt", "grub> ", miss: "  Press c for a grub> prompt"),
    Sample(
      "grub-no-kernel", "error: you need to load the kernel first.",
      miss: "note: error: you need to load the kernel first"),
    Sample(
      "grub-gave-up", "  Failed to boot both default and fallback entries.",
      miss: "default and fallback entries are both there"),
    Sample(
      "grub-error", "error: no such device: 58ddea21-b0a8-4178-a168-6a1b56faf05d.",
      miss: "error: no suitable video mode found."),
    Sample("freebsd-no-kernel", "can't load 'kernel'", miss: "kldload: can't load 'kernel': No such file"),
  ]

  private static let kernel = [
    Sample(
      "root-not-mountable",
      "[    1.502137] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
      miss: "[    1.502137] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100"),
    Sample(
      "kernel-panic", "[    1.502137] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
      miss: "[    0.000000] Kernel command line: panic=30 note=Kernel panic - not syncing"),
    Sample("kernel-oops", "[    3.141592] Oops: 0002 [#1] PREEMPT SMP PTI", miss: "webapp: Oops: something went wrong"),
    Sample(
      "protection-fault",
      "[    3.1] general protection fault, probably for non-canonical address 0x6b: 0000 [#1]",
      miss: "[   10.2] traps: foo[512] general protection fault ip:7f00"),
    Sample(
      "kernel-bug-at", "[    3.1] kernel BUG at fs/ext4/inode.c:2731!", miss: "fixed: kernel BUG at mm/slub.c"),
    Sample(
      "kernel-bug", "[    3.1] BUG: Bad page state in process systemd  pfn:1f2e3", miss: "[    3.1] DEBUG: all is well"),
    Sample(
      "kernel-warning", "[    3.1] WARNING: CPU: 0 PID: 1 at kernel/smp.c:433 smp_call_function_many_cond+0x3a2/0x3f0",
      miss: "[    3.1] WARNING: CPU frequency is unknown"),
    Sample(
      "soft-lockup", "[   52.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [swapper/0:1]",
      miss: "[    0.1] Enabling soft lockup detector"),
    Sample(
      "hard-lockup", "[   26.161099] watchdog: Watchdog detected hard LOCKUP on cpu 6",
      miss: "[    0.1] NMI watchdog: Enabled. Permanently consumes one hw-PMU counter."),
    Sample(
      "workqueue-lockup", "[   60.1] BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 31s!",
      miss: "[    0.1] workqueue: lockup detection is on"),
    Sample(
      "rcu-stall", "[   60.0] rcu: INFO: rcu_preempt self-detected stall on CPU",
      miss: "[    0.0] rcu: RCU CPU stall warnings are enabled"),
    Sample(
      "hung-task", "[  242.5] INFO: task jbd2/vda1-8:123 blocked for more than 120 seconds.",
      miss: "app: INFO: task done"),
    Sample(
      "out-of-memory", "[   99.0] Out of memory: Killed process 512 (python3) total-vm:512kB",
      miss: "java: Out of memory: heap"),
    Sample(
      "second-boot-linux",
      """
      [    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 12.2.0) #1 SMP
      host login: 
      [    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 12.2.0) #1 SMP
      """,
      miss: """
        [    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 12.2.0) #1 SMP
        [imgverify: the guest is told to restart]
        [    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12 12.2.0) #1 SMP
        host login: root on Linux version 6.1
        """),
    Sample(
      "second-boot-firmware", "SeaBIOS (version 1.16.2-1)\nBooting from Hard Disk...\nSeaBIOS (version 1.16.2-1)",
      miss: "SeaBIOS (version 1.16.2-1)\ndmidecode: SeaBIOS (version 1.16.2-1)"),
    Sample(
      "second-boot-freebsd", "---<<BOOT>>---\nlogin: \n---<<BOOT>>---",
      miss: "---<<BOOT>>---\ndmesg begins with ---<<BOOT>>---"),
    Sample(
      "second-boot-illumos",
      "SunOS Release 5.11 Version joyent_20240101T000000Z 64-bit\nSunOS Release 5.11 Version joyent_20240101T000000Z 64-bit",
      miss: "SunOS Release 5.11 Version joyent_20240101T000000Z 64-bit\nuname: SunOS Release 5.11"),
  ]

  private static let disks = [
    Sample(
      "io-error", "[    5.0] I/O error, dev vda, sector 2048 op 0x0:(READ) flags 0x80700 phys_seg 1 prio class 2",
      miss: "[    5.0] I/O error, device vda"),
    Sample(
      "filesystem-error-ext", "[    5.0] EXT4-fs error (device vda1): ext4_lookup:1855: inode #2: comm init: bad entry",
      miss: "[    5.0] EXT4-fs (vda1): re-mounted. Quota mode: none. errors=remount-ro"),
    Sample(
      "filesystem-error-xfs",
      "[    9.811021] XFS (vda4): Metadata corruption detected at xfs_buf_ioend+0x162/0x570 [xfs], xfs_inode block 0x2f88e0",
      miss: "[    9.8] XFS (vda4): Ending clean mount"),
    Sample(
      "filesystem-error-btrfs", "[    9.1] BTRFS error (device vda2): bad tree block start, want 30408704 have 0",
      miss: "[    9.1] BTRFS info (device vda2): disk space caching is enabled"),
    Sample(
      "fsck-inconsistency", "/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.",
      miss: "/dev/vda1: unexpected inconsistency was not found"),
    Sample(
      "read-only-remount", "[    5.1] EXT4-fs (vda1): Remounting filesystem read-only",
      miss: "[    5.1] EXT4-fs (vda1): re-mounted. Quota mode: none."),
    Sample("out-of-space", "cp: error writing '/x': No space left on device", miss: "plenty of space left on device"),
  ]

  private static let initramfs = [
    Sample(
      "root-gave-up", "Gave up waiting for root file system device.  Common problems:",
      miss: "why: Gave up waiting for root file system device"),
    Sample(
      "root-dropping-to-shell",
      "ALERT!  UUID=58ddea21-b0a8-4178-a168-6a1b56faf05d does not exist.  Dropping to a shell!",
      miss: "dropping to a shell prompt"),
    Sample("initramfs-shell", "(initramfs) ", miss: "[    0.512] Unpacking initramfs... (initramfs) is 8 MB"),
    Sample(
      "initramfs-no-init", "No init found. Try passing init= bootarg.", miss: "run-init: No init found, said nobody"),
    Sample("dracut-prompt", "dracut:/# ", miss: "the prompt dracut:/# means"),
    Sample(
      "dracut-emergency", "Entering emergency mode. Exit the shell to continue.",
      miss: "Entering emergency mode is not what we do"),
  ]

  private static let systems = [
    Sample(
      "emergency-mode", "You are in emergency mode. After logging in, type \"journalctl -xb\" to view",
      miss: "if You are in emergency mode"),
    Sample(
      "rescue-mode", "You are in rescue mode. After logging in, type \"journalctl -xb\" to view",
      miss: "If You are in rescue mode"),
    Sample("maintenance-prompt", "Press Enter for maintenance", miss: "(Press Enter for maintenance is not asked)"),
    Sample(
      "maintenance-locked", "Cannot open access to console, the root account is locked.",
      miss: "Note: Cannot open access to console, the root account is locked"),
    Sample(
      "init-frozen", "[!!!!!!] Failed to mount API filesystems. Freezing execution.",
      miss: "systemd: Unfreezing, was: Freezing execution"),
    Sample(
      "unit-failed", "[FAILED] Failed to start ssh.service - OpenBSD Secure Shell server.", miss: "tests: [FAILED] 0"),
    Sample("unit-not-started", "[DEPEND] Dependency failed for data.mount - /data.", miss: "x [DEPEND] y"),
    Sample(
      "unit-timed-out", "[ TIME ] Timed out waiting for device dev-vdb1.device.", miss: "the [ TIME ] is now"),
    Sample("freebsd-mountroot", "mountroot> ", miss: "see mountroot> in loader(8)"),
    Sample(
      "freebsd-panic", "Automatic reboot in 15 seconds - press a key on the console to abort",
      miss: "note: Automatic reboot in 15 seconds"),
    Sample("panic-line", "panic: vm_fault: fault on nofault entry, addr: deadc000", miss: "kern.panic: 0"),
    Sample(
      "freebsd-single-user", "Enter full pathname of shell or RETURN for /bin/sh: ",
      miss: "answer Enter full pathname of shell or RETURN for /bin/sh"),
    Sample(
      "illumos-panic", "panic[cpu0]/thread=fffffe0059446c20: BAD TRAP: type=e (#pf Page fault)",
      miss: "note: panic[cpu is how it begins"),
    Sample(
      "illumos-root", "panic[cpu0]/thread=fffffffffbc38b60: vfs_mountroot: cannot mount root",
      miss: "panic[cpu0]/thread=fffffe0059446c20: BAD TRAP: type=e (#pf Page fault)"),
    Sample(
      "illumos-maintenance", "Requesting System Maintenance Mode", miss: "svc: Requesting System Maintenance Mode"),
  ]

  /// Lines that an `ignore` rule takes, and near misses that still raise something.
  static let ignored = [
    Sample(
      "floppy", "[    5.0] blk_update_request: I/O error, dev fd0, sector 0 op 0x0:(READ) flags 0x0",
      miss: "[    5.0] blk_update_request: I/O error, dev vda, sector 0 op 0x0:(READ) flags 0x0")
  ]
}
