package import Model

/// What a plan is made from, beside its axes.
package struct PlanWishes: Hashable, Sendable {
  package var seed: UInt64
  package var coverage: Coverage
  /// So many boots of fresh instances, whatever they cover; nil: as many as the coverage needs.
  package var boots: Int?
  /// Whether one instance is also booted again on another machine.
  package var moves: Bool
  /// Whether hardware that the image need not know is tried as well.
  package var compatibility: Bool
  /// A fresh boot for each: ways in which the metadata service misbehaves.
  package var metadataFaults: [MetadataFault] = []
  /// Whether those boots decide.
  package var metadataFaultsDecide = false

  /// - Parameter compatibility: nil: with the coverages that take their time, which are all but `each`.
  package init(
    seed: UInt64, coverage: Coverage = .each, boots: Int? = nil, moves: Bool = true, compatibility: Bool? = nil
  ) {
    (self.seed, self.coverage, self.boots, self.moves) = (seed, coverage, boots, moves)
    self.compatibility = compatibility ?? (coverage != .each)
  }
}

/// Plans the boots: the profiles first, then rows that cover the axes, then an instance that moves, then one that begins
/// with a used disk, then compatibility, then metadata faults.
///
/// Shape: the same wishes and axes give the same plan. Each fresh boot is an instance of its own, so that any two of
/// them are clones side by side; the moved one continues the first. Fresh instances alone cover what was asked for.
/// - Throws: ``CoverError`` when the axes contradict themselves.
package func makePlan(_ wishes: PlanWishes, axes: Axes) throws(CoverError) -> Plan {
  var random = SplitMix64(seed: wishes.seed)
  let table = AxisTable(axes)
  var rows = try coveringArray(
    table.problem, wishes.coverage, seed: random.next(), effort: wishes.coverage == .each ? 6 : 30)
  if let boots = wishes.boots {
    if rows.count < boots { rows += try table.more(boots - rows.count, than: rows, seed: random.next()) }
    rows = Array(rows.prefix(boots))
  }
  var new = NewCombinations(table, wishes.coverage)
  let combinations = new.open
  var boots: [Boot] = []
  for (index, row) in rows.enumerated() {
    let profile = index < axes.profiles.count ? axes.profiles[index].name : nil
    var boot = freshBoot(table.choices(row), profile: profile, index: boots.count, axes: axes, random: &random)
    boot.covers = new.cover(row)
    boots.append(boot)
  }
  if wishes.moves, let first = boots.first {
    let choices = try table.farthest(from: first.layout.choices, keeping: instanceAxes, seed: random.next())
    let layout = layOut(choices, leastMemory: axes.leastMemory)
    boots.append(
      Boot(
        id: bootID(boots.count, "moved"), hypervisor: "qemu", instance: first.instance, layout: layout,
        continues: first.id, edition: nextEdition(seed: wishes.seed), covers: table.row(choices).map { new.cover($0) }))
    var reborn = rebornBoot(of: first, index: boots.count, seed: wishes.seed)
    reborn.covers = table.row(reborn.layout.choices).map { new.cover($0) }
    boots.append(reborn)
  }
  if wishes.compatibility {
    for profile in axes.compatibility {
      var boot = freshBoot(
        axes.completed(profile), profile: profile.name, index: boots.count, axes: axes, random: &random)
      boot.purpose = .compatibility
      boots.append(boot)
    }
  }
  // All on the machine that everything is compared with, so that nothing but the fault differs.
  for fault in wishes.metadataFaults {
    var boot = freshBoot(
      axes.completed(Profile("mdata-\(fault.name)", [:])), profile: "mdata-\(fault.name)", index: boots.count,
      axes: axes, random: &random)
    boot.layout.profile = nil
    boot.metadataFault = fault
    boot.purpose = wishes.metadataFaultsDecide ? .gate : .trial
    boots.append(boot)
  }
  return Plan(seed: wishes.seed, coverage: wishes.coverage.rawValue, combinations: combinations, boots: boots)
}

