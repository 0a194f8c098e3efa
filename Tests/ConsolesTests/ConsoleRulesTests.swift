import Model
import Testing

@testable import Consoles

@Suite struct ConsoleRulesTests {
  /// Categories that `text` raises, fed in steps of `step` bytes.
  private func categories(_ text: String, step: Int = .max) -> [String] {
    var scanner = RuleScanner(.standard)
    var window = TextWindow(limit: 64 << 10)
    var found: [String] = []
    let bytes = Array(text.utf8)
    var at = 0
    while at < bytes.count {
      let end = min(bytes.count, at + min(step, bytes.count))
      window.append(Array(bytes[at..<end]))
      at = end
      found += scanner.scan(window, quiet: false).map { scanner.rules[$0.rule].category }
    }
    found += scanner.scan(window, quiet: true).map { scanner.rules[$0.rule].category }
    return found
  }

  /// A real line for each rule, and a near miss.
  static let lines: [(rule: String, line: String, miss: String)] = [
    ("No bootable device", "No bootable device.", "sd: No bootable devices wanted: No bootable device"),
    ("Missing operating system", "Missing operating system", "echo Missing operating system"),
    ("Operating system not found", "Operating system not found", "W: Operating system not found in list"),
    ("grub rescue>", "grub rescue> ", "# type this at the grub rescue> prompt"),
    ("Entering rescue mode...", "Entering rescue mode...", "systemd: Entering rescue mode... not"),
    ("grub>", "grub> ", "  Press c for a grub> prompt"),
    (
      "Kernel panic - not syncing",
      "[    1.502137] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)",
      "[    0.000000] Kernel command line: panic=30 note=Kernel panic - not syncing"
    ),
    ("mountroot>", "mountroot> ", "see mountroot> in loader(8)"),
    (
      "panic[cpu",
      "panic[cpu0]/thread=fffffffffbc38b60: vfs_mountroot: cannot mount root", "note: panic[cpu is how it begins"
    ),
    (
      "Gave up waiting for root file system device",
      "Gave up waiting for root file system device.  Common problems:",
      "why: Gave up waiting for root file system device"
    ),
    (
      "Dropping to a shell",
      "ALERT!  UUID=58ddea21-b0a8-4178-a168-6a1b56faf05d does not exist.  Dropping to a shell!",
      "dropping to a shell prompt"
    ),
    ("(initramfs)", "(initramfs) ", "[    0.512] Unpacking initramfs... (initramfs) is 8 MB"),
    ("dracut:/#", "dracut:/# ", "the prompt dracut:/# means"),
    (
      "Entering emergency mode. Exit the shell to continue",
      "Entering emergency mode. Exit the shell to continue.", "Entering emergency mode is not what we do"
    ),
    (
      "You are in emergency mode",
      "You are in emergency mode. After logging in, type \"journalctl -xb\" to view", "if You are in emergency mode"
    ),
    ("Press Enter for maintenance", "Press Enter for maintenance", "(Press Enter for maintenance is not asked)"),
    (
      "Give root password for maintenance", "Give root password for maintenance",
      "sulogin says: Give root password for maintenance"
    ),
    (
      "Cannot open access to console, the root account is locked",
      "Cannot open access to console, the root account is locked.",
      "Note: Cannot open access to console, the root account is locked"
    ),
    (
      "Freezing execution", "[!!!!!!] Failed to mount API filesystems. Freezing execution.",
      "systemd: Unfreezing, was: Freezing execution"
    ),
    (
      "error: no such device", "error: no such device: 58ddea21-b0a8-4178-a168-6a1b56faf05d.",
      "mount: error: no such device"
    ),
    ("error: unknown filesystem", "error: unknown filesystem.", "blkid: error: unknown filesystem"),
    ("Boot failed:", "Boot failed: not a bootable disk", "systemd-boot: Boot failed: 0 times"),
    ("Oops: ", "[    3.141592] Oops: 0002 [#1] PREEMPT SMP PTI", "webapp: Oops: something went wrong"),
    (
      "general protection fault",
      "[    3.1] general protection fault, probably for non-canonical address 0x6b: 0000 [#1]",
      "[   10.2] traps: foo[512] general protection fault ip:7f00"
    ),
    (
      "BUG: ", "[    3.1] BUG: kernel NULL pointer dereference, address: 0000000000000008",
      "[    3.1] DEBUG: all is well"
    ),
    ("kernel BUG at ", "[    3.1] kernel BUG at fs/ext4/inode.c:2731!", "fixed: kernel BUG at mm/slub.c"),
    (
      "soft lockup - CPU#", "[   52.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [swapper/0:1]",
      "[    0.1] Enabling soft lockup detector"
    ),
    (
      "self-detected stall on CPU", "[   60.0] rcu: INFO: rcu_preempt self-detected stall on CPU",
      "[    0.0] rcu: RCU CPU stall warnings are enabled"
    ),
    (
      "INFO: task ", "[  242.5] INFO: task jbd2/vda1-8:123 blocked for more than 120 seconds.",
      "app: INFO: task done"
    ),
    (
      "I/O error, dev ", "[    5.0] blk_update_request: I/O error, dev vda, sector 2048 op 0x0:(READ)",
      "[    5.0] blk_update_request: I/O error, dev fd0, sector 0"
    ),
    (
      "Buffer I/O error on dev", "[    5.0] Buffer I/O error on dev vda1, logical block 0, async page read",
      "[    5.0] Buffer I/O error on dev fd0, logical block 0"
    ),
    (
      "EXT4-fs error", "[    5.0] EXT4-fs error (device vda1): ext4_lookup:1855: inode #2: comm init: bad entry",
      "[    5.0] EXT4-fs (vda1): re-mounted. Quota mode: none. errors=remount-ro"
    ),
    (
      "UNEXPECTED INCONSISTENCY", "/dev/vda1: UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.",
      "/dev/vda1: unexpected inconsistency was not found"
    ),
    (
      "Out of memory: ", "[   99.0] Out of memory: Killed process 512 (python3) total-vm:512kB",
      "java: Out of memory: heap"
    ),
    ("[FAILED] ", "[FAILED] Failed to start ssh.service - OpenBSD Secure Shell server.", "tests: [FAILED] 0"),
    ("[DEPEND] ", "[DEPEND] Dependency failed for data.mount - /data.", "x [DEPEND] y"),
    ("[ TIME ] ", "[ TIME ] Timed out waiting for device dev-vdb1.device.", "the [ TIME ] is now"),
  ]

