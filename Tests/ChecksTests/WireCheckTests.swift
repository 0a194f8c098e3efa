import Guests
import Model
import Packets
import Testing

@testable import Checks

/// Traffic made by hand, and what the wire checks say of it.
struct WireCheckTests {
  static let mac: [UInt8] = [0x90, 0xB8, 0xD0, 0x3E, 0x5A, 0x01]
  static let gateway: [UInt8] = [0x52, 0x55, 10, 77, 1, 2]

  static func address(_ text: String) -> [UInt8] { IPAddress(text)!.bytes }

  static func arp(_ operation: UInt8, _ sender: String, _ target: String, from mac: [UInt8] = mac) -> [UInt8] {
    let head: [UInt8] = [8, 6, 0, 1, 8, 0, 6, 4, 0, operation]
    return [UInt8](repeating: 0xFF, count: 6) + mac + head + mac + address(sender) + [0, 0, 0, 0, 0, 0]
      + address(target)
  }

  static func ip(_ source: String, _ destination: String, _ proto: UInt8, _ payload: [UInt8], tag: [UInt8] = [])
    -> [UInt8]
  {
    let head: [UInt8] = [UInt8](repeating: 0xFF, count: 6) + mac + tag
    if source.contains(":") {
      let fixed: [UInt8] = [0x86, 0xDD, 0x60, 0, 0, 0, 0, 8, proto, 64]
      return head + fixed + address(source) + address(destination) + payload
    }
    let fixed: [UInt8] = [8, 0, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, proto, 0, 0]
    return head + fixed + address(source) + address(destination) + payload
  }

  static func udp(_ source: String, _ destination: String, _ port: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
    ip(source, destination, 17, [0x80, 0, 0, port, 0, 8, 0, 0] + payload)
  }

  static let discover = udp(
    "0.0.0.0", "255.255.255.255", 67,
    [UInt8](repeating: 0, count: 236) + [0x63, 0x82, 0x53, 0x63, 53, 1, 1, 255])

  static func question(to server: String) -> [UInt8] {
    let head: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    return udp("10.77.1.24", server, 53, head + [3, 0x6E, 0x74, 0x70, 0, 0, 1, 0, 1])
  }

  /// What a good guest sends on its first NIC.
  static let good: [(Double, [UInt8])] = [
    (0, arp(1, "10.77.1.24", "10.77.1.24")), (0.1, ip("::", "ff02::16", 0, [58, 0, 5, 2, 0, 0, 1, 0, 143, 0])),
    (0.2, ip("fe80::1", "ff02::2", 58, [133, 0])), (1, arp(1, "10.77.1.2", "10.77.1.24", from: gateway)),
    (1.1, arp(2, "10.77.1.24", "10.77.1.2")), (1.2, arp(1, "10.77.1.24", "10.77.1.2")),
    (2, ip("10.77.1.24", "10.77.1.2", 6, [0, 22, 0x90, 0])), (3, question(to: "10.77.1.3")),
    (4, ip("10.77.1.24", "224.0.0.22", 2, [0x22])), (5, udp("10.77.1.24", "10.77.1.255", 138)),
  ]

  static func judge(
    _ check: any WireCheck.Type, _ frames: [(Double, [UInt8])], lengths: [Int] = [],
    _ change: (inout Instance) -> Void = { _ in }
  ) -> Judgement {
    var instance = boot.instance
    instance.nics.removeLast()
    change(&instance)
    var facts = WireFacts(network: instance.nics[0].networkMACs)
    var reader = PcapReader()
    func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
    var file: [UInt8] = [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 12) + little(1)
    for (index, (time, frame)) in frames.enumerated() {
      let length = index < lengths.count ? lengths[index] : frame.count
      file += little(Int(time)) + little(Int(time * 1e6) % 1_000_000) + little(frame.count) + little(length) + frame
    }
    for record in reader.receive(file) { facts.take(record) }
    return check.judge([Traffic(nic: instance.nics[0], facts: facts)], of: instance, timeoutScale: 1)
  }

  static let checks: [any WireCheck.Type] = [
    WireSources.self, WireNoDHCP.self, WireNoDHCPWait.self, WireARPAnswers.self, WireAnnounces.self, WireFrames.self,
    WireNameServers.self, WirePhonesHome.self,
  ]

  @Test func aGoodGuestPassesAll() {
    for check in Self.checks {
      let judgement = Self.judge(check, Self.good)
      #expect(judgement.outcome == .passed, "\(check.info.id)")
    }
    #expect(Self.judge(WireNameServers.self, Self.good).notes == ["names asked for": "ntp"])
    #expect(Self.judge(WirePhonesHome.self, Self.good).evidence[0].text?.contains("224.0.0.22") == false)
    #expect(Self.judge(WireAsksAsTold.self, Self.good).outcome.name == "skipped")
  }

