package import Model

/// Boot → QEMU command line.
///
/// Pure and golden-tested: equal boots give equal arguments, so that a boot can be repeated from `plan.json` alone.
package func qemuLaunch(_ boot: Boot, files: LaunchFiles, accelerator: Accelerator) -> Launch {
  let layout = boot.layout
  var a = ["qemu-system-x86_64"]
  // Nothing that we did not ask for: no default devices, no configuration of the host's administrator.
  a += ["-nodefaults", "-no-user-config"]
  // A guest that breaks out of QEMU finds no way to start programs or gain rights.
  a += ["-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"]
  a += ["-name", "imgverify-\(boot.id)", "-display", "none"]
  switch accelerator {
  case .kvm: a += ["-accel", "kvm", "-cpu", "host"]
  // The code cache would take up to 1 GiB; one translating thread is as fast for one vCPU, and steadier.
  case .tcg: a += ["-accel", "tcg,tb-size=256,thread=single", "-cpu", "qemu64"]
  }
  a += ["-machine", layout.machine.rawValue, "-smp", String(layout.cpus), "-m", "\(layout.memory.mebibytes)M"]
  a += ["-uuid", boot.instance.uuid]
  a += [
    "-smbios",
    "type=1,manufacturer=Joyent,product=SmartDC HVM,version=7.20260101T000000Z,serial=\(boot.instance.uuid),uuid=\(boot.instance.uuid),sku=001,family=Virtual Machine",
  ]
  a += ["-rtc", "base=utc"]
  // Halted until `cont`: every socket is connected before the first instruction runs.
  a += ["-S"]
  // We listen and QEMU connects: no waiting for paths to appear, no byte lost.
  a += socket("monitor", files.monitor) + ["-mon", "chardev=monitor,mode=control"]
  a += socket("com1", files.console) + ["-serial", "chardev:com1"]
  a += socket("com2", files.metadata) + ["-serial", "chardev:com2"]
  // SeaBIOS writes its own log here and leaves COM1 alone.
  a += socket("firmware", files.firmware) + ["-device", "isa-debugcon,iobase=0x402,chardev=firmware"]
  // Without a display device there is nothing to take a picture of. A fixed slot keeps it out of the layout's way.
  a += ["-device", "VGA,id=vga,addr=2"]
  a += ["-device", "pvpanic"]
  // A panicked machine is kept for a look at it; a reset is not ended.
  a += ["-action", "panic=pause"]
  a += ["-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,addr=1e"]
  a += disks(layout, files)
  for (index, nic) in boot.instance.nics.enumerated() {
    a += network(nic, index: index, slot: layout.nicSlots[index])
  }
  return Launch(arguments: a, sockets: files)
}

private func socket(_ id: String, _ path: String) -> [String] {
  ["-chardev", "socket,id=\(id),path=\(escaped(path))"]
}

/// A comma in a value of QEMU's option syntax is written twice.
private func escaped(_ value: String) -> String {
  value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
}

private func hex(_ slot: Int) -> String { String(slot, radix: 16) }

private func disks(_ layout: Layout, _ files: LaunchFiles) -> [String] {
  // The overlay is thrown away after the boot, so nobody needs its writes to reach the platter.
  func drive(_ id: String, _ path: String) -> [String] {
    ["-drive", "file=\(escaped(path)),format=qcow2,if=none,id=\(id),cache=unsafe,discard=unmap"]
  }
  let boot = layout.bootDisk
  var a = drive("disk0", files.disk)
  let serial = boot.serial.isEmpty ? "" : ",serial=\(escaped(boot.serial))"
  // Without a boot index SeaBIOS tries an empty disk in a lower slot, and stops there.
  switch boot.bus {
  case .virtioBlk:
    a += ["-device", "virtio-blk-pci,id=bootdisk,drive=disk0,addr=\(hex(boot.slot)),bootindex=0\(serial)"]
  case .virtioSCSI:
    a += ["-device", "virtio-scsi-pci,id=scsi0,addr=\(hex(boot.slot))"]
    a += ["-device", "scsi-hd,id=bootdisk,bus=scsi0.0,drive=disk0,bootindex=0\(serial)"]
  }
  if let extra = layout.extraDisk {
    let serial = extra.serial.isEmpty ? "" : ",serial=\(escaped(extra.serial))"
    a += drive("disk1", files.extraDisk)
    a += ["-device", "virtio-blk-pci,id=extradisk,drive=disk1,addr=\(hex(extra.slot))\(serial)"]
  }
  return a
}

/// User-mode network: no rights needed, nothing outside reached (`restrict`), and what DHCP gives out is never the
/// promised address. Port 22 of the promised address of the primary NIC is forwarded from a free port on loopback,
/// which the monitor tells.
private func network(_ nic: Instance.NIC, index: Int, slot: Int) -> [String] {
  var netdev = "user,id=net\(index),ipv6=off,restrict=on,net=\(nic.network)/\(nic.prefix),host=\(nic.gateway)"
  netdev += ",dns=\(nic.resolver),dhcpstart=\(nic.dhcpStart)"
  if nic.primary { netdev += ",hostfwd=tcp:127.0.0.1:0-\(nic.address):22" }
  let mtu = nic.mtu.map { ",host_mtu=\($0)" } ?? ""
  return [
    "-netdev", netdev,
    // No option ROM: the machine boots from its disk.
    "-device", "virtio-net-pci,id=nic\(index),netdev=net\(index),mac=\(nic.mac),addr=\(hex(slot)),romfile=\(mtu)",
  ]
}
