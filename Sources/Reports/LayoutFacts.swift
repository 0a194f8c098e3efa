import Model

/// A name and a value of a boot's hardware, for people and for JUnit properties.
struct Fact: Hashable {
  var name: String
  var value: String
}

extension Boot {
  /// What distinguishes this boot, without the secrets of its instance.
  var facts: [Fact] {
    var facts = [
      Fact(name: "hypervisor", value: hypervisor),
      Fact(name: "machine", value: layout.machine.rawValue),
      Fact(name: "cpus", value: "\(layout.cpus)"),
      Fact(name: "memory", value: "\(layout.memory)"),
      Fact(name: "disk.boot", value: layout.bootDisk.text),
    ]
    if let extra = layout.extraDisk {
      facts.append(
        Fact(name: "disk.extra", value: "\(extra.size), slot \(extra.slot), \(extra.place.rawValue) the boot disk"))
    }
    for (index, nic) in instance.nics.enumerated() {
      let slot = index < layout.nicSlots.count ? ", slot \(layout.nicSlots[index])" : ""
      let mtu = nic.mtu.map { ", mtu \($0)" } ?? ""
      facts.append(
        Fact(
          name: "nic.\(nic.interface)",
          value: "\(nic.mac)\(slot), \(nic.address)/\(nic.prefix)\(nic.primary ? ", primary" : "")\(mtu)"))
    }
    facts += [Fact(name: "hostname", value: instance.hostname), Fact(name: "uuid", value: instance.uuid)]
    return facts
  }

  /// The layout in one line: `q35, 1 cpu, 512.0 MiB, virtio-scsi in slot 5, 2 NICs`.
  var summary: String {
    [
      layout.machine.rawValue, counted(layout.cpus, "cpu"), "\(layout.memory)",
      "\(layout.bootDisk.bus.rawValue) in slot \(layout.bootDisk.slot)",
      layout.extraDisk.map { "extra disk \($0.place.rawValue)" }, counted(layout.nicSlots.count, "NIC"),
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

extension Layout.Disk {
  fileprivate var text: String {
    "\(bus.rawValue), slot \(slot)" + (serial.isEmpty ? ", no serial" : ", serial \(serial)")
  }
}