  static let defects: [(any WireCheck.Type, [(Double, [UInt8])], String)] = [
    (
      WireSources.self, [(0, arp(1, "10.77.1.24", "10.77.1.2", from: [2, 0, 0, 0, 0, 9]))],
      "found 02:00:00:00:00:09 with 10.77.1.24"
    ),
    (
      WireSources.self, [(0, udp("172.17.0.1", "10.77.1.2", 9))],
      "expected packets from 10.77.1.24/24, found 172.17.0.1, once"
    ),
    (WireSources.self, [(0, udp("fd00::5", "ff02::fb", 9))], "found fd00::5"),
    (WireSources.self, [(0, udp("10.77.1.100", "10.77.1.2", 9))], "found 10.77.1.100"),
    (WireNoDHCP.self, [(0, discover)], "expected no DHCP beside 10.77.1.24/24, found 1 messages"),
    (WireNoDHCP.self, [(0, ip("fe80::1", "ff02::1:2", 17, [2, 34, 2, 35, 0, 8, 0, 0]))], "expected no DHCPv6"),
    (WireNoDHCPWait.self, [(0, discover), (12, discover), (25, discover)], "over 25 s and the address never used"),
    (
      WireNoDHCPWait.self, [(0, discover), (12, discover), (30, discover), (31, arp(1, "10.77.1.24", "10.77.1.2"))],
      "over 30 s before the first packet"
    ),
    (
      WireARPAnswers.self, [(0, arp(1, "10.77.1.2", "10.77.1.24", from: gateway))],
      "which was asked for once, found none"
    ),
    (
      WireAnnounces.self, [(0, arp(1, "10.77.1.24", "10.77.1.2"))], "expected gratuitous ARP for 10.77.1.24, found none"
    ),
    (WireFrames.self, [(0, ip("10.77.1.24", "10.77.1.2", 1, [], tag: [0x81, 0, 0, 7]))], "no VLAN tags, found 1"),
    (WireNameServers.self, [(0, question(to: "9.9.9.9"))], "found once 9.9.9.9 asked for ntp"),
    (WireNameServers.self, [(0, ip("10.77.1.24", "1.1.1.1", 6, [0x90, 0, 0, 53]))], "found once 1.1.1.1 asked"),
    (
      WirePhonesHome.self, [(0, ip("10.77.1.24", "169.254.169.254", 6, [0x90, 0, 0, 80]))],
      "169.254.169.254 tcp port 80, once"
    ),
    (WirePhonesHome.self, [(0, udp("fe80::1", "2001:db8::1", 123))], "2001:db8::1 udp port 123"),
    (WirePhonesHome.self, [(0, arp(1, "10.77.1.24", "10.77.1.99"))], "nobody told of 10.77.1.99, which ARP looked for"),
  ]

  @Test func everyDefectIsNamed() {
    for (check, frames, says) in Self.defects {
      let outcome = Self.judge(check, frames).outcome
      #expect(outcome.name == "failed" && outcome.text.contains(says), "\(check.info.id): \(outcome)")
    }
    #expect(Set(Self.defects.map { $0.0.info.id }) == Set(Self.checks.map { $0.info.id }))
  }

  /// Who has learned the address from the guest's own frames does not ask again.
  @Test func questionsBeforeTheAddressIsUsedDoNotCount() {
    let early = Self.arp(1, "10.77.1.2", "10.77.1.24", from: Self.gateway)
    let own = Self.arp(1, "10.77.1.24", "10.77.1.2")
    #expect(Self.judge(WireARPAnswers.self, [(0, early), (3, own)]).outcome.name == "skipped")
    #expect(Self.judge(WireARPAnswers.self, [(0, early), (3, own), (9, early)]).outcome.name == "failed")
    #expect(
      Self.judge(WireARPAnswers.self, [(0, early), (3, Self.arp(2, "10.77.1.24", "10.77.1.2"))]).outcome == .passed)
  }

  @Test func theLengthOnTheWireCounts() {
    let frame = [(0.0, Self.ip("10.77.1.24", "10.77.1.2", 1, []))]
    #expect(Self.judge(WireFrames.self, frame, lengths: [1514]).outcome == .passed)
    #expect(
      Self.judge(WireFrames.self, frame, lengths: [1515]).outcome.text.contains("at most 1500 bytes, found one of 1501")
    )
    #expect(Self.judge(WireFrames.self, frame, lengths: [1415]) { $0.nics[0].mtu = 1400 }.outcome.name == "failed")
  }

  @Test func whatIsPromisedIsAllowed() {
    let lease = Self.udp("10.77.1.107", "10.77.1.2", 9)
    let dhcp: (inout Instance) -> Void = { $0.nics[0].addressing = .dhcp }
    #expect(Self.judge(WireSources.self, [(0, lease)], dhcp).outcome == .passed)
    #expect(Self.judge(WireSources.self, [(0, Self.udp("10.77.1.24", "10.77.1.2", 9))], dhcp).outcome.name == "failed")
    #expect(Self.judge(WireNoDHCP.self, [(0, Self.discover)], dhcp).outcome == .passed)
    #expect(Self.judge(WireAsksAsTold.self, [(0, Self.discover)], dhcp).outcome == .passed)
    #expect(
      Self.judge(WireAsksAsTold.self, [(0, lease)], dhcp).outcome.text.contains("expected a DHCPDISCOVER, found none"))
    let routers: (inout Instance) -> Void = {
      $0.nics[0].addressing = .addrconf
      $0.nics[0].network6 = .init(prefix: "fd00:1:2:3::")
    }
    let own = Self.udp("fd00:1:2:3::9", "fd00:1:2:3::3", 53)
    for check in [WireSources.self, WireNameServers.self, WirePhonesHome.self] as [any WireCheck.Type] {
      #expect(Self.judge(check, [(0, own)], routers).outcome == .passed, "\(check.info.id)")
    }
    #expect(
      Self.judge(WireSources.self, [(0, Self.udp("fd00:1:2:4::9", "ff02::fb", 9))], routers).outcome.name == "failed")
    #expect(
      Self.judge(WireAsksAsTold.self, [(0, own)], routers).outcome.text.contains("expected a router solicitation"))
    let route: (inout Instance) -> Void = { $0.routes = [.init(destination: "172.20.16.0/20", gateway: "10.77.1.11")] }
    for (address, passes) in [("172.20.31.1", true), ("172.20.32.1", false)] {
      let outcome = Self.judge(WirePhonesHome.self, [(0, Self.udp("10.77.1.24", address, 9))], route).outcome
      #expect((outcome == .passed) == passes, "\(address)")
    }
  }
}
