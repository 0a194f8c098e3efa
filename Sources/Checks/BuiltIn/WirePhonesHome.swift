package import Model
import Packets

/// The guest talks to nobody that nobody told it of.
package struct WirePhonesHome: WireCheck {
  package static let info = CheckInfo(
    id: "wire.phones-home", title: "Nothing is sent to addresses that nobody configured", level: .should,
    clauses: [32], kind: .host,
    remedy: """
      Look at the list: agents of other clouds ask 169.254.169.254, monitoring and update services their makers. Remove \
      or disable what the image's users have not asked for.
      """,
    description: """
      Lists where the guest sent packets on its own: address, protocol, port, how often. Its own networks' gateways and \
      name servers, and what the given routes lead to, are configured; multicast is listed, and accuses nobody.
      """)

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    let known = Known(instance)
    var problems: [String] = []
    var list: [String] = []
    for wire in traffic {
      let entries = wire.facts.destinations.entries.sorted { $0.value.first < $1.value.first }
      for (destination, sighting) in entries {
        let words = "\(words(destination)), \(times(sighting.count))"
        list.append("\(wire.nic.interface): \(words)")
        if known.isForeign(destination.address, on: wire.nic) {
          problems.append("\(wire.name): nobody told of \(words)")
        }
      }
      for (address, sighting) in wire.facts.wanted.entries.sorted(by: { $0.value.first < $1.value.first })
      where !address.isUnspecified && known.isStranger(address, on: wire.nic) {
        list.append("\(wire.nic.interface): ARP for \(address), \(times(sighting.count))")
        problems.append("\(wire.name): nobody told of \(address), which ARP looked for \(times(sighting.count))")
      }
      if wire.facts.destinations.unlisted > 0 { list.append("\(wire.nic.interface): and more") }
    }
    var judgement = Judgement.judged(problems, evidence: "strangers")
    if !list.isEmpty { judgement.evidence.append(Evidence(name: "sent to", text: list.joined(separator: "\n"))) }
    return judgement
  }

  private static func words(_ destination: WireFacts.Destination) -> String {
    let names: [UInt8: String] = [1: "icmp", 2: "igmp", 6: "tcp", 17: "udp", 58: "icmp6"]
    let port = destination.port.map { " port \($0)" } ?? ""
    return "\(destination.address) \(names[destination.proto] ?? "protocol \(destination.proto)")\(port)"
  }
}

/// Who a guest was told of.
private struct Known {
  private let hosts: Set<String>
  private let routes: [(network: IPAddress, length: Int)]

  init(_ instance: Instance) {
    let ofNICs = instance.nics.flatMap { (nic: Instance.NIC) -> [String] in
      [nic.gateway, nic.resolver, nic.network6?.gateway, nic.network6?.address].compactMap(\.self) + nic.addresses4
    }
    hosts = Set(ofNICs + (instance.routes ?? []).map(\.gateway))
    routes = (instance.routes ?? []).compactMap { route in
      let parts = route.destination.split(separator: "/").map(String.init)
      guard parts.count == 2, let network = IPAddress(parts[0]), let length = Int(parts[1]) else { return nil }
      return (network, length)
    }
  }

  /// Whether a packet to `address` has no reason.
  func isForeign(_ address: IPAddress, on nic: Instance.NIC) -> Bool {
    if address.isMulticast || address.isBroadcast(length: nic.prefix) { return false }
    if address.isIPv6 {
      if address.isLinkLocal { return false }
      return !(nic.network6.flatMap { IPAddress($0.prefix) }.map { address.isIn($0, length: 64) } ?? false)
        && !hosts.contains(address.description)
    }
    return isStranger(address, on: nic) && !routes.contains { address.isIn($0.network, length: $0.length) }
  }

  /// Whether `address` is none of those that the guest was told of, nor one that DHCP gave it.
  func isStranger(_ address: IPAddress, on nic: Instance.NIC) -> Bool {
    if hosts.contains(address.description) { return false }
    guard nic.addressing == .dhcp, let network = IPAddress(nic.network) else { return true }
    return !address.isIn(network, length: nic.prefix)
  }
}
