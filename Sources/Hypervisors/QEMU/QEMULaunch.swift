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
  case .kvm: a += ["-accel", "kvm", "-cpu", layout.cpuModel ?? "host"]
  // The code cache would take up to 1 GiB; one translating thread is as fast for one vCPU, and steadier.
  case .tcg: a += ["-accel", "tcg,tb-size=256,thread=single", "-cpu", layout.cpuModel ?? "qemu64"]
  }
  a += ["-machine", layout.machine.rawValue, "-smp", String(layout.cpus), "-m", "\(layout.memory.mebibytes)M"]
  a += ["-uuid", boot.instance.uuid]
  a += [
    "-smbios",
    "type=1,manufacturer=Joyent,product=SmartDC HVM,version=7.\(escaped(layout.platform)),"
      + "serial=\(boot.instance.uuid),uuid=\(boot.instance.uuid),sku=001,family=Virtual Machine",
  ]
  a += ["-rtc", "base=\(layout.clock ?? "utc")"]
  // Halted until `cont`: every socket is connected before the first instruction runs.
  a += ["-S"]
  // We listen and QEMU connects: no waiting for paths to appear, no byte lost.
  a += socket("monitor", files.monitor) + ["-mon", "chardev=monitor,mode=control"]
  a += socket("com1", files.console) + ["-serial", "chardev:com1"]
  if boot.metadataFault != .absent { a += socket("com2", files.metadata) + ["-serial", "chardev:com2"] }
  // SeaBIOS writes its own log here and leaves COM1 alone.
  a += socket("firmware", files.firmware) + ["-device", "isa-debugcon,iobase=0x402,chardev=firmware"]
  a += ["-device", "pvpanic"]
  // A panicked machine is kept for a look at it; a reset is not ended.
  a += ["-action", "panic=pause"]
  a += fixtures(layout)
  var slots = Slots(express: layout.machine.isExpress)
  let devices = disks(layout, files, &slots) + networks(boot, files, &slots)
  a += slots.bridges + devices
  return Launch(arguments: a, sockets: files)
}

/// Devices in places of their own, which no layout gives away: 2 the display, 24 USB, 28 the bridge, 29 the balloon,
/// 30 the random number generator.
private func fixtures(_ layout: Layout) -> [String] {
  var a: [String] = []
  switch layout.display {
  // Without a display device there is nothing to take a picture of.
  case .std: a += ["-device", "VGA,id=vga,addr=2"]
  case .cirrus: a += ["-device", "cirrus-vga,id=vga,addr=2"]
  case .none: break
  }
  if layout.hasRandom {
    a += ["-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,addr=1e"]
  }
  if layout.hasBalloon { a += ["-device", "virtio-balloon-pci,addr=1d"] }
  switch layout.usb {
  case .uhci: a += ["-device", "piix3-usb-uhci,id=usb,addr=18", "-device", "usb-tablet,bus=usb.0"]
  case .xhci: a += ["-device", "qemu-xhci,id=usb,addr=18", "-device", "usb-tablet,bus=usb.0"]
  case .none: break
  }
  return a
}

/// Gives out places on the buses, and makes the bridges that they need.
private struct Slots {
  let express: Bool
  /// Arguments for bridges and ports, and for the devices that nobody needs; they come before what sits on them.
  private(set) var bridges: [String] = []
  private var made: Set<String> = []

  init(express: Bool) { self.express = express }

  /// `,bus=…,addr=…` for a device at `place`. Function 0 of a slot is given out last or left to a stand-in.
  mutating func take(_ place: Layout.Place, sharesFunctions: Bool = false) -> String {
    var bus = ""
    var slot = place.slot
    switch (place.bus, express) {
    case (.root, _): break
    case (.bridge, false):
      // Without hot plug: its controller would be one more device that differs from real machines.
      make("bridge", ["-device", "pci-bridge,id=bridge,chassis_nr=1,shpc=off,addr=1c"])
      bus = ",bus=bridge"
    case (.bridge, true):
      let port = "port\(place.slot)"
      make(port, ["-device", "pcie-root-port,id=\(port),chassis=\(place.slot),addr=\(hex(place.slot))"])
      (bus, slot) = (",bus=\(port)", 0)
    }
    if place.function > 0, !sharesFunctions {
      // A PCI slot is looked into only if it has a function 0.
      make("stand-in\(place.slot)", ["-device", "virtio-serial-pci\(bus),addr=\(hex(slot)),multifunction=on"])
    }
    let function = place.function > 0 ? ".\(place.function)" : ""
    return "\(bus),addr=\(hex(slot))\(function)" + (sharesFunctions ? ",multifunction=on" : "")
  }

  private mutating func make(_ name: String, _ arguments: [String]) {
    if made.insert(name).inserted { bridges += arguments }
  }
}

private func socket(_ id: String, _ path: String) -> [String] {
  ["-chardev", "socket,id=\(id),path=\(escaped(path))"]
}

/// A comma in a value of QEMU's option syntax is written twice.
private func escaped(_ value: String) -> String {
  value.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
}

private func hex(_ slot: Int) -> String { String(slot, radix: 16) }

