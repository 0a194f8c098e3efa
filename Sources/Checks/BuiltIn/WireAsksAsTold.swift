package import Model
import Packets

/// DHCP and router advertisements are asked for where the metadata says so.
package struct WireAsksAsTold: WireCheck {
  package static let info = CheckInfo(
    id: "wire.asks-as-told", title: "DHCP and routers are asked where sdc:nics says dhcp or addrconf", level: .must,
    clauses: [27], kind: .host,
    remedy: """
      Run a DHCPv4 client on a NIC with 'dhcp' among its ips, and listen to router advertisements (accept_ra, autoconf) \
      on one with 'addrconf'.
      """,
    description: """
      Looks for a DHCPDISCOVER or DHCPREQUEST, and for a router solicitation, on the wires of those NICs.
      """)

  package static let needsReadyGuest = true

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    let told = traffic.filter { $0.nic.addressing != nil }
    guard !told.isEmpty else { return .skipped("no NIC of this boot has dhcp or addrconf") }
    var problems: [String] = []
    for wire in told {
      switch wire.nic.addressing {
      case .dhcp where wire.facts.dhcp[1] == nil && wire.facts.dhcp[3] == nil:
        problems.append("\(wire.name): expected a DHCPDISCOVER, found none")
      case .addrconf where wire.facts.routerSolicitations.count == 0:
        problems.append("\(wire.name): expected a router solicitation, found none")
      default: break
      }
    }
    return .judged(problems, evidence: "nobody asked")
  }
}
