import Model

/// A name and a value of a boot's hardware, for people and for JUnit properties.
struct Fact: Hashable {
  var name: String
  var value: String
}

extension Boot {
  /// What distinguishes this boot, without the secrets of its instance.
  var facts: [Fact] {
    var facts = [Fact(name: "purpose", value: purpose.sentence)]
    if let continues { facts.append(Fact(name: "continues", value: "after a shutdown of \(continues)")) }
    if let copies { facts.append(Fact(name: "copies", value: "a new instance on a copy of the disk of \(copies)")) }
    if let edition { facts.append(Fact(name: "metadata edition", value: edition.text)) }
    if let metadataFault {
      facts.append(Fact(name: "metadata fault", value: "\(metadataFault): \(metadataFault.meaning)"))
    }
    if let covers { facts.append(Fact(name: "covers", value: covers.text)) }
    if let profile = layout.profile { facts.append(Fact(name: "profile", value: profile)) }
    facts += [
      Fact(name: "hypervisor", value: hypervisor),
      Fact(name: "machine", value: layout.machine.rawValue),
      Fact(name: "cpus", value: "\(layout.cpus)"),
      Fact(name: "memory", value: "\(layout.memory)"),
      Fact(name: "disk.boot", value: layout.bootDisk.text),
    ]
    if let extra = layout.extraDisk {
      facts.append(
        Fact(
          name: "disk.extra",
          value: "\(extra.content.rawValue), \(extra.size), \(extra.place), \(extra.order.rawValue) the boot disk"))
    }
    for (index, nic) in instance.nics.enumerated() {
      let place =
        index < layout.nics.count ? ", \(layout.nics[index].model.rawValue) in \(layout.nics[index].place)" : ""
      let mtu = nic.mtu.map { ", mtu \($0)" } ?? ""
      facts.append(
        Fact(
          name: "nic.\(nic.interface)",
          value: "\(nic.mac)\(place), \(nic.ips.joined(separator: " "))\(nic.primary ? ", primary" : "")\(mtu)"))
    }
    for route in instance.routes ?? [] {
      facts.append(Fact(name: "route", value: "\(route.destination) via \(route.gateway)"))
    }
    if let domain = instance.domain { facts.append(Fact(name: "search domain", value: domain)) }
    facts += [Fact(name: "hostname", value: hostname), Fact(name: "uuid", value: instance.uuid)]
    return facts
  }

  /// What was chosen on each axis, by the axis' id.
  var choices: [Fact] { layout.choices.sorted { $0.key < $1.key }.map { Fact(name: $0.key, value: $0.value) } }

  /// The layout in one line: `q35, 1 cpu, 512.0 MiB, virtio-scsi in slot 5, 2 NICs`.
  var summary: String {
    [
      metadataFault.map { "metadata fault \($0)" }, layout.machine.rawValue, counted(layout.cpus, "cpu"),
      "\(layout.memory)",
      "\(layout.bootDisk.model.rawValue) in \(layout.bootDisk.place)",
      layout.extraDisk.map { "\($0.content.rawValue) disk \($0.order.rawValue)" }, counted(layout.nics.count, "NIC"),
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

extension MetadataEdition {
  /// `another host name, changed keys and user-data, user-script removed, operator-script fails`.
  fileprivate var text: String {
    [
      hostname.map { _ in "another host name" }, nonce.map { _ in "changed keys and user-data" },
      userScript == .succeeds ? nil : "user-script \(userScript.rawValue)",
      operatorScript == .succeeds ? nil : "operator-script \(operatorScript.rawValue)",
      overwritesKeys ? "overwrite_root_akeys" : nil,
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

extension Boot.Purpose {
  fileprivate var sentence: String {
    switch self {
    case .gate: "gate: decides the verdict"
    case .compatibility: "compatibility: does not gate"
    case .search: "search for a cause: does not gate"
    case .trial: "trial: does not gate"
    }
  }
}

extension Boot.Covers {
  /// `12 new combinations, first with disk.model=virtio-scsi, nics=2`.
  fileprivate var text: String {
    counted(combinations, "new combination") + (values.isEmpty ? "" : ", first with \(values.joined(separator: ", "))")
  }
}

extension Layout.Disk {
  fileprivate var text: String {
    "\(model.rawValue), \(place)" + (serial.isEmpty ? ", no serial" : ", serial \(serial)")
      + (growth.bytes > 0 ? ", \(growth) larger than the image" : "")
  }
}
