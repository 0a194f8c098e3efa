import Model

/// What a person is told before the console is attached: the machine, how to get in, how to leave.
///
/// - Parameter accelerator: `kvm` or `tcg`.
func introduction(of boot: Boot, _ accelerator: String, _ sshCommand: String) -> String {
  let layout = boot.layout
  let disk = layout.bootDisk
  let fault = boot.metadataFault.map { "The metadata service misbehaves (\($0)): \($0.meaning).\n" } ?? ""
  var hardware = [
    layout.machine.rawValue, "\(layout.cpus) CPU\(layout.cpus == 1 ? "" : "s") (\(accelerator))",
    "\(layout.memory)",
    "\(disk.model.rawValue) in \(disk.place)\(disk.serial.isEmpty ? "" : " with the serial number \(disk.serial)")",
  ]
  if let extra = layout.extraDisk {
    hardware.append("\(extra.content.rawValue) disk \(extra.order.rawValue) it in \(extra.place)")
  }
  for (nic, promised) in zip(layout.nics, boot.instance.nics) {
    hardware.append(
      "\(promised.interface) \(nic.model.rawValue) in \(nic.place), \(promised.ips.joined(separator: " "))")
  }
  return """
    \(boot.id): \(hardware.joined(separator: "; "))
    \(fault)root's password: \(boot.instance.rootPassword)
    \(sshCommand)
    Ctrl-] leaves and ends the machine.

    """
}

/// Logs in as root over the forwarded port; nothing of it is remembered, and no other key is tried.
func sshCommand(port: UInt16, keyFile: String) -> String {
  "ssh -i \(shellQuoted(keyFile)) -p \(port) -o IdentitiesOnly=yes -o StrictHostKeyChecking=no "
    + "-o UserKnownHostsFile=/dev/null root@127.0.0.1"
}

/// The text as one word of a shell's command line.
func shellQuoted(_ text: String) -> String {
  let plain = text.utf8.allSatisfy { byte in
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || "/._-+".utf8.contains(byte)
  }
  return plain && !text.isEmpty
    ? text
    : "'"
      + text.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: #"'\''"#) + "'"
}
