package import Model
import Packets

/// The guest leaves DHCP alone where its address is static.
package struct WireNoDHCP: WireCheck {
  package static let info = CheckInfo(
    id: "wire.no-dhcp", title: "No DHCP from a NIC whose address is static", level: .should, clauses: [26],
    kind: .host,
    remedy: """
      Remove DHCP configuration that the build left (ifcfg-eth0, netplan, NetworkManager's and ifupdown's defaults): \
      bhyve machines have no DHCP server, and with another's answer the guest has an address that it was never given.
      """,
    description: """
      Looks for messages of DHCP clients, of IPv4 and IPv6, on the wire of each NIC without 'dhcp' (for IPv6: without \
      'addrconf') among its ips.
      """)

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var problems: [String] = []
    for wire in traffic {
      let count = wire.facts.dhcp.entries.values.reduce(0) { $0 + $1.count }
      if count > 0, wire.nic.addressing != .dhcp {
        problems.append("\(wire.name): expected no DHCP beside \(wire.nic.ips[0]), found \(count) messages of a client")
      }
      if wire.facts.dhcp6.count > 0, wire.nic.addressing != .addrconf {
        problems.append(
          "\(wire.name): expected no DHCPv6 without addrconf, found \(wire.facts.dhcp6.count) messages of a client")
      }
    }
    return .judged(problems, evidence: "DHCP")
  }
}

/// The guest does not wait for DHCP where its address is static.
package struct WireNoDHCPWait: WireCheck {
  package static let info = CheckInfo(
    id: "wire.no-dhcp-wait", title: "No waiting for DHCP before a static address is used", level: .must,
    clauses: [26], kind: .host,
    remedy: """
      Give the static address at once, whether or not a DHCP server answers: on bhyve there is none. A left-over DHCP \
      configuration with a long timeout (ipv4.dhcp-timeout=300) holds up the boot by that.
      """,
    description: """
      Looks at the NICs whose address is static: fails when DHCP is asked for again and again, for more than 20 seconds, \
      before the first packet from the promised address.
      """)

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var problems: [String] = []
    for wire in traffic where wire.nic.addressing != .dhcp {
      let asks = [1, 3].compactMap { wire.facts.dhcp[$0] }
      guard let first = asks.map(\.first).min(), let last = asks.map(\.last).max() else { continue }
      let used = wire.facts.sources.entries.compactMap { source, sighting in
        source.address?.description == wire.nic.address ? sighting.first : nil
      }.min()
      let waited = min(used ?? last, last) - first
      // A client waits by the clock, and not by how fast its processor is.
      guard waited > 20 * min(timeoutScale, 2) else { continue }
      problems.append(
        "\(wire.name): expected \(wire.nic.address) to be used at once, found DHCP asked for over \(Int(waited)) s "
          + (used == nil ? "and the address never used" : "before the first packet from it"))
    }
    return .judged(problems, evidence: "waiting for DHCP")
  }
}
