package import Model
import Packets

/// The guest asks nobody for names but the name servers that it was given.
package struct WireNameServers: WireCheck {
  package static let info = CheckInfo(
    id: "wire.name-servers", title: "Names are asked only of the given name servers", level: .should, clauses: [30],
    kind: .host,
    remedy: """
      Take name servers of the build and fallbacks of the distribution (FallbackDNS of systemd-resolved) out of the \
      image; use those of sdc:resolvers.
      """,
    description: """
      Looks at where packets to port 53, of UDP and TCP, are sent. The names are noted, whoever was asked: they tell \
      what the image looks for by itself.
      """)

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var given = Set(instance.primaryNIC.map { [$0.resolver] } ?? [])
    for nic in instance.nics where nic.addressing == .addrconf { given.insert((nic.network6?.prefix ?? "") + "3") }
    var problems: [String] = []
    var names: Set<String> = []
    for wire in traffic {
      names.formUnion(wire.facts.questions.entries.keys.map(\.name))
      let servers = wire.facts.destinations.entries.filter { $0.key.port == 53 }
      for (server, sighting) in servers.sorted(by: { $0.value.first < $1.value.first })
      where !given.contains(server.address.description) {
        let asked = wire.facts.questions.entries.keys.filter { $0.server == server.address }.map(\.name).sorted()
        problems.append(
          "\(wire.name): expected questions to \(given.sorted().joined(separator: ", ")), found \(times(sighting.count)) "
            + "\(server.address) asked" + (asked.isEmpty ? "" : " for \(asked.prefix(3).joined(separator: ", "))"))
      }
    }
    let noted = names.sorted().prefix(32).joined(separator: ", ")
    return .judged(problems, evidence: "foreign name servers", notes: noted.isEmpty ? [:] : ["names asked for": noted])
  }
}
