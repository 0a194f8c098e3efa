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
    #expect(boots.count <= 8)
    for axis in axes.axes {
      let met = Set(boots.compactMap { $0.layout.choices[axis.id] })
      #expect(met == Set(axis.values.map(\.name)), "\(axis.id)")
    }
  }

  @Test func pairsAreCoveredInNoMoreThan30Boots() throws {
    let table = AxisTable(.qemu(minimumMemory: nil, maximumCPUs: 1))
    let rows = try coveringArray(table.problem, .pairs, seed: 7)
    #expect(rows.count <= 26)
    #expect(uncovered(rows, of: table.problem, .pairs).isEmpty)
    for row in rows { #expect(table.allows(table.choices(row))) }
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
    let moved = try #require(boots.last)
    let first = try #require(boots.first { $0.id == moved.continues })
    #expect(moved.instance == first.instance)
    #expect(moved.layout.nics.count == first.layout.nics.count)
    let table = AxisTable(axes)
    #expect(table.allows(moved.layout.choices))
    let same = moved.layout.choices.filter { first.layout.choices[$0.key] == $0.value }.keys.sorted()
    // Number and MACs of the NICs are the instance's own; one NIC has no order and no second function.
    #expect(Set(same).isSubset(of: ["nics", "nic.mac", "nic.order", "nic.place"]), "\(same)")
  }

  @Test func soManyBootsAsWereAskedFor() throws {
    #expect(try plan(5, boots: 1).count == 2)
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
