/// What one host did on its wire, in numbers and bounded lists; the frames themselves are not kept.
package struct WireFacts: Sendable {
  /// Who a frame says it is from.
  package struct Source: Hashable, Sendable {
    package var mac: MACAddress
    /// nil for frames that are neither IP nor ARP.
    package var address: IPAddress?
  }

  /// Where packets went; of TCP, where connections were opened to.
  package struct Destination: Hashable, Sendable {
    package var address: IPAddress
    package var proto: UInt8
    package var port: UInt16?
  }

  package struct Question: Hashable, Sendable {
    package var server: IPAddress
    package var name: String
  }

  /// Addresses that are the network's own: gateway, name server.
  private let network: Set<MACAddress>
  private var start: Double?

  /// Frames of the host, and of the network.
  package private(set) var frames = 0
  package private(set) var networkFrames = 0
  package private(set) var sources = Sightings<Source>()
  package private(set) var destinations = Sightings<Destination>()
  package private(set) var questions = Sightings<Question>()
  /// DHCPv4 messages of the host, by type.
  package private(set) var dhcp = Sightings<UInt8>()
  package private(set) var dhcp6 = Sighting()
  package private(set) var routerSolicitations = Sighting()
  package private(set) var tagged = Sighting()
  /// Bytes of the longest frame.
  package private(set) var longest = 0
  /// Addresses that the network has asked for by ARP, those that the host has answered for, told unasked, asked for.
  package private(set) var asked = Sightings<IPAddress>()
  package private(set) var answered = Sightings<IPAddress>()
  package private(set) var announced = Sightings<IPAddress>()
  package private(set) var wanted = Sightings<IPAddress>()

  /// - Parameter network: MAC addresses of everybody on the wire who is not the host.
  package init(network: Set<MACAddress>) { self.network = network }

  /// Takes one record of the wire.
  package mutating func take(_ record: PcapReader.Record) {
    guard let frame = Frame(record.bytes, length: record.length) else { return }
    if start == nil { start = record.time }
    let time = max(0, record.time - (start ?? 0))
    if network.contains(frame.source) {
      networkFrames += 1
      if case .arp(let arp) = frame.content, arp.operation == 1 { asked.add(arp.target, time) }
      return
    }
    frames += 1
    longest = max(longest, frame.length)
    if frame.isTagged { tagged.add(time) }
    switch frame.content {
    case .arp(let arp): take(arp, frame, time)
    case .ip(let packet): take(packet, frame, time)
    case .other, .unreadable: sources.add(Source(mac: frame.source), time)
    }
  }

  private mutating func take(_ arp: Frame.ARP, _ frame: Frame, _ time: Double) {
    sources.add(Source(mac: frame.source, address: arp.sender), time)
    if arp.senderMAC != frame.source { sources.add(Source(mac: arp.senderMAC, address: arp.sender), time) }
    if arp.isAnnouncement {
      announced.add(arp.sender, time)
    } else if arp.operation == 2 {
      answered.add(arp.sender, time)
    } else {
      wanted.add(arp.target, time)
    }
  }

  private mutating func take(_ packet: IPPacket, _ frame: Frame, _ time: Double) {
    sources.add(Source(mac: frame.source, address: packet.source), time)
    switch packet.payload {
    case .dhcp(let type): dhcp.add(type, time)
    case .dhcp6: dhcp6.add(time)
    case .routerSolicitation: routerSolicitations.add(time)
    case .question(let name): questions.add(Question(server: packet.destination, name: name), time)
    case .routerAdvertisement, .neighborSolicitation, .neighborAdvertisement, .membership: return
    case .other: if packet.continuesConnection { return }
    }
    destinations.add(
      Destination(address: packet.destination, proto: packet.proto, port: packet.port), time)
  }
}
