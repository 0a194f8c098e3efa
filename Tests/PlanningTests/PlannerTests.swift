import Foundation
import Model
import Planning
import Testing

@Suite struct PlannerTests {
  let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 4)

  private func plan(_ seed: UInt64, boots: Int? = nil, _ coverage: Coverage = .each) throws -> [Boot] {
    try makePlan(PlanWishes(seed: seed, coverage: coverage, boots: boots), axes: axes).boots
  }

  @Test func theSameSeedGivesTheSamePlan() throws {
    let plan = try makePlan(PlanWishes(seed: 42), axes: axes)
    #expect(try plan == makePlan(PlanWishes(seed: 42), axes: axes))
    #expect(try plan != makePlan(PlanWishes(seed: 43), axes: axes))
    let stored = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
    #expect(stored == plan)
  }

  /// The numbers are part of the promise: a plan made by an older version must be made again by a newer one.
  @Test func theGeneratorGivesThePublishedNumbers() {
    var random = SplitMix64(seed: 1_234_567)
    #expect((0..<3).map { _ in random.next() } == [6457827717110365317, 3203168211198807973, 9817491932198370423])
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func theProfilesComeFirstAndEveryValueIsMet(seed: UInt64) throws {
    let boots = try plan(seed)
    #expect(boots.prefix(2).map(\.layout.profile) == ["smartos-kvm", "smartos-bhyve"])
    #expect(boots.count <= 9)
    for axis in axes.axes {
      let met = Set(boots.compactMap { $0.layout.choices[axis.id] })
      #expect(met == Set(axis.values.map(\.name)), "\(axis.id)")
    }
  }

  /// 22 fresh boots are the fewest there can be: each of the 5 extra disks meets each of the 4 disk models, virtio-scsi
  /// with another name and, once more, with its own, and both profiles have the same disk model and no extra disk.
  @Test(arguments: [1, 2] as [UInt64]) func pairsAreCoveredIn24Boots(seed: UInt64) throws {
    let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 1)
    let boots = try makePlan(PlanWishes(seed: seed, coverage: .pairs, compatibility: false), axes: axes).boots
    #expect((24...25).contains(boots.count))
    let table = AxisTable(axes)
    let fresh = boots.filter { $0.continues == nil }.map(\.layout.choices)
    #expect(uncovered(fresh.compactMap { table.row($0) }, of: table.problem, .pairs).isEmpty)
    for choices in fresh { #expect(table.allows(choices)) }
  }

  @Test func eachBootSaysWhatItAdds() throws {
    let plan = try makePlan(PlanWishes(seed: 3, coverage: .pairs, boots: 12), axes: axes)
    let audit = try #require(CoverageAudit(plan, axes: axes))
    #expect(plan.combinations == audit.possible)
    let covers = try plan.boots.filter { $0.purpose == .gate }.map { try #require($0.covers) }
    #expect(covers.count == 14)
    #expect(covers.reduce(0) { $0 + $1.combinations } == audit.possible - audit.missing.count)
    #expect(!audit.missing.isEmpty)
    #expect(audit.missing.allSatisfy { $0.count == 2 })
    // The first boot shows a pair of any two axes, and a value of each.
    #expect(covers[0].combinations == axes.axes.count * (axes.axes.count - 1) / 2)
    #expect(covers[0].values.count == axes.axes.count && covers[0].values[0] == "machine=pc-i440fx-2.4")
    // Beyond the profiles, what is cut off is what adds least.
    let rows = covers[2..<12].map(\.combinations)
    #expect(rows == rows.sorted(by: >))
    let values = covers.flatMap(\.values)
    #expect(Set(values).count == values.count)
  }

  @Test func bootsBeyondTheCoverageAddNothing() throws {
    let plan = try makePlan(PlanWishes(seed: 3, boots: 9), axes: axes)
    #expect(plan.boots.suffix(3).map(\.covers) == Array(repeating: .init(combinations: 0, values: []), count: 3))
    let audit = try #require(CoverageAudit(plan, axes: axes))
    #expect(audit.missing.isEmpty && audit.impossible == 0)
    #expect(audit.possible == axes.axes.reduce(0) { $0 + $1.values.count })
  }

  @Test func theAuditTrustsNothingButTheChoices() throws {
    var plan = try makePlan(PlanWishes(seed: 1, moves: false), axes: axes)
    let value = "extra=blank behind"
    let only = plan.boots.filter { $0.layout.choices["extra"] == "blank behind" }.map(\.id)
    #expect(only.count == 1)
    // It still says that it covers its values; but what does not gate does not count.
    for index in plan.boots.indices where only.contains(plan.boots[index].id) {
      plan.boots[index].purpose = .compatibility
    }
    let audit = try #require(CoverageAudit(plan, axes: axes))
    #expect(audit.missing.contains([value]))
    plan.coverage = "everything"
    #expect(CoverageAudit(plan, axes: axes) == nil)
  }

  @Test func compatibilityComesLastAndChangesNothingElse() throws {
    let plain = try makePlan(PlanWishes(seed: 4), axes: axes).boots
    let more = try makePlan(PlanWishes(seed: 4, compatibility: true), axes: axes).boots
    #expect(Array(more.prefix(plain.count)) == plain)
    let others = more.dropFirst(plain.count)
    #expect(others.map(\.id) == ["09-compat-ide", "10-compat-ahci", "11-compat-nvme"])
    #expect(others.allSatisfy { $0.purpose == .compatibility && $0.covers == nil && $0.continues == nil })
    #expect(others.map(\.layout.bootDisk.model) == [.ide, .ahci, .nvme])
    #expect(others.map(\.layout.machine) == [.pc, .q35, .q35])
    #expect(others.flatMap { $0.layout.nics.map(\.model) } == [.e1000, .e1000, .virtio])
    #expect(others.map(\.layout.profile) == ["compat-ide", "compat-ahci", "compat-nvme"])
    // Neither is what the axes are about, so none of them counts.
    #expect(others.allSatisfy { AxisTable(axes).row($0.layout.choices) == nil })
    #expect(plain.allSatisfy { $0.purpose == .gate })
  }

  @Test func metadataFaultsComeLastOnThePlainMachineAndChangeNothingElse() throws {
    let plain = try makePlan(PlanWishes(seed: 4, compatibility: true), axes: axes)
    var wishes = PlanWishes(seed: 4, compatibility: true)
    wishes.metadataFaults = MetadataFault.all
    let plan = try makePlan(wishes, axes: axes)
    #expect(Array(plan.boots.prefix(plain.boots.count)) == plain.boots)
    let trials = Array(plan.boots.dropFirst(plain.boots.count))
    #expect(trials.map(\.metadataFault) == MetadataFault.all)
    #expect(trials.prefix(3).map(\.id) == ["12-mdata-absent", "13-mdata-silent", "14-mdata-late"])
    #expect(trials.allSatisfy { $0.purpose == .trial && $0.covers == nil && $0.continues == nil })
    #expect(Set(trials.map(\.layout)).count == 1 && Set(trials.map(\.instance.uuid)).count == trials.count)
    #expect(trials.allSatisfy { problem(of: $0) == nil && $0.layout.profile == nil })
    for axis in axes.axes { #expect(trials[0].layout.choices[axis.id] == axis.values[0].name) }
    // They cover nothing, whether they decide or not.
    wishes.metadataFaultsDecide = true
    let deciding = try makePlan(wishes, axes: axes)
    #expect(deciding.boots.suffix(trials.count).allSatisfy { $0.purpose == .gate })
    #expect(CoverageAudit(deciding, axes: axes) == CoverageAudit(plain, axes: axes))
    #expect(deciding.boots.map(\.instance) == plan.boots.map(\.instance))
    let stored = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
    #expect(stored == plan)
  }

  /// A boot of an older version says nothing of faults.
  @Test func bootsWithoutFaultsAreRead() throws {
    let boot = try plan(4)[0]
    let json = try JSONEncoder().encode(boot)
    #expect(!String(decoding: json, as: UTF8.self).contains("metadataFault"))
    #expect(try JSONDecoder().decode(Boot.self, from: json) == boot)
  }

  @Test(arguments: Coverage.allCases) func compatibilityIsForCoveragesThatTakeTheirTime(coverage: Coverage) {
    #expect(PlanWishes(seed: 1, coverage: coverage).compatibility == (coverage != .each))
    #expect(PlanWishes(seed: 1, coverage: coverage, compatibility: false).compatibility == false)
    #expect(PlanWishes(seed: 1, coverage: coverage, compatibility: true).compatibility)
  }

  /// A plan of an older version has neither purposes nor counts.
  @Test func plansWithoutCountsAreRead() throws {
    let old = try JSONDecoder().decode(Plan.self, from: Data(#"{"seed": 1, "coverage": "each", "boots": []}"#.utf8))
    #expect(old.combinations == nil)
  }

  @Test func theSameChoicesGiveTheSameHardware() throws {
    let boots = try plan(1) + plan(2)
    for boot in boots where boot.layout.profile == nil {
      #expect(layOut(boot.layout.choices, leastMemory: axes.leastMemory) == boot.layout)
    }
    let serials = ["none": "", "short": "IMGV42", "long": "BHYVE-1A2B-3C4D-5E6F", "odd": "a b/471_#.%+x"]
    for boot in boots { #expect(boot.layout.bootDisk.serial == serials[boot.layout.choices["disk.serial"] ?? ""]) }
  }

  @Test func profilesAreMachinesThatCanBe() {
    let table = AxisTable(axes)
    for profile in axes.profiles {
      for (axis, value) in profile.choices {
        #expect(axes.axes.contains { $0.id == axis && $0.values.contains { $0.name == value } }, "\(axis): \(value)")
      }
    }
    #expect(throws: Never.self) { try coveringArray(table.problem, .each, seed: 1) }
  }

  @Test func constraintsNameRealAxesAndValues() {
    for constraint in axes.constraints {
      #expect(constraint.never.count > 1 && !constraint.because.isEmpty)
      for (axis, value) in constraint.never {
        #expect(axes.axes.contains { $0.id == axis && $0.values.contains { $0.name == value } }, "\(axis): \(value)")
      }
    }
  }

  @Test(arguments: 0..<3 as Range<UInt64>) func layoutsCanBeBuilt(seed: UInt64) throws {
    for boot in try plan(seed, boots: 12) {
      let layout = boot.layout
      let places = [layout.bootDisk.place] + layout.nics.map(\.place) + (layout.extraDisk.map { [$0.place] } ?? [])
      let slots = places.map { "\($0.slot).\($0.function)" }
      #expect(Set(slots).count == slots.count, "\(slots)")
      // 2 holds the display, 24 USB, 28 the bridge, 29 and 30 balloon and random numbers, 31 q35's chipset.
      #expect(places.allSatisfy { (3...27).contains($0.slot) && $0.slot != 24 })
      #expect(layout.nics.count == boot.instance.nics.count)
      #expect(layout.bootDisk.serial.utf8.count <= 20)
      #expect(layout.bootDisk.names == nil || layout.bootDisk.model == .virtioSCSI)
      if let extra = layout.extraDisk {
        #expect((extra.place.slot < layout.bootDisk.place.slot) == (extra.order == .before))
      }
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func theMovedInstanceKeepsItselfAndNothingElse(seed: UInt64) throws {
    let boots = try plan(seed)
    let moved = try #require(boots.first { $0.continues != nil })
    let first = try #require(boots.first { $0.id == moved.continues })
    #expect(moved.instance == first.instance)
    #expect(moved.layout.nics.count == first.layout.nics.count)
    let edition = try #require(moved.edition)
    #expect(edition.hostname != first.hostname && edition.nonce != first.nonce)
    #expect(edition.userScript == .removed && edition.operatorScript == .fails && edition.overwritesKeys)
    let table = AxisTable(axes)
    #expect(table.allows(moved.layout.choices))
    let same = moved.layout.choices.filter { first.layout.choices[$0.key] == $0.value }.keys.sorted()
    // One NIC has no order and no second function; a name beside the usual one needs another disk model.
    #expect(
      Set(same).isSubset(of: ["nics", "nic.mac", "nic.order", "nic.place", "nic.addresses", "routes", "domain"]),
      "\(same)")
  }

  @Test(arguments: 0..<4 as Range<UInt64>) func theRebornInstanceHasNothingButTheDisk(seed: UInt64) throws {
    let boots = try plan(seed)
    let reborn = try #require(boots.last)
    let first = try #require(boots.first { $0.id == reborn.copies })
    #expect(reborn.continues == nil && reborn.purpose == .gate && boots.count { $0.copies != nil } == 1)
    #expect(reborn.layout.choices == first.layout.choices && reborn.layout.bootDisk == first.layout.bootDisk)
    let (new, old) = (reborn.instance, first.instance)
    #expect(new.uuid != old.uuid && new.hostname != old.hostname && new.nonce != old.nonce)
    #expect(Set(new.nics.map(\.mac)).isDisjoint(with: old.nics.map(\.mac)) && new.nics.count == old.nics.count)
    #expect(new.rootPassword == old.rootPassword)
    #expect(boots.allSatisfy { problem(of: $0) == nil })
    #expect(try JSONDecoder().decode(Boot.self, from: JSONEncoder().encode(reborn)) == reborn)
  }

  @Test func soManyBootsAsWereAskedFor() throws {
    #expect(try plan(5, boots: 1).count == 3)
    #expect(try makePlan(PlanWishes(seed: 5, boots: 3, moves: false), axes: axes).boots.count == 3)
    let many = try makePlan(PlanWishes(seed: 5, boots: 30, moves: false), axes: axes).boots
    #expect(many.count == 30)
    #expect(Set(many.map(\.layout.choices)).count == 30)
    #expect(Set(many.map(\.id)).count == 30)
  }

  @Test(arguments: 0..<6 as Range<UInt64>) func identitiesAreSound(seed: UInt64) throws {
    let boots = try makePlan(PlanWishes(seed: seed, boots: 4, moves: false), axes: axes).boots
    #expect(Set(boots.map(\.instance.uuid)).count == 4)
    for boot in boots {
      let id = boot.instance
      let uuid = try #require(UUID(uuidString: id.uuid))
      #expect(id.uuid == uuid.uuidString.lowercased())
      #expect(id.nics.filter(\.primary).map(\.interface) == ["net0"])
      #expect(Set(id.nics.map(\.network)).count == id.nics.count)
      for nic in id.nics {
        let last = try #require(Int(nic.address.split(separator: ".")[3]))
        // Neither the gateway, nor the resolver, nor what DHCP gives out.
        #expect((20..<200).contains(last))
        #expect(nic.dhcpStart.hasSuffix(".200"))
        let first = try #require(UInt8(nic.mac.prefix(2), radix: 16))
        #expect(first & 1 == 0, "a multicast MAC")
      }
    }
  }

  @Test func memoryStartsAtTheManifestsMinimum() throws {
    let axes = Axes.qemu(minimumMemory: .mebibytes(768), maximumCPUs: 1)
    let boots = try makePlan(PlanWishes(seed: 1), axes: axes).boots
    #expect(Set(boots.map(\.layout.memory)) == [.mebibytes(768), .mebibytes(1536)])
    #expect(Set(boots.map(\.layout.cpus)) == [1])
  }
}
