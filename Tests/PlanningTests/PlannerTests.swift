import Foundation
import Model
import Planning
import Testing

@Suite struct PlannerTests {
  let axes = Axes(minimumMemory: nil, maximumCPUs: 4)

  @Test func theSameSeedGivesTheSamePlan() throws {
    let plan = makePlan(seed: 42, boots: 6, axes: axes)
    #expect(plan == makePlan(seed: 42, boots: 6, axes: axes))
    #expect(plan != makePlan(seed: 43, boots: 6, axes: axes))
    let stored = try JSONDecoder().decode(Plan.self, from: JSONEncoder().encode(plan))
    #expect(stored == plan)
  }

  /// The numbers are part of the promise: a plan made by an older version must be made again by a newer one.
  @Test func theGeneratorGivesThePublishedNumbers() {
    var random = SplitMix64(seed: 1_234_567)
    #expect((0..<3).map { _ in random.next() } == [6457827717110365317, 3203168211198807973, 9817491932198370423])
  }

  @Test(arguments: 0..<40 as Range<UInt64>) func everyValueOfEveryAxisIsMetInThreeBoots(seed: UInt64) {
    let boots = makePlan(seed: seed, boots: 3, axes: axes).boots
    #expect(Set(boots.map(\.layout.machine)) == Set(axes.machines))
    #expect(Set(boots.map(\.layout.bootDisk.bus)) == Set(axes.buses))
    #expect(Set(boots.map(\.layout.bootDisk.serial)) == Set(axes.serials))
    #expect(Set(boots.map(\.layout.extraDisk?.place)) == Set(axes.extraDisks))
    #expect(Set(boots.map(\.instance.nics.count)) == Set(axes.nicCounts))
    #expect(Set(boots.map { String($0.instance.nics[0].mac.prefix(8)) }) == Set(axes.macPrefixes))
    #expect(Set(boots.map(\.layout.memory)) == Set(axes.memories))
    #expect(Set(boots.map(\.layout.cpus)) == Set(axes.cpuCounts))
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func layoutsCanBeBuilt(seed: UInt64) throws {
    for boot in makePlan(seed: seed, boots: 4, axes: axes).boots {
      let layout = boot.layout
      let slots = [layout.bootDisk.slot] + layout.nicSlots + (layout.extraDisk.map { [$0.slot] } ?? [])
      #expect(Set(slots).count == slots.count)
      #expect(slots.allSatisfy { axes.slots.contains($0) })
      #expect(layout.nicSlots.count == boot.instance.nics.count)
      #expect(layout.bootDisk.serial.count <= 20)
      if let extra = layout.extraDisk {
        #expect((extra.slot < layout.bootDisk.slot) == (extra.place == .before))
      }
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func identitiesAreSound(seed: UInt64) throws {
    let boots = makePlan(seed: seed, boots: 4, axes: axes).boots
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

  @Test func memoryStartsAtTheManifestsMinimum() {
    let axes = Axes(minimumMemory: .mebibytes(768), maximumCPUs: 1)
    #expect(axes.memories == [.mebibytes(768), .mebibytes(1536)])
    #expect(axes.cpuCounts == [1])
  }
}
