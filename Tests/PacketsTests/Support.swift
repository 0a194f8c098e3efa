@testable import Packets

/// Frames and files as QEMU's filter-dump tells them, made by hand.
enum Made {
  static let guest = MACAddress("90:b8:d0:3e:5a:01")!
  static let gateway = MACAddress("52:55:0a:4d:01:02")!
  static let everybody = MACAddress("ff:ff:ff:ff:ff:ff")!

  static func bytes(_ mac: MACAddress) -> [UInt8] {
    stride(from: 40, through: 0, by: -8).map { UInt8(mac.bits >> UInt64($0) & 0xFF) }
  }

  static func bytes(_ address: String) -> [UInt8] { IPAddress(address)!.bytes }

  static func ethernet(from source: MACAddress = guest, _ type: [UInt8], _ payload: [UInt8]) -> [UInt8] {
    bytes(everybody) + bytes(source) + type + payload
  }

  static func arp(_ operation: UInt8, _ sender: String, _ target: String, from source: MACAddress = guest) -> [UInt8] {
    ethernet(
      from: source, [8, 6],
      [0, 1, 8, 0, 6, 4, 0, operation] + bytes(source) + bytes(sender) + [0, 0, 0, 0, 0, 0] + bytes(target))
  }

  static func ip(_ source: String, _ destination: String, _ proto: UInt8, _ payload: [UInt8]) -> [UInt8] {
    if source.contains(":") {
      return ethernet([0x86, 0xDD], [0x60, 0, 0, 0, 0, 8, proto, 64] + bytes(source) + bytes(destination) + payload)
    }
    return ethernet(
      [8, 0], [0x45, 0, 0, 40, 0, 0, 0, 0, 64, proto, 0, 0] + bytes(source) + bytes(destination) + payload)
  }

  static func udp(_ source: String, _ destination: String, port: UInt16, _ payload: [UInt8]) -> [UInt8] {
    ip(source, destination, 17, [0x80, 0, UInt8(port >> 8), UInt8(port & 0xFF), 0, 8, 0, 0] + payload)
  }

  static func dhcp(_ type: UInt8) -> [UInt8] {
    let options: [UInt8] = [0, 61, 2, 1, 2, 53, 1, type, 53, 1, 7, 255]
    return udp(
      "0.0.0.0", "255.255.255.255", port: 67,
      [UInt8](repeating: 0, count: 236) + [0x63, 0x82, 0x53, 0x63] + options)
  }

  static func question(_ labels: [String], to server: String) -> [UInt8] {
    let head: [UInt8] = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    let name = labels.reduce(into: head) { $0 += [UInt8($1.utf8.count)] + Array($1.utf8) }
    return udp("10.77.1.24", server, port: 53, name + [0, 0, 1, 0, 1])
  }

  static func little(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }

  static let header: [UInt8] =
    [0xD4, 0xC3, 0xB2, 0xA1, 2, 0, 4, 0] + [UInt8](repeating: 0, count: 8) + little(65_536) + little(1)

  static func record(_ frame: [UInt8], at time: Double = 1, length: Int? = nil) -> [UInt8] {
    let whole = Int(time)
    return little(whole) + little(Int((time - Double(whole)) * 1e6)) + little(frame.count)
      + little(length ?? frame.count) + frame
  }

  static func facts(_ frames: [[UInt8]]) -> WireFacts {
    var reader = PcapReader()
    var facts = WireFacts(network: [gateway])
    let file = header + frames.enumerated().flatMap { record($1, at: Double($0)) }
    for record in reader.receive(file) { facts.take(record) }
    return facts
  }
}
