import Testing

@testable import Packets

struct FrameTests {
  @Test(arguments: ["10.77.1.24", "0.0.0.0", "fd4b:7a1e:22c0:1::30", "::", "fe80::1"])
  func addressesKeepTheirText(text: String) { #expect(IPAddress(text)?.description == text) }

  @Test(arguments: ["", "10.77.1", "10.77.1.256", "x", "1::2::3", "fd00::1/64"]) func noAddress(text: String) {
    #expect(IPAddress(text) == nil)
    #expect(MACAddress(text) == nil)
  }

  @Test func networksHoldTheirAddresses() throws {
    let net = try #require(IPAddress("172.16.16.0"))
    for (text, inside) in [("172.16.31.255", true), ("172.16.32.0", false), ("172.16.15.255", false)] {
      #expect(IPAddress(text)!.isIn(net, length: 20) == inside, "\(text)")
    }
    #expect(IPAddress("1.2.3.4")!.isIn(net, length: 0) && !IPAddress("1.2.3.4")!.isIn(net, length: 33))
    #expect(!IPAddress("fd00::1")!.isIn(net, length: 0))
    #expect(IPAddress("10.77.3.255")!.isBroadcast(length: 22) && !IPAddress("10.77.2.255")!.isBroadcast(length: 22))
  }

  @Test func anARPFrame() throws {
    let bytes = Made.arp(1, "10.77.1.24", "10.77.1.24")
    let frame = try #require(Frame(bytes[...], length: 60))
    guard case .arp(let arp) = frame.content else {
      Issue.record("no ARP: \(frame)")
      return
    }
    #expect(frame.source == Made.guest && frame.length == 60 && arp.isAnnouncement)
    #expect(arp.sender.description == "10.77.1.24" && arp.senderMAC.description == "90:b8:d0:3e:5a:01")
  }

  @Test func aTagIsSeenAndReadOver() throws {
    var bytes = Made.arp(2, "10.77.1.24", "10.77.1.2")
    bytes.insert(contentsOf: [0x81, 0, 0, 5], at: 12)
    let frame = try #require(Frame(bytes[...], length: bytes.count))
    #expect(frame.isTagged)
    if case .arp = frame.content {} else { Issue.record("\(frame.content)") }
  }

  @Test(
    arguments: [
      (Made.dhcp(1), IPPacket.Payload.dhcp(1)),
      (Made.question(["Ntp", "x\u{1B}[", "org"], to: "9.9.9.9"), .question("ntp.x??.org")),
      (Made.question([], to: "9.9.9.9"), .question(".")),
      (Made.udp("fd00::1", "ff02::1:2", port: 547, []), .dhcp6),
      (Made.ip("fe80::1", "ff02::2", 58, [133, 0]), .routerSolicitation),
      // Behind hop-by-hop options, as multicast listeners report.
      (Made.ip("fe80::1", "ff02::16", 0, [58, 0, 5, 2, 0, 0, 1, 0, 143, 0]), .membership),
      (Made.ip("10.0.0.1", "224.0.0.22", 2, [0x22]), .membership),
    ] as [([UInt8], IPPacket.Payload)]) func payloads(bytes: [UInt8], payload: IPPacket.Payload) throws
  {
    let frame = try #require(Frame(bytes[...], length: bytes.count))
    guard case .ip(let packet) = frame.content else {
      Issue.record("no IP: \(frame)")
      return
    }
    #expect(packet.payload == payload)
  }

  @Test func aLaterFragmentHasNoPort() throws {
    var bytes = Made.udp("10.77.1.24", "10.77.1.3", port: 53, [])
    bytes[20] = 0
    bytes[21] = 3
    guard case .ip(let packet) = try #require(Frame(bytes[...], length: bytes.count)).content else { return }
    #expect(packet.port == nil && packet.payload == .other)
  }

  /// Whatever is cut off, nothing is read beyond it.
  @Test func everyBeginningOfAFrameIsTaken() {
    let frames = [
      Made.arp(1, "1.2.3.4", "5.6.7.8"), Made.dhcp(3), Made.question(["a", "b"], to: "1.1.1.1"),
      Made.ip("fe80::1", "ff02::16", 0, [58, 0, 5, 2, 0, 0, 1, 0, 143, 0]),
    ]
    for frame in frames {
      for count in 0...frame.count {
        let made = Frame(frame.prefix(count), length: frame.count)
        #expect((made == nil) == (count < 14))
      }
    }
  }

  /// Sizes that lie: of IPv4's header, of an extension header, of a DHCP option, of a label.
  @Test func lyingSizesAreNoTrouble() {
    var random: UInt64 = 42
    let frames = [Made.dhcp(1), Made.question(["abc"], to: "1.1.1.1"), Made.arp(1, "1.2.3.4", "5.6.7.8")]
    for _ in 0..<300 {
      for frame in frames {
        var bytes = frame
        for _ in 0..<6 {
          random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          bytes[Int(random >> 33) % bytes.count] = UInt8(random >> 25 & 0xFF)
        }
        #expect(Frame(bytes[...], length: bytes.count) != nil)
      }
    }
  }
}
