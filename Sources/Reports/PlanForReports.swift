import Model

/// A plan may come from a file, and an explanation quotes what checks said: texts are cleaned, lists bounded.
extension Boot {
  var forReports: Boot {
    var boot = self
    boot.id = cleaned(id, atMost: 512, lines: false)
    boot.hypervisor = cut(hypervisor)
    boot.continues = continues.map { cleaned($0, atMost: 512, lines: false) }
    boot.copies = copies.map { cleaned($0, atMost: 512, lines: false) }
    boot.edition?.hostname = edition?.hostname.map(cut)
    boot.covers = covers.map { Covers(combinations: max(0, $0.combinations), values: $0.values.prefix(64).map(cut)) }
    boot.instance = instance.forReports
    boot.layout = layout.forReports
    return boot
  }
}

extension Instance {
  fileprivate var forReports: Instance {
    var instance = self
    instance.uuid = cut(uuid)
    instance.hostname = cut(hostname)
    instance.nics = nics.prefix(32).map { nic in
      var kept = Instance.NIC(
        interface: cut(nic.interface), mac: cut(nic.mac), address: cut(nic.address), prefix: nic.prefix,
        gateway: cut(nic.gateway), resolver: cut(nic.resolver), dhcpStart: cut(nic.dhcpStart),
        primary: nic.primary, mtu: nic.mtu)
      kept.addressing = nic.addressing
      kept.secondAddress = nic.secondAddress.map(cut)
      kept.network6 = nic.network6.map {
        .init(prefix: cut($0.prefix), address: $0.address.map(cut), gateway: $0.gateway.map(cut))
      }
      return kept
    }
    instance.routes = routes?.prefix(16).map { Route(destination: cut($0.destination), gateway: cut($0.gateway)) }
    instance.domain = domain.map(cut)
    return instance
  }
}

extension Layout {
  fileprivate var forReports: Layout {
    var layout = self
    let kept = choices.sorted { $0.key < $1.key }.prefix(64).map { (cut($0.key), cut($0.value)) }
    layout.choices = Dictionary(kept, uniquingKeysWith: { first, _ in first })
    layout.profile = profile.map(cut)
    layout.cpuModel = cpuModel.map(cut)
    layout.bootDisk.serial = cut(bootDisk.serial)
    layout.bootDisk.names = bootDisk.names.map { Disk.Names(vendor: cut($0.vendor), product: cut($0.product)) }
    layout.extraDisk?.serial = cut(extraDisk?.serial ?? "")
    layout.nics = Array(nics.prefix(32))
    layout.platform = cut(platform)
    layout.clock = clock.map(cut)
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
        Factor(axis: cut($0.axis), title: cut($0.title), fails: cut($0.fails), passes: cut($0.passes))
      },
      failing: failing.map { cleaned($0, atMost: 512, lines: false) },
      passing: passing.map { cleaned($0, atMost: 512, lines: false) }, confirmed: confirmed,
      spent: min(max(0, spent), 1_000_000), sentence: line(sentence))
  }
}

private func cut(_ text: String) -> String { cleaned(text, atMost: 128, lines: false) }
