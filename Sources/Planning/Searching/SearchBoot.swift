package import Model

/// Boot number `number` of a run (from 1), to search for a cause on the machine of `choices`.
///
/// - Parameters:
///   - before: the boot whose instance goes on; nil: a fresh instance of an identity that `seed` decides.
///   - edition: what the metadata says otherwise, as in the boot whose failure is looked into.
package func searchBoot(
  _ number: Int, _ choices: [String: String], continuing before: Boot?, edition: MetadataEdition? = nil, axes: Axes,
  seed: UInt64
) -> Boot {
  var random = SplitMix64(seed: seed &+ UInt64(number))
  let layout = layOut(choices, leastMemory: axes.leastMemory)
  let instance = before?.instance ?? makeInstance(choices, nics: layout.nics.count, random: &random)
  return Boot(
    id: bootID(number - 1, "search"), hypervisor: "qemu", instance: instance, layout: layout, continues: before?.id,
    edition: before == nil ? nil : edition, purpose: .search)
}

/// How suspicious each axis is when a check of this id fails: what the check looks at first.
package func suspicion(of axes: [Axis], check: String) -> [Double] {
  let area = check.prefix { $0 != "." }
  let likely: [String] =
    switch area {
    case "network", "wire": ["nic", "machine"]
    case "disk", "boot": ["disk", "extra", "machine"]
    case "virtio": ["disk", "nic", "machine"]
    case "system": ["cpus", "memory", "cpu", "clock", "platform"]
    default: []
    }
  return axes.map { axis in likely.contains { axis.id.hasPrefix($0) } ? 4 : 1 }
}