/// Axes that are about the instance and its metadata: one that moves to another machine keeps them.
private let instanceAxes = ["nics", "nic.mac", "nic.addresses", "routes", "domain"]

/// What the metadata of an instance says when it is powered on again: a host name, a key and user-data that have
/// changed, no user-script any more, and an operator-script whose failure must not matter.
private func nextEdition(seed: UInt64) -> MetadataEdition {
  var random = SplitMix64(seed: seed ^ 0x6564_6974_696F_6E32)
  let fresh = makeInstance([:], nics: 0, random: &random)
  return MetadataEdition(
    hostname: fresh.hostname, nonce: fresh.nonce, userScript: .removed, operatorScript: .fails, overwritesKeys: true)
}

/// A new instance on a copy of the disk that `first` has left, on equal hardware, so that nothing but the identity
/// differs. Both of its scripts fail, which must not matter either.
private func rebornBoot(of first: Boot, index: Int, seed: UInt64) -> Boot {
  var random = SplitMix64(seed: seed ^ 0x7265_626F_726E_2121)
  var instance = makeInstance(first.layout.choices, nics: first.instance.nics.count, random: &random)
  // Tools leave a password that is set as it is (guest contract, clause 43), and the disk has the first instance's.
  instance.rootPassword = first.instance.rootPassword
  var layout = first.layout
  layout.profile = nil
  return Boot(
    id: bootID(index, "reborn"), hypervisor: first.hypervisor, instance: instance, layout: layout, copies: first.id,
    edition: MetadataEdition(userScript: .fails, operatorScript: .fails, bigLines: 2048))
}

/// A boot of an instance of its own.
private func freshBoot(
  _ choices: [String: String], profile: String?, index: Int, axes: Axes, random: inout SplitMix64
) -> Boot {
  let layout = layOut(choices, profile: profile, leastMemory: axes.leastMemory)
  return Boot(
    id: bootID(index, profile ?? "qemu-\(layout.machine.rawValue)"), hypervisor: "qemu",
    instance: makeInstance(choices, nics: layout.nics.count, random: &random), layout: layout)
}

/// `01-qemu-pc`: the number, and what tells boots apart at a glance.
func bootID(_ index: Int, _ name: String) -> String { (index + 1 < 10 ? "0" : "") + "\(index + 1)-\(name)" }

func makeInstance(_ choices: [String: String], nics count: Int, random: inout SplitMix64) -> Instance {
  func hex(_ digits: Int, _ random: inout SplitMix64) -> String {
    (0..<digits).map { _ in String(random.below(16), radix: 16) }.joined()
  }
  // First half of the MACs: Joyent's, SmartOS' locally administered ones, QEMU's.
  let prefix = ["joyent": "90:b8:d0", "smartos": "02:08:20"][choices["nic.mac"] ?? ""] ?? "52:54:00"
  var uuid = Array(hex(32, &random))
  uuid[12] = "4"
  uuid[16] = random.pick(["8", "9", "a", "b"])
  let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
  let dashed = cuts.map { String(uuid[$0]) }.joined(separator: "-")
  let nics = (0..<count).map { nic in
    // One network a NIC; the host's part is never in the range that DHCP would give out (200 and up).
    let net = "10.\(100 + random.below(50) * 2 + nic % 2).\(random.below(250) + 1)"
    let tail = (0..<3).map { _ in hex(2, &random) }.joined(separator: ":")
    return Instance.NIC(
      interface: "net\(nic)", mac: "\(prefix):\(tail)", address: "\(net).\(random.below(150) + 20)", prefix: 24,
      gateway: "\(net).1", resolver: "\(net).3", dhcpStart: "\(net).200", primary: nic == 0,
      mtu: nic == 0 ? nil : 1400)
  }
  var instance = Instance(
    uuid: dashed, hostname: "imgv-\(hex(6, &random))", rootPassword: hex(20, &random), nics: nics,
    nonce: hex(16, &random))
  instance.promise(choices, random: &random)
  return instance
}
