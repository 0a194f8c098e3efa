package import Model
import Packets

/// The guest sends only from the addresses that it was given.
package struct WireSources: WireCheck {
  package static let info = CheckInfo(
    id: "wire.sources", title: "The guest sends only from its promised MAC and IP addresses", level: .must,
    clauses: [25], kind: .host,
    remedy: """
      Configure each NIC by its MAC from sdc:nics alone. SmartOS drops what comes from any other address: bridges, \
      macvlan, cloned MACs and addresses left from the build do not work there.
      """,
    description: """
      Looks at the source of each frame on each NIC's wire (boots/BOOT/netN.pcap), and at the sender in ARP. Link-local \
      addresses, the unspecified one, what DHCP gave where it was promised, and what belongs to an advertised prefix \
      are allowed.
      """)

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var problems: [String] = []
    for wire in traffic {
      let mac = MACAddress(wire.nic.mac)
      for (source, sighting) in wire.facts.sources.sorted {
        if source.mac != mac {
          problems.append(
            "\(wire.name): expected frames from its own MAC, found \(source.mac)"
              + (source.address.map { " with \($0)" } ?? "") + ", \(times(sighting.count))")
        } else if let address = source.address, !wire.nic.isPromised(address) {
          problems.append(
            "\(wire.name): expected packets from \(wire.nic.ips.joined(separator: ", ")), found \(address), "
              + "\(times(sighting.count)), first after \(Int(sighting.first)) s of traffic")
        }
      }
      if wire.facts.sources.unlisted > 0 {
        problems.append("\(wire.name): found more than \(wire.facts.sources.entries.count) different sources")
      }
    }
    return .judged(problems, evidence: "foreign sources")
  }
}

extension Instance.NIC {
  /// Whether packets from `address` are right on this NIC.
  fileprivate func isPromised(_ address: IPAddress) -> Bool {
    if address.isUnspecified || address.isLinkLocal { return true }
    if address.isIPv6 {
      guard let network6 else { return false }
      if network6.address.flatMap({ IPAddress($0) }) == address { return true }
      return addressing == .addrconf && IPAddress(network6.prefix).map { address.isIn($0, length: 64) } ?? false
    }
    if addressing == .dhcp {
      guard let first = IPAddress(dhcpStart), address.bytes.prefix(3) == first.bytes.prefix(3) else { return false }
      return (Int(first.bytes[3])..<Int(first.bytes[3]) + Self.dhcpAddresses).contains(Int(address.bytes[3]))
    }
    return addresses4.contains(address.description)
  }
}

extension Sightings where Key == WireFacts.Source {
  /// In the order of their first appearance.
  var sorted: [(key: Key, value: Sighting)] { entries.sorted { $0.value.first < $1.value.first } }
}
