package import Model
import Packets

/// The guest answers for its addresses.
package struct WireARPAnswers: WireCheck {
  package static let info = CheckInfo(
    id: "wire.arp-answers", title: "The guest answers ARP for its own address", level: .must, clauses: [25],
    kind: .host,
    remedy: "Put the promised address on the NIC with the promised MAC; see network.address.",
    description: """
      When somebody on the wire has asked for a promised address (the network does before each first SSH connection), \
      an answer or an announcement must have been seen from the guest. Questions from before the guest used the address \
      do not count: nobody asks again who has learned it from the guest's own frames.
      """)
  package static let needsReadyGuest = true

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var asked = 0
    var problems: [String] = []
    for wire in traffic {
      for text in wire.nic.addresses4 {
        guard let address = IPAddress(text), let asking = wire.facts.asked[address] else { continue }
        let used = wire.facts.sources.entries.compactMap { $0.key.address == address ? $0.value.first : nil }.min()
        let answers = wire.facts.answered[address] != nil || wire.facts.announced[address] != nil
        guard answers || used.map({ asking.last > $0 + 1 }) ?? true else { continue }
        asked += 1
        if !answers {
          problems.append(
            "\(wire.name): expected an answer to ARP for \(text), which was asked for \(times(asking.count)), found none"
          )
        }
      }
    }
    guard asked > 0 else { return .skipped("nobody has asked for an address of the guest") }
    return .judged(problems, evidence: "no answers to ARP")
  }
}

/// The guest announces its addresses unasked.
package struct WireAnnounces: WireCheck {
  package static let info = CheckInfo(
    id: "wire.announces", title: "Static addresses are announced by gratuitous ARP", level: .may, clauses: [31],
    kind: .host,
    remedy: """
      Send gratuitous ARP when an address is set up: sysctl net.ipv4.conf.all.arp_notify=1, or arping -A and -U. Switches \
      and neighbours then learn at once that an address has moved to another machine.
      """,
    description: "Looks for an ARP frame on each NIC's wire that names each static IPv4 address unasked.")
  package static let needsReadyGuest = true

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var problems: [String] = []
    for wire in traffic {
      for text in wire.nic.addresses4 where IPAddress(text).flatMap({ wire.facts.announced[$0] }) == nil {
        problems.append("\(wire.name): expected gratuitous ARP for \(text), found none")
      }
    }
    return .judged(problems, evidence: "not announced")
  }
}
