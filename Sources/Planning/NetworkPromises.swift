import Model

extension Instance {
  /// Adds what the axes about addresses, routes and domain say to an instance whose NICs have one address each.
  ///
  /// Shape: with IPv6 the primary NIC has a gateway for it as well; the second NIC alone is left to DHCP; router
  /// advertisements come in on the primary NIC. The route leads through a neighbour of the last NIC with a static address.
  mutating func promise(_ choices: [String: String], random: inout SplitMix64) {
    let words = (0..<2).map { _ in String(random.below(0xFFFE) + 1, radix: 16) }
    func network(_ index: Int) -> String {
      "fd" + String(random.below(240) + 16, radix: 16) + ":" + words.joined(separator: ":") + ":\(index + 1)::"
    }
    switch choices["nic.addresses"] {
    case "ipv4 and ipv6":
      for index in nics.indices {
        let prefix = network(index)
        nics[index].secondAddress = nics[index].neighbour(10)
        nics[index].network6 = .init(
          prefix: prefix, address: prefix + String(random.below(0xFF00) + 0x20, radix: 16),
          gateway: nics[index].primary ? prefix + "2" : nil)
      }
    case "second by dhcp": if nics.count > 1 { nics[1].addressing = .dhcp }
    case "ipv4 and addrconf":
      guard let index = nics.firstIndex(where: \.primary) else { break }
      nics[index].addressing = .addrconf
      nics[index].network6 = .init(prefix: network(index))
    default: break
    }
    if choices["routes"] == "one", let nic = nics.last(where: { $0.addressing != .dhcp }) {
      // Nobody answers there: a route is judged by the routing table.
      let destination = "172.\(16 + random.below(16)).\(random.below(16) * 16).0/20"
      routes = [Route(destination: destination, gateway: nic.neighbour(11))]
    }
    if choices["domain"] == "given" { domain = "\(hostname).imgverify.example" }
  }
}

extension Instance.NIC {
  /// Another host of the NIC's network, whose last number is `number`: none of those that makeInstance gives away.
  fileprivate func neighbour(_ number: Int) -> String {
    address.split(separator: ".").dropLast().joined(separator: ".") + ".\(number)"
  }
}
