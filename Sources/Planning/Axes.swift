package import Model

/// What the hardware may vary in. A value of an axis is met by at least one boot when there are enough boots.
package struct Axes: Sendable {
  package var machines = Layout.Machine.allCases
  package var buses = Layout.DiskBus.allCases
  /// Serial number of the boot disk: none, short, and the longest that virtio can carry.
  package var serials = ["", "IMGV7", "ZX81-0123456789ABCDE"]
  /// nil: no second disk.
  package var extraDisks: [Layout.ExtraDisk.Place?] = [nil, .before, .behind]
  package var nicCounts = [1, 2]
  /// First half of the MACs: Joyent's, SmartOS' locally administered ones, QEMU's.
  package var macPrefixes = ["90:b8:d0", "02:08:20", "52:54:00"]
  package var memories: [ByteCount]
  package var cpuCounts: [Int]
  /// PCI device numbers that are free on both machine types: 0 and 1 hold the chipset, 2 the display, 30 the random
  /// number generator, 31 q35's chipset.
  package var slots = Array(3...29)

  /// - Parameters:
  ///   - minimumMemory: the manifest's `requirements.min_ram`; nil: 512 MiB.
  ///   - maximumCPUs: 1 under TCG, where more do not pay.
  package init(minimumMemory: ByteCount?, maximumCPUs: Int) {
    let least = max(minimumMemory ?? .mebibytes(512), .mebibytes(128))
    memories = [least, ByteCount(bytes: least.bytes * 2)]
    cpuCounts = [1, 2, 4].filter { $0 <= max(1, maximumCPUs) }
  }
}
