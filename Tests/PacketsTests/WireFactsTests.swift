import Testing

@testable import Packets

struct WireFactsTests {
  @Test func theGuestAndTheNetworkAreToldApart() throws {
    let address = try #require(IPAddress("10.77.1.24"))
    let facts = Made.facts([
      Made.arp(1, "10.77.1.2", "10.77.1.24", from: Made.gateway), Made.arp(2, "10.77.1.24", "10.77.1.2"),
      Made.arp(1, "10.77.1.24", "10.77.1.2"), Made.arp(1, "10.77.1.24", "10.77.1.24"),
    ])
    #expect(facts.frames == 3 && facts.networkFrames == 1)
    #expect(facts.asked[address]?.count == 1 && facts.answered[address]?.first == 1)
    #expect(facts.announced[address]?.first == 3 && facts.wanted.entries.keys.map(\.description) == ["10.77.1.2"])
    #expect(facts.sources.entries.count == 1 && facts.sources[.init(mac: Made.guest, address: address)]?.count == 3)
  }

  @Test func whatIsAskedAndSent() throws {
    let facts = Made.facts([
      Made.dhcp(1), Made.dhcp(1), Made.dhcp(3), Made.question(["a", "org"], to: "9.9.9.9"),
      Made.ip("10.77.1.24", "93.184.216.34", 6, [0, 9, 1, 0xBB]), Made.ip("fe80::1", "ff02::2", 58, [133, 0]),
    ])
    #expect(facts.dhcp[1]?.count == 2 && facts.dhcp[1]?.last == 1 && facts.dhcp[3]?.first == 2)
    #expect(facts.questions.entries.keys.map { "\($0.name) \($0.server)" } == ["a.org 9.9.9.9"])
    let sent = Set(facts.destinations.entries.keys.map { "\($0.address) \($0.proto) \($0.port ?? 0)" })
    #expect(
      sent == [
        "255.255.255.255 17 67", "9.9.9.9 17 53", "93.184.216.34 6 443", "ff02::2 58 0",
      ])
    #expect(facts.routerSolicitations.count == 1 && facts.longest == 14 + 28 + 236 + 4 + 12)
  }

  /// Each of our SSH sessions has a port of its own: answers to them would fill the list.
  @Test func answersToOthersAreNoDestinations() {
    func tcp(_ flags: UInt8) -> [UInt8] {
      Made.ip("10.77.1.24", "10.77.1.2", 6, [0, 22, 0x90, flags] + [UInt8](repeating: 0, count: 8) + [0x50, flags])
    }
    let facts = Made.facts([0x02, 0x12, 0x10, 0x18, 0x04, 0x01].map(tcp))
    #expect(facts.destinations.entries.keys.map(\.port) == [0x9002] && facts.sources.entries.values.map(\.count) == [6])
  }

  /// A guest that invents addresses fills no memory.
  @Test func listsAreBounded() {
    let frames = (0..<600).map { Made.arp(2, "10.1.\($0 / 256).\($0 % 256)", "10.77.1.2") }
    let facts = Made.facts(frames)
    #expect(facts.frames == 600 && facts.sources.entries.count == 256 && facts.sources.unlisted == 344)
    #expect(facts.answered.unlisted == 344)
  }
}
