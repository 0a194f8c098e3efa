package import Model

/// All that hardware varies in, what cannot be, and the machines that are always tried.
package struct Axes: Codable, Hashable, Sendable {
  package var axes: [Axis]
  package var constraints: [Constraint]
  package var profiles: [Profile]
  /// Machines with hardware that the image need not know; their models are no values of the axes, and cover nothing.
  package var compatibility: [Profile]
  /// The smaller of the two memory sizes.
  package var leastMemory: ByteCount

  package init(
    axes: [Axis], constraints: [Constraint], profiles: [Profile], compatibility: [Profile] = [], leastMemory: ByteCount
  ) {
    (self.axes, self.constraints, self.profiles) = (axes, constraints, profiles)
    (self.compatibility, self.leastMemory) = (compatibility, leastMemory)
  }

  /// The choices of a profile, with the first value of each axis that it does not name.
  package func completed(_ profile: Profile) -> [String: String] {
    let usual = axes.compactMap { axis in axis.values.first.map { (axis.id, $0.name) } }
    return Dictionary(uniqueKeysWithValues: usual).merging(profile.choices) { $1 }
  }

  /// The axes of a QEMU machine.
  ///
  /// - Parameters:
  ///   - minimumMemory: the manifest's `requirements.min_ram`; nil: 512 MiB.
  ///   - maximumCPUs: 1 under TCG, where more do not pay.
  package static func qemu(minimumMemory: ByteCount?, maximumCPUs: Int) -> Axes {
    var axes = hardware
    let cpus = ["1", "2", "4"].filter { Int($0)! <= max(1, maximumCPUs) }
    axes.append(Axis("cpus", "the number of CPUs", cpus))
    return Axes(
      axes: axes, constraints: constraints, profiles: profiles, compatibility: compatibility,
      leastMemory: max(minimumMemory ?? .mebibytes(512), .mebibytes(128)))
  }

  private static let hardware = [
    Axis(
      "machine", "the machine type",
      [.init("pc", weight: 3), .init("q35", weight: 2), .init("pc-i440fx-2.4"), .init("pc-q35-2.6")]),
    Axis(
      "disk.model", "the boot disk's model", ["virtio-blk", "virtio-blk-legacy", "virtio-blk-modern", "virtio-scsi"]),
    Axis("disk.bus", "the boot disk's bus", [.init("root", weight: 2), .init("bridge")]),
    Axis("disk.slot", "the boot disk's slot", ["4", "14", "26"]),
    Axis("disk.function", "the boot disk's PCI function", [.init("0", weight: 3), .init("1")]),
    Axis("disk.serial", "the boot disk's serial number", ["none", "short", "long", "odd"]),
    Axis("disk.names", "the boot disk's vendor and product", [.init("usual", weight: 3), .init("other")]),
    Axis("disk.growth", "the room that the disk has beyond the image", [.init("none", weight: 2), .init("1 GiB")]),
    Axis(
      "extra", "the extra disk",
      ["none", "blank before", "blank behind", "decoy before", "decoy behind"]),
    Axis("nics", "the number of NICs", [.init("1", weight: 2), .init("2")]),
    Axis("nic.model", "the NICs' model", ["virtio", "virtio-legacy", "virtio-modern"]),
    Axis("nic.bus", "the NICs' bus", [.init("root", weight: 2), .init("bridge")]),
    Axis("nic.slot", "the NICs' slot", ["3", "6", "22"]),
    Axis("nic.order", "the NICs' order", ["as named", "reversed"]),
    Axis("nic.place", "the NICs' place", ["slots", "functions"]),
    Axis("nic.mac", "the NICs' MAC vendor", ["joyent", "smartos", "qemu"]),
    Axis(
      "nic.addresses", "the NICs' addresses",
      [.init("ipv4", weight: 4), .init("ipv4 and ipv6"), .init("second by dhcp"), .init("ipv4 and addrconf")]),
    Axis("routes", "the static routes", [.init("none", weight: 3), .init("one")]),
    Axis("domain", "the search domain", [.init("none", weight: 3), .init("given")]),
    Axis("memory", "the memory", ["least", "double"]),
    Axis("cpu.model", "the CPU model", [.init("usual", weight: 3), .init("Nehalem")]),
    Axis("random", "the random number generator", ["none", "virtio"]),
    Axis("balloon", "the memory balloon", ["none", "virtio"]),
    Axis("usb", "the USB controller", ["none", "uhci", "xhci"]),
    Axis("display", "the display", ["std", "cirrus", "none"]),
    Axis("platform", "the platform that the SMBIOS tells", ["20260101T000000Z", "20141030T081701Z"]),
    Axis("clock", "the hardware clock", [.init("right", weight: 3), .init("ahead")]),
  ]

  /// Slots that two devices want, and interfaces that a place does not offer.
  private static let constraints: [Constraint] =
    [
      Constraint(
        ["disk.slot": "4", "nic.slot": "3", "nics": "2", "nic.place": "slots"], "the second NIC would sit in slot 4"),
      Constraint(["disk.names": "other", "disk.model": "virtio-blk"], "virtio-blk has no vendor or product"),
      Constraint(["disk.names": "other", "disk.model": "virtio-blk-legacy"], "virtio-blk has no vendor or product"),
      Constraint(["disk.names": "other", "disk.model": "virtio-blk-modern"], "virtio-blk has no vendor or product"),
      Constraint(["nics": "1", "nic.order": "reversed"], "one NIC has no order"),
      Constraint(["nics": "1", "nic.place": "functions"], "one NIC is function 0"),
      Constraint(["nics": "1", "nic.addresses": "second by dhcp"], "there is no second NIC"),
    ]
    + ["blank before", "decoy before"].map { extra in
      Constraint(
        ["disk.slot": "4", "extra": extra, "nic.slot": "3"], "the extra disk would sit in slot 3 with the NIC")
    }
    + ["q35", "pc-q35-2.6"].flatMap { machine in
      [
        Constraint(
          ["machine": machine, "disk.bus": "bridge", "disk.model": "virtio-blk-legacy"],
          "a PCI Express port takes no device that has the old interface only"),
        Constraint(
          ["machine": machine, "nic.bus": "bridge", "nic.model": "virtio-legacy"],
          "a PCI Express port takes no device that has the old interface only"),
      ]
    }

  /// What vmadm makes: hypervisors.md, A.2 and B.1. Always booted.
  private static let profiles = [
    Profile(
      "smartos-kvm",
      [
        "machine": "pc-i440fx-2.4", "disk.model": "virtio-blk-legacy", "disk.bus": "root", "disk.slot": "4",
        "disk.function": "0", "disk.serial": "none", "disk.names": "usual", "disk.growth": "none", "extra": "none",
        "nics": "1", "nic.model": "virtio-legacy", "nic.bus": "root", "nic.slot": "3", "nic.order": "as named",
        "nic.place": "slots", "nic.mac": "joyent", "nic.addresses": "ipv4", "routes": "none", "domain": "none",
        "cpu.model": "usual", "random": "none", "balloon": "none",
        "usb": "uhci", "display": "std", "platform": "20141030T081701Z", "clock": "right",
      ]),
    Profile(
      "smartos-bhyve",
      [
        "machine": "pc", "disk.model": "virtio-blk-legacy", "disk.bus": "root", "disk.slot": "4",
        "disk.function": "0", "disk.serial": "long", "disk.names": "usual", "disk.growth": "1 GiB", "extra": "none",
        "nics": "2", "nic.model": "virtio-legacy", "nic.bus": "root", "nic.slot": "6", "nic.order": "as named",
        "nic.place": "functions", "nic.mac": "joyent", "nic.addresses": "ipv4 and ipv6", "routes": "one",
        "domain": "none", "cpu.model": "usual", "random": "none", "balloon": "none",
        "usb": "xhci", "display": "none", "platform": "20260101T000000Z", "clock": "right",
      ]),
  ]

  /// What other hypervisors and old machines offer; few images carry the drivers for all of it.
  private static let compatibility = [
    Profile("compat-ide", ["machine": "pc", "disk.model": "ide", "nic.model": "e1000"]),
    Profile("compat-ahci", ["machine": "q35", "disk.model": "ahci", "nic.model": "e1000"]),
    Profile("compat-nvme", ["machine": "q35", "disk.model": "nvme", "nic.model": "virtio"]),
  ]
}