private func disks(_ layout: Layout, _ files: LaunchFiles, _ slots: inout Slots) -> [String] {
  // The overlay is thrown away after the boot, so nobody needs its writes to reach the platter.
  func drive(_ id: String, _ path: String) -> [String] {
    ["-drive", "file=\(escaped(path)),format=qcow2,if=none,id=\(id),cache=unsafe,discard=unmap"]
  }
  func serial(_ text: String) -> String { text.isEmpty ? "" : ",serial=\(escaped(text))" }
  var a = drive("disk0", files.disk) + bootDisk(layout.bootDisk, serial(layout.bootDisk.serial), layout, &slots)
  if let extra = layout.extraDisk {
    a += drive("disk1", files.extraDisk)
    a += ["-device", "virtio-blk-pci,id=extradisk,drive=disk1\(slots.take(extra.place))\(serial(extra.serial))"]
  }
  return a
}

private func bootDisk(_ disk: Layout.Disk, _ serial: String, _ layout: Layout, _ slots: inout Slots) -> [String] {
  // Without a boot index SeaBIOS tries an empty disk in a lower slot, and stops there.
  let common = "id=bootdisk,drive=disk0,bootindex=0\(serial)"
  let scsi = disk.names.map { ",vendor=\(escaped($0.vendor)),product=\(escaped($0.product))" } ?? ""
  let ata = disk.names.map { ",model=\(escaped("\($0.vendor) \($0.product)"))" } ?? ""
  switch disk.model {
  case .virtioBlk, .virtioBlkLegacy, .virtioBlkModern:
    let interface = interfaces(legacy: disk.model != .virtioBlkModern, modern: disk.model != .virtioBlkLegacy)
    // Machine types before 2.5 pass SCSI commands through, which the new interface forbids.
    let scsi = layout.machine == .oldPC && disk.model != .virtioBlkLegacy ? ",scsi=off" : ""
    return ["-device", "virtio-blk-pci,\(common)\(slots.take(disk.place)),\(interface)\(scsi)"]
  case .virtioSCSI:
    return [
      "-device", "virtio-scsi-pci,id=scsi0\(slots.take(disk.place))", "-device",
      "scsi-hd,bus=scsi0.0,\(common)\(scsi)",
    ]
  case .ahci:
    return [
      "-device", "ich9-ahci,id=ahci0\(slots.take(disk.place))", "-device", "ide-hd,bus=ahci0.0,\(common)\(ata)",
    ]
  // The chipset's own: the built-in IDE of i440fx, the built-in AHCI of q35, which takes the same disk.
  case .ide: return ["-device", "ide-hd,bus=ide.0,\(common)\(ata)"]
  case .nvme:
    // NVMe has to have a serial number.
    return [
      "-device", "nvme,\(common)\(serial.isEmpty ? ",serial=NVME0" : "")\(slots.take(disk.place))",
    ]
  }
}

/// Which of virtio's two interfaces a device offers; said in full, since old machine types have other defaults.
private func interfaces(legacy: Bool, modern: Bool) -> String {
  "disable-legacy=\(legacy ? "off" : "on"),disable-modern=\(modern ? "off" : "on")"
}

private func networks(_ boot: Boot, _ files: LaunchFiles, _ slots: inout Slots) -> [String] {
  let places = boot.layout.nics.map(\.place)
  let shared = Set(places.map(\.slot)).count < places.count
  return zip(boot.instance.nics, boot.layout.nics).enumerated().flatMap { index, pair in
    network(pair.0, index: index, model: pair.1.model, place: slots.take(pair.1.place, sharesFunctions: shared))
      + capture(index, files)
  }
}

/// With IPv6, QEMU's network sends router advertisements for the prefix: only where the metadata says so.
private func ipv6(_ nic: Instance.NIC) -> String {
  guard nic.addressing == .addrconf, let prefix = nic.network6?.prefix else { return "ipv6=off" }
  return "ipv4=on,ipv6=on,ipv6-prefix=\(prefix),ipv6-prefixlen=64,ipv6-host=\(prefix)2,ipv6-dns=\(prefix)3"
}

/// Every frame of the NIC's wire, both ways, into a pipe that we drain: a file of QEMU's own would grow without limit.
private func capture(_ index: Int, _ files: LaunchFiles) -> [String] {
  // All of a frame of the usual size; of longer ones the length is kept.
  [
    "-object",
    "filter-dump,id=dump\(index),netdev=net\(index),file=\(escaped(files.packets(index))),maxlen=\(LaunchFiles.frameLimit)",
  ]
}

/// User-mode network: no rights needed, nothing outside reached (`restrict`), and what DHCP gives out is never the
/// promised address. Port 22 of the promised address of the primary NIC is forwarded from a free port on loopback,
/// which the monitor tells.
private func network(_ nic: Instance.NIC, index: Int, model: Layout.NICModel, place: String) -> [String] {
  var netdev = "user,id=net\(index),\(ipv6(nic)),restrict=on,net=\(nic.network)/\(nic.prefix),host=\(nic.gateway)"
  netdev += ",dns=\(nic.resolver),dhcpstart=\(nic.dhcpStart)"
  if nic.primary { netdev += ",hostfwd=tcp:127.0.0.1:0-\(nic.address):22" }
  // No option ROM: the machine boots from its disk.
  let common = "id=nic\(index),netdev=net\(index),mac=\(nic.mac)\(place),romfile="
  let mtu = nic.mtu.map { ",host_mtu=\($0)" } ?? ""
  let device =
    switch model {
    case .e1000: "e1000,\(common)"
    case .virtio: "virtio-net-pci,\(common)\(mtu),\(interfaces(legacy: true, modern: true))"
    case .virtioLegacy: "virtio-net-pci,\(common)\(mtu),\(interfaces(legacy: true, modern: false))"
    case .virtioModern: "virtio-net-pci,\(common)\(mtu),\(interfaces(legacy: false, modern: true))"
    }
  return ["-netdev", netdev, "-device", device]
}
