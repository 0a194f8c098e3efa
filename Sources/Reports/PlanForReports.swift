import Model

/// A plan may come from a file, and an explanation quotes what checks said: texts are cleaned, lists bounded.
extension Boot {
  var forReports: Boot {
    var boot = self
    boot.id = cleaned(id, atMost: 512, lines: false)
    boot.hypervisor = short(hypervisor)
    boot.continues = continues.map { cleaned($0, atMost: 512, lines: false) }
    boot.copies = copies.map { cleaned($0, atMost: 512, lines: false) }
    boot.edition?.hostname = edition?.hostname.map(short)
    boot.covers = covers.map { Covers(combinations: max(0, $0.combinations), values: $0.values.prefix(64).map(short)) }
    boot.instance = instance.forReports
    boot.layout = layout.forReports
    return boot
  }
}

extension Instance {
  fileprivate var forReports: Instance {
    var instance = self
    instance.uuid = short(uuid)
    instance.hostname = short(hostname)
    instance.nics = nics.prefix(32).map { nic in
      Instance.NIC(
        interface: short(nic.interface), mac: short(nic.mac), address: short(nic.address), prefix: nic.prefix,
        gateway: short(nic.gateway), resolver: short(nic.resolver), dhcpStart: short(nic.dhcpStart),
        primary: nic.primary, mtu: nic.mtu)
    }
    return instance
  }
}

extension Layout {
  fileprivate var forReports: Layout {
    var layout = self
    let kept = choices.sorted { $0.key < $1.key }.prefix(64).map { (short($0.key), short($0.value)) }
    layout.choices = Dictionary(kept, uniquingKeysWith: { first, _ in first })
    layout.profile = profile.map(short)
    layout.cpuModel = cpuModel.map(short)
    layout.bootDisk.serial = short(bootDisk.serial)
    layout.bootDisk.names = bootDisk.names.map { Disk.Names(vendor: short($0.vendor), product: short($0.product)) }
    layout.extraDisk?.serial = short(extraDisk?.serial ?? "")
    layout.nics = Array(nics.prefix(32))
    layout.platform = short(platform)
    layout.clock = clock.map(short)
    return layout
  }
}

extension Explanation {
  /// At most 64 boots, 64 other checks and 32 factors.
  var forReports: Explanation {
    Explanation(
      check: cleaned(check, atMost: 512, lines: false),
      also: also.prefix(64).map { cleaned($0, atMost: 512, lines: false) },
      boots: boots.prefix(64).map { cleaned($0, atMost: 512, lines: false) }, result: result,
      factors: factors.prefix(32).map {
        Factor(axis: short($0.axis), title: short($0.title), fails: short($0.fails), passes: short($0.passes))
      },
      failing: failing.map { cleaned($0, atMost: 512, lines: false) },
      passing: passing.map { cleaned($0, atMost: 512, lines: false) }, confirmed: confirmed,
      spent: min(max(0, spent), 1_000_000), sentence: line(sentence))
  }
}

private func short(_ text: String) -> String { cleaned(text, atMost: 128, lines: false) }
