/// Where every device sits and what it calls itself. A value; two boots on equal layouts see equal hardware.
package struct Layout: Codable, Hashable, Sendable {
  /// The machine's chipset, by QEMU's name.
  package enum Machine: String, Codable, Hashable, Sendable, CaseIterable { case pc, q35 }
  /// How the boot disk is attached.
  package enum DiskBus: String, Codable, Hashable, Sendable, CaseIterable {
    case virtioBlk = "virtio-blk"
    case virtioSCSI = "virtio-scsi"
  }

  package struct Disk: Codable, Hashable, Sendable {
    package var bus: DiskBus
    /// PCI device number on the root bus, 2...30.
    package var slot: Int
    /// Serial number as the guest sees it, at most 20 characters; empty: none.
    package var serial: String
    package init(bus: DiskBus, slot: Int, serial: String) {
      (self.bus, self.slot, self.serial) = (bus, slot, serial)
    }
  }

  /// A blank disk beside the boot disk.
  package struct ExtraDisk: Codable, Hashable, Sendable {
    /// Whether the guest finds it before or behind the boot disk; its slot says the same in numbers.
    package enum Place: String, Codable, Hashable, Sendable, CaseIterable { case before, behind }
    package var place: Place
    package var slot: Int
    package var serial: String
    package var size: ByteCount
    package init(place: Place, slot: Int, serial: String, size: ByteCount) {
      (self.place, self.slot, self.serial, self.size) = (place, slot, serial, size)
    }
  }

  package var machine: Machine
  package var cpus: Int
  package var memory: ByteCount
  package var bootDisk: Disk
  package var extraDisk: ExtraDisk?
  /// PCI device number of each of the instance's NICs, in the order of `Instance.nics`.
  package var nicSlots: [Int]

  package init(
    machine: Machine, cpus: Int, memory: ByteCount, bootDisk: Disk, extraDisk: ExtraDisk?, nicSlots: [Int]
  ) {
    self.machine = machine
    self.cpus = cpus
    self.memory = memory
    self.bootDisk = bootDisk
    self.extraDisk = extraDisk
    self.nicSlots = nicSlots
  }
}
