extension ConsoleRules {
  /// The rules that every boot is judged by.
  package static let standard = ConsoleRules(fatal + suspicious)

  private static let fatal: [ConsoleRule] = [
    // Firmware and boot loaders.
    ConsoleRule(
      .fatal, "no-bootable-device", .lineStart, "No bootable device",
      meaning: "The firmware found nothing to boot from."),
    ConsoleRule(
      .fatal, "no-bootable-device", .lineStart, "Missing operating system",
      meaning: "The boot code in the first sector found no bootable partition."),
    ConsoleRule(
      .fatal, "no-bootable-device", .lineStart, "Operating system not found",
      meaning: "The boot code in the first sector found no bootable partition."),
    ConsoleRule(
      .fatal, "grub-rescue", .lineStart, "grub rescue>", isPrompt: true, reasons: ["error: "],
      meaning: "GRUB cannot find its own files."),
    ConsoleRule(
      .fatal, "grub-rescue", .lineStart, "Entering rescue mode...", reasons: ["error: "],
      meaning: "GRUB cannot find its own files."),
    ConsoleRule(
      .fatal, "grub-prompt", .lineStart, "grub>", isPrompt: true, reasons: ["error: "],
      meaning: "GRUB found no configuration and waits for commands."),
    // Kernels.
    ConsoleRule(
      .fatal, "kernel-panic", .messageStart, "Kernel panic - not syncing",
      meaning: "The Linux kernel stopped for good."),
    ConsoleRule(
      .fatal, "root-not-found", .lineStart, "mountroot>", isPrompt: true, reasons: ["Mounting from"],
      meaning: "The FreeBSD kernel cannot mount its root file system."),
    ConsoleRule(
      .fatal, "kernel-panic", .lineStart, "panic[cpu",
      meaning: "The illumos kernel stopped for good."),
    // Initial RAM disks.
    ConsoleRule(
      .fatal, "root-not-found", .lineStart, "Gave up waiting for root file system device",
      meaning: "The root file system's device never appeared."),
    ConsoleRule(
      .fatal, "root-not-found", .anywhere, "Dropping to a shell",
      meaning: "The initial RAM disk cannot find or mount the root file system."),
    ConsoleRule(
      .fatal, "initramfs-shell", .lineStart, "(initramfs)", isPrompt: true, reasons: ["ALERT!", "Dropping to a shell"],
      meaning: "The boot stopped at the initial RAM disk's shell."),
    ConsoleRule(
      .fatal, "dracut-shell", .lineStart, "dracut:/#", isPrompt: true, reasons: ["does not exist", "Could not boot"],
      meaning: "The boot stopped at dracut's shell."),
    ConsoleRule(
      .fatal, "dracut-shell", .anywhere, "Entering emergency mode. Exit the shell to continue",
      reasons: ["does not exist", "Could not boot"],
      meaning: "The boot stopped at dracut's shell."),
    // Init.
    ConsoleRule(
      .fatal, "emergency-mode", .lineStart, "You are in emergency mode", reasons: ["[DEPEND]", "Dependency failed"],
      meaning: "systemd gave the boot up and started the emergency shell."),
    ConsoleRule(
      .fatal, "emergency-mode", .lineStart, "Press Enter for maintenance", isPrompt: true,
      reasons: ["[DEPEND]", "Dependency failed"],
      meaning: "systemd gave the boot up and waits for an operator."),
    ConsoleRule(
      .fatal, "emergency-mode", .lineStart, "Give root password for maintenance", isPrompt: true,
      reasons: ["[DEPEND]", "Dependency failed", "UNEXPECTED INCONSISTENCY"],
      meaning: "The boot stopped and waits for an operator."),
    ConsoleRule(
      .fatal, "emergency-mode", .lineStart, "Cannot open access to console, the root account is locked",
      reasons: ["[DEPEND]", "Dependency failed"],
      meaning: "The boot stopped in emergency mode, and nobody can log in to repair it."),
    ConsoleRule(
      .fatal, "init-froze", .anywhere, "Freezing execution",
      unless: ["Unfreezing"],
      meaning: "systemd itself failed and stopped."),
  ]

  private static let suspicious: [ConsoleRule] = [
    ConsoleRule(
      .suspicious, "grub-error", .lineStart, "error: no such device",
      meaning: "GRUB looks for a device or file system that is not there."),
    ConsoleRule(
      .suspicious, "grub-error", .lineStart, "error: unknown filesystem",
      meaning: "GRUB cannot read the file system it boots from."),
    ConsoleRule(
      .suspicious, "boot-failed", .lineStart, "Boot failed:",
      meaning: "The firmware tried a device and could not boot from it."),
    ConsoleRule(
      .suspicious, "kernel-oops", .messageStart, "Oops: ",
      meaning: "The kernel made an illegal access and went on."),
    ConsoleRule(
      .suspicious, "kernel-oops", .messageStart, "general protection fault",
      meaning: "The kernel made an illegal access and went on."),
    ConsoleRule(
      .suspicious, "kernel-bug", .messageStart, "BUG: ",
      meaning: "The kernel found a fault in itself."),
    ConsoleRule(
      .suspicious, "kernel-bug", .messageStart, "kernel BUG at ",
      meaning: "The kernel found a fault in itself."),
    ConsoleRule(
      .suspicious, "soft-lockup", .anywhere, "soft lockup - CPU#",
      meaning: "A processor was stuck in the kernel, or the host did not let it run."),
    ConsoleRule(
      .suspicious, "rcu-stall", .anywhere, "self-detected stall on CPU",
      meaning: "A processor was stuck in the kernel, or the host did not let it run."),
    ConsoleRule(
      .suspicious, "hung-task", .messageStart, "INFO: task ",
      meaning: "A process waited for minutes inside the kernel, mostly for a disk."),
    ConsoleRule(
      .suspicious, "io-error", .anywhere, "I/O error, dev ", unless: ["dev fd0"],
      meaning: "A disk refused a request."),
    ConsoleRule(
      .suspicious, "io-error", .anywhere, "Buffer I/O error on dev", unless: ["dev fd0"],
      meaning: "A disk refused a request."),
    ConsoleRule(
      .suspicious, "filesystem-error", .messageStart, "EXT4-fs error",
      meaning: "A file system is damaged."),
    ConsoleRule(
      .suspicious, "filesystem-error", .anywhere, "UNEXPECTED INCONSISTENCY",
      meaning: "A file system is damaged and was not repaired."),
    ConsoleRule(
      .suspicious, "out-of-memory", .messageStart, "Out of memory: ",
      meaning: "The guest ran out of memory and killed a process."),
    ConsoleRule(
      .suspicious, "unit-failed", .lineStart, "[FAILED] ",
      meaning: "A systemd unit failed."),
    ConsoleRule(
      .suspicious, "unit-failed", .lineStart, "[DEPEND] ",
      meaning: "A systemd unit was not started since one that it needs failed."),
    ConsoleRule(
      .suspicious, "unit-timed-out", .lineStart, "[ TIME ] ",
      meaning: "systemd waited in vain for a device or a unit."),
  ]
}
