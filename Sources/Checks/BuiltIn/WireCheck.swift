package import Guests
package import Model
package import Packets

/// What a guest did on the wire of one of its NICs, and what it was promised there.
package struct Traffic: Sendable {
  package var nic: Instance.NIC
  package var facts: WireFacts

  package init(nic: Instance.NIC, facts: WireFacts) { (self.nic, self.facts) = (nic, facts) }

  /// `net1 (90:b8:d0:3e:5a:02)`.
  var name: String { "\(nic.interface) (\(nic.mac))" }
}

/// A check that judges nothing but what passed on the NICs' wires.
package protocol WireCheck: BootCheck {
  /// Whether what was not seen says nothing of a guest that did not come up.
  static var needsReadyGuest: Bool { get }
  /// - Parameters:
  ///   - traffic: of each NIC of the instance, in their order.
  ///   - timeoutScale: what seconds of a fast machine are multiplied with.
  static func judge(_ traffic: [Traffic], of instance: Instance, timeoutScale: Double) -> Judgement
}

extension WireCheck {
  package static var needsReadyGuest: Bool { false }

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if needsReadyGuest, awakening.ssh == nil, awakening.loginPrompt == nil {
      return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
    var traffic: [Traffic] = []
    var files: [Evidence] = []
    var notes: [String: String] = [:]
    for (index, wire) in guest.wires.enumerated() {
      if let trouble = await wire.trouble {
        return Judgement(.broken(error: "what QEMU tells of the wire of net\(index) cannot be read: \(trouble)"))
      }
      traffic.append(Traffic(nic: guest.boot.instance.nics[index], facts: await wire.facts))
      files.append(guest.file("net\(index).pcap"))
      let leftOut = await wire.leftOut
      if leftOut > 0 { notes["net\(index).pcap lacks"] = "\(leftOut) frames" }
    }
    guard !traffic.isEmpty else { return .skipped("the instance has no NICs") }
    guard traffic.contains(where: { $0.facts.frames > 0 }) else { return .skipped("the guest has sent nothing") }
    var judgement = judge(traffic, of: guest.boot.instance, timeoutScale: guest.timeoutScale)
    judgement.notes.merge(notes) { first, _ in first }
    if !judgement.evidence.isEmpty || judgement.outcome.isFailure { judgement.evidence += files }
    return judgement
  }
}

extension Outcome {
  fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}

/// `3 times`, `once`.
func times(_ count: Int) -> String { count == 1 ? "once" : "\(count) times" }