  @Test func everyRuleHasItsLines() {
    #expect(ConsoleRules.standard.rules.map(\.text).sorted() == Self.lines.map(\.rule).sorted())
  }

  @Test(arguments: lines.indices)
  func matchesTheRealLineAndNotTheNearMiss(_ index: Int) throws {
    let (text, line, miss) = Self.lines[index]
    let rule = try #require(ConsoleRules.standard.rules.first { $0.text == text })
    for step in [Int.max, 1, 3] {
      #expect(categories("before\n\(line)\nbehind\n", step: step).contains(rule.category))
      #expect(!categories("before\n\(miss)\nbehind\n", step: step).contains(rule.category))
    }
    // The last line, not finished.
    #expect(categories("before\n\(line)", step: 1).filter { $0 == rule.category }.count == 1)
  }

  @Test func aGoodBootRaisesNothing() {
    let boot = """
      GRUB loading...
      Welcome to GRUB!
        Booting `Debian GNU/Linux'
      Loading Linux 6.1.0-56-amd64 ...
      Loading initial ramdisk ...
      [    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)
      [    0.000000] Command line: root=UUID=58dd ro console=ttyS0 panic=10
      [    1.100000] Trying to unpack rootfs image as initramfs...
      [    2.500000] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.
      [  OK  ] Reached target emergency-net.target - nothing of the kind.
      [  OK  ] Started serial-getty@ttyS0.service - Serial Getty on ttyS0.

      Debian GNU/Linux 12 host ttyS0

      host login: 
      """
    #expect(categories(boot, step: 7) == [])
  }

  @Test func aPromptNeedsNoLineEndAndCountsOnce() {
    var scanner = RuleScanner(.standard)
    var window = TextWindow(limit: 64 << 10)
    window.append(Array("error: no such partition.\ngrub rescue> ".utf8))
    #expect(scanner.scan(window, quiet: false).count == 1)
    window.append(Array("ls".utf8))
    #expect(scanner.scan(window, quiet: true).isEmpty)
    window.append(Array("\n".utf8))
    #expect(scanner.scan(window, quiet: true).isEmpty)
    window.append(Array("grub rescue> \ngrub rescue> ".utf8))
    #expect(scanner.scan(window, quiet: false).count == 2)
  }
}
