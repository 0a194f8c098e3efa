package import Model
import Packets

/// The guest's frames fit the network.
package struct WireFrames: WireCheck {
  package static let info = CheckInfo(
    id: "wire.frames", title: "No frame is longer than the MTU, none has a VLAN tag", level: .should, clauses: [30],
    kind: .host,
    remedy: "Set the MTU that sdc:nics gives, 1500 where it gives none; leave VLAN tags to the host.",
    description: "Compares the length of every frame that the guest sends with the NIC's MTU and an Ethernet header.")

  package static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement {
    var problems: [String] = []
    for wire in traffic {
      let mtu = wire.nic.mtu ?? 1500
      let tagged = wire.facts.tagged.count
      if wire.facts.longest > mtu + 14 + (tagged > 0 ? 4 : 0) {
        problems.append(
          "\(wire.name): expected packets of at most \(mtu) bytes, found one of \(wire.facts.longest - 14)")
      }
      if tagged > 0 { problems.append("\(wire.name): expected no VLAN tags, found \(tagged) tagged frames") }
    }
    return .judged(problems, evidence: "frames")
  }
}
