package import Model

/// Makes the layout of a set of choices: the same choices give the same hardware, in every boot of every run.
///
/// Shape: the boot disk sits in the slot that is chosen, the extra disk in the one before or behind it, the second NIC
/// in the slot behind the first or in its second function. The constraints see to it that no two meet.
package func layOut(_ choices: [String: String], profile: String? = nil, leastMemory: ByteCount) -> Layout {
  let choice = Choice(choices)
  let bus: (String) -> Layout.Place.Bus = { choice[$0] == "bridge" ? .bridge : .root }
  let slot = choice.number("disk.slot", 4)
  let disk = Layout.Disk(
    model: Layout.DiskModel(rawValue: choice["disk.model"]) ?? .virtioBlk,
    place: .init(bus: bus("disk.bus"), slot: slot, function: choice.number("disk.function", 0)),
    serial: serial(choice["disk.serial"]),
    names: choice["disk.names"] == "other" ? .init(vendor: "ACME", product: "Flux-Disk 88") : nil,
    growth: choice["disk.growth"] == "1 GiB" ? .gibibytes(1) : ByteCount(bytes: 0))
  let extra = extraDisk(choice["extra"], bootSlot: slot)
  let first = choice.number("nic.slot", 3)
  let functions = choice["nic.place"] == "functions"
  var places = (0..<choice.number("nics", 1)).map { index in
    Layout.Place(bus: bus("nic.bus"), slot: functions ? first : first + index, function: functions ? index : 0)
  }
  if choice["nic.order"] == "reversed" { places.reverse() }
  let model = Layout.NICModel(rawValue: choice["nic.model"]) ?? .virtio
  var layout = Layout(
    machine: Layout.Machine(rawValue: choice["machine"]) ?? .pc, cpus: choice.number("cpus", 1),
    memory: choice["memory"] == "double" ? ByteCount(bytes: leastMemory.bytes * 2) : leastMemory, bootDisk: disk,
    extraDisk: extra, nics: places.map { Layout.NIC(model: model, place: $0) })
  layout.choices = choices
  layout.profile = profile
  layout.cpuModel = choice["cpu.model"] == "Nehalem" ? "Nehalem" : nil
  layout.hasRandom = choice["random"] == "virtio"
  layout.hasBalloon = choice["balloon"] == "virtio"
  layout.usb = Layout.USB(rawValue: choice["usb"]) ?? .none
  layout.display = Layout.Display(rawValue: choice["display"]) ?? .std
  if !choice["platform"].isEmpty { layout.platform = choice["platform"] }
  // Far enough that a certificate or a log would notice, and fixed, so that the boot can be repeated.
  layout.clock = choice["clock"] == "ahead" ? "2031-02-03T04:05:06" : nil
  return layout
}

/// The choices; an axis that is not among them has no text.
private struct Choice {
  private let choices: [String: String]
  init(_ choices: [String: String]) { self.choices = choices }
  subscript(axis: String) -> String { choices[axis] ?? "" }
  func number(_ axis: String, _ fallback: Int) -> Int { choices[axis].flatMap { Int($0) } ?? fallback }
}

/// Serial numbers as they occur: nothing, a word, bhyve's own, which is all that virtio carries, what udev has to encode.
private func serial(_ kind: String) -> String {
  switch kind {
  case "short": "IMGV42"
  case "long": "BHYVE-1A2B-3C4D-5E6F"
  case "odd": "a b/471_#.%+x"
  default: ""
  }
}

private func extraDisk(_ choice: String, bootSlot: Int) -> Layout.ExtraDisk? {
  let words = choice.split(separator: " ").map(String.init)
  guard words.count == 2, let content = Layout.ExtraDisk.Content(rawValue: words[0]),
    let order = Layout.ExtraDisk.Order(rawValue: words[1])
  else { return nil }
  return Layout.ExtraDisk(
    order: order, content: content, place: .init(slot: order == .before ? bootSlot - 1 : bootSlot + 1),
    serial: "SPARE1", size: .gibibytes(1))
}
