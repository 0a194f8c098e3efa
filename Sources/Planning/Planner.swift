package import Model

/// Lays out `boots` boots from a seed: the same seed and axes give the same plan.
///
/// Every axis is dealt like a shuffled pack of cards, over and over, so that no value comes twice before each has
/// come once.
package func makePlan(seed: UInt64, boots count: Int, axes: Axes) -> Plan {
  var random = SplitMix64(seed: seed)
  var machines = Pack(axes.machines)
  var buses = Pack(axes.buses)
  var serials = Pack(axes.serials)
  var extras = Pack(axes.extraDisks)
  var nicCounts = Pack(axes.nicCounts)
  var prefixes = Pack(axes.macPrefixes)
  var memories = Pack(axes.memories)
  var cpus = Pack(axes.cpuCounts)
  var boots: [Boot] = []
  for index in 0..<count {
    let machine = machines.deal(&random)
    let extra = extras.deal(&random)
    let nics = nicCounts.deal(&random)
    var slots = random.shuffled(axes.slots)
    // The disks' order is the order of their slots.
    var diskSlots = [slots.removeLast()]
    if extra != nil { diskSlots.append(slots.removeLast()) }
    diskSlots.sort()
    let bootSlot = extra == .before ? diskSlots[1] : diskSlots[0]
    let extraDisk = extra.map { place in
      Layout.ExtraDisk(
        place: place, slot: place == .before ? diskSlots[0] : diskSlots[1], serial: "SPARE\(random.below(1000))",
        size: .gibibytes(1))
    }
    let layout = Layout(
      machine: machine, cpus: cpus.deal(&random), memory: memories.deal(&random),
      bootDisk: .init(bus: buses.deal(&random), slot: bootSlot, serial: serials.deal(&random)), extraDisk: extraDisk,
      nicSlots: Array(slots.prefix(nics)))
    let instance = makeInstance(index: index, nics: nics, macPrefix: prefixes.deal(&random), random: &random)
    let number = index + 1 < 10 ? "0\(index + 1)" : "\(index + 1)"
    boots.append(
      Boot(id: "\(number)-qemu-\(machine.rawValue)", hypervisor: "qemu", instance: instance, layout: layout))
  }
  return Plan(seed: seed, boots: boots)
}

/// Values dealt one after the other; shuffled anew when all have been dealt.
private struct Pack<Value> {
  private let values: [Value]
  private var rest: [Value] = []

  init(_ values: [Value]) { self.values = values }

  mutating func deal(_ random: inout SplitMix64) -> Value {
    if rest.isEmpty { rest = random.shuffled(values) }
    return rest.removeLast()
  }
}

private func makeInstance(index: Int, nics count: Int, macPrefix: String, random: inout SplitMix64) -> Instance {
  func hex(_ digits: Int, _ random: inout SplitMix64) -> String {
    (0..<digits).map { _ in String(random.below(16), radix: 16) }.joined()
  }
  var uuid = Array(hex(32, &random))
  uuid[12] = "4"
  uuid[16] = random.pick(["8", "9", "a", "b"])
  let text = String(uuid)
  let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
  let dashed = cuts.map { range in String(Array(text)[range]) }.joined(separator: "-")
  let nics = (0..<count).map { nic in
    // One network a NIC; the host's part is never in the range that DHCP would give out (200 and up).
    let net = "10.\(100 + random.below(50) * 2 + nic % 2).\(random.below(250) + 1)"
    let tail = (0..<3).map { _ in hex(2, &random) }.joined(separator: ":")
    return Instance.NIC(
      interface: "net\(nic)", mac: "\(macPrefix):\(tail)", address: "\(net).\(random.below(150) + 20)", prefix: 24,
      gateway: "\(net).1", resolver: "\(net).3", dhcpStart: "\(net).200", primary: nic == 0,
      mtu: nic == 0 ? nil : 1400)
  }
  return Instance(
    uuid: dashed, hostname: "imgv-\(hex(6, &random))", rootPassword: hex(20, &random), nics: nics,
    nonce: hex(16, &random))
}
