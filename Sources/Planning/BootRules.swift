package import Model

/// Why `boot` is none that a plan of ours could hold; nil when it may be run.
///
/// A boot that was read from a file becomes paths, QEMU's arguments and metadata, so each of its texts and numbers is
/// held to what the planner makes, or a little more. No text of the boot is part of the answer.
package func problem(of boot: Boot) -> String? {
  let names = [
    (boot.id, "id"), (boot.continues ?? "none", "id of the boot before"),
    (boot.copies ?? "none", "id of the boot copied"),
  ]
  for (text, what) in names where !isName(text) || text.utf8.count > 80 {
    return "its \(what) is no name of letters, digits, '-', '_' and '.'"
  }
  if boot.continues != nil, boot.copies != nil { return "it goes on with an instance and is another one" }
  if !isName(boot.hostname) { return "the host name of its edition is none" }
  if let lines = boot.edition?.bigLines, !(1...65_536).contains(lines) { return "its edition's big value is none" }
  if !isName(boot.nonce) { return "the nonce of its edition is no plain word" }
  if boot.hypervisor != "qemu" { return "its hypervisor is not qemu" }
  return problem(of: boot.instance) ?? problem(of: boot.layout, nics: boot.instance.nics.count)
}

private func problem(of instance: Instance) -> String? {
  if !matches(instance.uuid, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") { return "its uuid is none" }
  if !isName(instance.hostname) { return "its host name is none" }
  if !isName(instance.rootPassword) || !isName(instance.nonce) { return "its password or nonce is no plain word" }
  if !(1...8).contains(instance.nics.count) { return "it has \(instance.nics.count) NICs" }
  for (index, nic) in instance.nics.enumerated() {
    if nic.interface != "net\(index)" || !matches(nic.mac, "xx:xx:xx:xx:xx:xx") { return "a NIC's name or MAC is none" }
    let addresses = [nic.address, nic.gateway, nic.resolver, nic.dhcpStart]
    if !addresses.allSatisfy(isAddress) || !(8...30).contains(nic.prefix) { return "a NIC's address is none" }
    if let mtu = nic.mtu, !(576...65_535).contains(mtu) { return "a NIC's MTU is \(mtu)" }
    if let second = nic.secondAddress, !isAddress(second) { return "a NIC's second address is none" }
    if let network = nic.network6 {
      let all = [network.prefix, network.address, network.gateway].compactMap { $0 }
      if !network.prefix.hasSuffix("::") || !all.allSatisfy(isAddress6) { return "a NIC's IPv6 address is none" }
    }
  }
  for route in instance.routes ?? [] {
    let parts = route.destination.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, isAddress(parts[0]), let length = Int(parts[1]), (1...32).contains(length),
      isAddress(route.gateway)
    else { return "a route is none" }
  }
  if (instance.routes ?? []).count > 16 { return "it has more than 16 routes" }
  if let domain = instance.domain, !isName(domain) { return "its domain is none" }
  return nil
}

private func problem(of layout: Layout, nics: Int) -> String? {
  if layout.nics.count != nics { return "it has \(layout.nics.count) places for \(nics) NICs" }
  if !(1...64).contains(layout.cpus) { return "it has \(layout.cpus) CPUs" }
  if !(ByteCount.mebibytes(16)...ByteCount.gibibytes(1024)).contains(layout.memory) { return "its memory is no size" }
  if let model = layout.cpuModel, !isName(model) { return "its CPU model is none" }
  if !isName(layout.platform) { return "its platform is none" }
  if let clock = layout.clock, !matches(clock, "dddd-dd-ddTdd:dd:dd") { return "its clock is none" }
  let places = [layout.bootDisk.place, layout.extraDisk?.place].compactMap { $0 } + layout.nics.map(\.place)
  for place in places where !(1...31).contains(place.slot) || !(0...7).contains(place.function) {
    return "a device sits in slot \(place.slot).\(place.function)"
  }
  let disk = layout.bootDisk
  let names = [disk.serial, layout.extraDisk?.serial, disk.names?.vendor, disk.names?.product].compactMap { $0 }
  if !names.allSatisfy({ $0.utf8.count <= 40 && isPrintable($0) }) { return "a disk's serial number or name is none" }
  let sizes = [disk.growth, layout.extraDisk?.size].compactMap { $0 }
  if !sizes.allSatisfy({ (ByteCount(bytes: 0)...ByteCount.gibibytes(16_384)).contains($0) && $0.bytes % 512 == 0 }) {
    return "a disk's size is none"
  }
  return nil
}

/// A name as it may stand in a path, an option and a configuration file.
private func isName(_ text: String) -> Bool {
  guard let first = text.utf8.first, text.utf8.count <= 128 else { return false }
  return isWord(first) && text.utf8.allSatisfy { isWord($0) || "-_.".utf8.contains($0) }
}

private func isWord(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}

private func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20...0x7E).contains($0) } }

/// Whether `text` has the form of `pattern`: `x` a hexadecimal digit, `d` a decimal one, all else itself.
private func matches(_ text: String, _ pattern: String) -> Bool {
  text.utf8.count == pattern.utf8.count
    && zip(text.utf8, pattern.utf8).allSatisfy { byte, wanted in
      let isDigit = (0x30...0x39).contains(byte)
      return switch wanted {
      case UInt8(ascii: "x"): isDigit || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
      case UInt8(ascii: "d"): isDigit
      default: byte == wanted
      }
    }
}

/// Digits, and colons in one of the forms of RFC 5952.
private func isAddress6(_ text: String) -> Bool {
  let groups = text.split(separator: ":", omittingEmptySubsequences: false)
  return text.utf8.count <= 39 && (3...8).contains(groups.count)
    && groups.allSatisfy { $0.utf8.count <= 4 && $0.utf8.allSatisfy { isHexadecimal($0) } }
}

private func isHexadecimal(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}

private func isAddress(_ text: String) -> Bool {
  let parts = text.split(separator: ".", omittingEmptySubsequences: false)
  return parts.count == 4
    && parts.allSatisfy { $0.count <= 3 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt8($0) != nil }
}
