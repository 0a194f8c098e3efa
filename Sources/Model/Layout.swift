/// Where every device sits and what it calls itself. A value; two boots on equal layouts see equal hardware.
package struct Layout: Codable, Hashable, Sendable {
  /// What was chosen on each axis: axis → value. All that follows is made from it.
  package var choices: [String: String] = [:]
  /// Name of the profile that these choices are, such as `smartos-kvm`.
  package var profile: String?

  package var machine: Machine
  package var cpus: Int
  /// Processor model as QEMU names it; nil for the accelerator's usual one.
  package var cpuModel: String?
  package var memory: ByteCount
  package var bootDisk: Disk
  package var extraDisk: ExtraDisk?
  /// Each of the instance's NICs, in the order of `Instance.nics`.
  package var nics: [NIC]
  package var hasRandom = true
  package var hasBalloon = false
  package var usb = USB.none
  package var display = Display.std
  /// Stamp of the SmartOS platform that the SMBIOS version tells.
  package var platform = "20260101T000000Z"
  /// The hardware clock at power-on, `YYYY-MM-DDTHH:MM:SS` in UTC; nil: the host's time.
  package var clock: String?

  package init(
    machine: Machine, cpus: Int, memory: ByteCount, bootDisk: Disk, extraDisk: ExtraDisk? = nil, nics: [NIC]
  ) {
    (self.machine, self.cpus, self.memory) = (machine, cpus, memory)
    (self.bootDisk, self.extraDisk, self.nics) = (bootDisk, extraDisk, nics)
  }

  /// Chipset and version, by QEMU's name.
  package enum Machine: String, Codable, Hashable, Sendable, CaseIterable {
    case pc, q35
    /// The oldest that behaves as SmartOS' KVM does.
    case oldPC = "pc-i440fx-2.4"
    case oldQ35 = "pc-q35-2.6"

    /// Whether its root bus is PCI Express.
    package var isExpress: Bool { self == .q35 || self == .oldQ35 }
  }

  /// Where a PCI device is plugged in.
  package struct Place: Codable, Hashable, Sendable {
    package enum Bus: String, Codable, Hashable, Sendable, CaseIterable {
      case root
      /// Behind a PCI bridge, or on PCI Express behind a root port of its own.
      case bridge
    }
    package var bus: Bus
    /// PCI device number, 2...31; of the device itself, or on PCI Express of its root port.
    package var slot: Int
    /// 0...7. Above 0 the slot's function 0 is a device that nobody needs.
    package var function: Int

    package init(bus: Bus = .root, slot: Int, function: Int = 0) {
      (self.bus, self.slot, self.function) = (bus, slot, function)
    }
  }

  /// How the boot disk is attached.
  package enum DiskModel: String, Codable, Hashable, Sendable, CaseIterable {
    /// Old and new interface.
    case virtioBlk = "virtio-blk"
    case virtioBlkLegacy = "virtio-blk-legacy"
    case virtioBlkModern = "virtio-blk-modern"
    case virtioSCSI = "virtio-scsi"
    case ide, ahci, nvme

    /// What kind of driver the guest needs.
    package var driver: String {
      switch self {
      case .virtioBlk, .virtioBlkLegacy, .virtioBlkModern: "virtio-blk"
      case .virtioSCSI: "virtio-scsi"
      case .ide, .ahci, .nvme: rawValue
      }
    }
  }

  package struct Disk: Codable, Hashable, Sendable {
    package var model: DiskModel
    package var place: Place
    /// Serial number as the guest sees it, at most 20 characters; empty: none.
    package var serial: String
    /// What the disk calls itself, where its model has such strings: vendor and product of SCSI, model of IDE.
    package var names: Names?
    /// Bytes that the disk is larger than the image.
    package var growth: ByteCount

    package struct Names: Codable, Hashable, Sendable {
      package var vendor: String
      package var product: String
      package init(vendor: String, product: String) { (self.vendor, self.product) = (vendor, product) }
    }

    package init(
      model: DiskModel, place: Place, serial: String, names: Names? = nil, growth: ByteCount = .init(bytes: 0)
    ) {
      (self.model, self.place, self.serial, self.names, self.growth) = (model, place, serial, names, growth)
    }
  }

  /// A disk beside the boot disk.
  package struct ExtraDisk: Codable, Hashable, Sendable {
    /// Whether the guest finds it before or behind the boot disk; its slot says the same in numbers.
    package enum Order: String, Codable, Hashable, Sendable, CaseIterable { case before, behind }
    package enum Content: String, Codable, Hashable, Sendable, CaseIterable {
      case blank
      /// The image's partition table with nothing behind it: what looks like the boot disk, and is not.
      case decoy
    }
    package var order: Order
    package var content: Content
    package var place: Place
    package var serial: String
    package var size: ByteCount
    package init(order: Order, content: Content = .blank, place: Place, serial: String, size: ByteCount) {
      (self.order, self.content, self.place, self.serial, self.size) = (order, content, place, serial, size)
    }
  }

  package enum NICModel: String, Codable, Hashable, Sendable, CaseIterable {
    case virtio
    case virtioLegacy = "virtio-legacy"
    case virtioModern = "virtio-modern"
    case e1000
  }

  package struct NIC: Codable, Hashable, Sendable {
    package var model: NICModel
    package var place: Place
    package init(model: NICModel = .virtio, place: Place) { (self.model, self.place) = (model, place) }
  }

  package enum USB: String, Codable, Hashable, Sendable, CaseIterable { case none, uhci, xhci }
  package enum Display: String, Codable, Hashable, Sendable, CaseIterable { case std, cirrus, none }
}

extension Layout.Place: CustomStringConvertible {
  /// `slot 9`, `slot 4.1`, `slot 9 behind a bridge`.
  package var description: String {
    "slot \(slot)" + (function > 0 ? ".\(function)" : "") + (bus == .bridge ? " behind a bridge" : "")
  }
}
