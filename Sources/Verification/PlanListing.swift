import Intake
package import Model
package import Planning

/// The axes that images of this manifest are planned on; nil: of one that asks for nothing.
///
/// - Throws: as ``readManifest(_:)``.
package func axesOf(manifest path: String?, maximumCPUs: Int) throws -> Axes {
  .qemu(minimumMemory: try path.map(readManifest)?.minimumRAM, maximumCPUs: maximumCPUs)
}

/// The manifest at `path`, if a machine can be made for it.
///
/// - Throws: ``VerifyError`` `.badManifest` with all that is wrong, `.cannotOpen`.
func readManifest(_ path: String) throws -> Manifest {
  let reading = try Manifest.read(path: path)
  guard let manifest = reading.manifest else {
    let reasons = reading.violations.map { "\($0.field): \($0.message)" }.joined(separator: "\n  ")
    throw VerifyError(.badManifest, "\(path) is no manifest that can be planned for:\n  \(reasons)")
  }
  return manifest
}

/// The plan as a table for people, and what an independent count says of its coverage.
package func planTable(_ plan: Plan, audit: CoverageAudit?) -> String {
  let unit = audit?.coverage.unit ?? plan.coverage
  var rows = [
    ["boot", "new", "machine", "cpus", "memory", "boot disk in slot", "serial", "extra disk", "NICs in slots", "also"]
  ]
  rows += plan.boots.map { row(of: $0, unit: unit) }
  let trials = plan.boots.count { $0.purpose == .trial }
  let others = plan.boots.count { $0.purpose != .gate } - trials
  var text = "seed \(plan.seed), \(plan.boots.count - others - trials) boots"
  if others > 0 { text += ", and \(others) for compatibility, which cover nothing and decide nothing" }
  if trials > 0 { text += ", and \(trials) with metadata that misbehaves, which cover nothing and decide nothing" }
  text += "\n\n" + aligned(rows).joined(separator: "\n")
  if let audit { text += "\n\n" + coverageLine(audit) }
  return text
}

private func row(of boot: Boot, unit: String) -> [String] {
  let layout = boot.layout
  let disk = layout.bootDisk
  // The chipset's own controller has no slot to choose.
  let place = disk.model == .ide ? "" : " in \(short([disk.place]))"
  let growth = disk.growth.bytes > 0 ? ", \(disk.growth) larger" : ""
  let model = layout.nics.first?.model.rawValue ?? ""
  let vendor = layout.choices["nic.mac"].map { ", \($0) MAC" } ?? ""
  return [
    boot.id, boot.covers.map { "\($0.combinations) \($0.combinations == 1 ? String(unit.dropLast()) : unit)" } ?? "-",
    layout.machine.rawValue, String(layout.cpus),
    layout.memory.description, "\(disk.model.rawValue)\(place)\(growth)", disk.serial.isEmpty ? "none" : disk.serial,
    layout.extraDisk.map { "\($0.content.rawValue) \($0.order.rawValue)" } ?? "none",
    layout.nics.isEmpty ? "none" : "\(model) in \(short(layout.nics.map(\.place)))\(vendor)",
    also(boot).joined(separator: ", "),
  ]
}

/// `4.1, 4, bridged`.
private func short(_ places: [Layout.Place]) -> String {
  let slots = places.map { "\($0.slot)" + ($0.function > 0 ? ".\($0.function)" : "") }
  return (slots + (places.first?.bus == .bridge ? ["bridged"] : [])).joined(separator: ", ")
}

/// What differs from a plain machine, or goes on from another boot.
private func also(_ boot: Boot) -> [String] {
  let layout = boot.layout
  var words: [String] = []
  if let fault = boot.metadataFault { words.append("metadata \(fault)") }
  if let before = boot.continues { words.append("continues \(before)") }
  if let before = boot.copies { words.append("new instance on the disk of \(before)") }
  if let model = layout.cpuModel { words.append(model) }
  if let names = layout.bootDisk.names { words.append("disk by \(names.vendor)") }
  if layout.hasRandom { words.append("random") }
  if layout.hasBalloon { words.append("balloon") }
  if layout.usb != .none { words.append(layout.usb.rawValue) }
  if layout.display != .std { words.append(layout.display == .none ? "no display" : layout.display.rawValue) }
  if layout.platform < "2026" { words.append("platform \(layout.platform.prefix(4))") }
  if let clock = layout.clock { words.append("clock \(clock.prefix(4))") }
  return words
}

/// `covers all 1951 pairs that can be (checked); 33 are ruled out by constraints`.
private func coverageLine(_ audit: CoverageAudit) -> String {
  let unit = audit.coverage.unit
  let ruled = audit.impossible == 1 ? "1 is" : "\(audit.impossible) are"
  let rest = "; \(ruled) ruled out by constraints"
  guard !audit.missing.isEmpty else { return "covers all \(audit.possible) \(unit) that can be (checked)\(rest)" }
  let missing = audit.missing.count
  let named = audit.missing.prefix(3).map { "\n  " + $0.joined(separator: " + ") }.joined()
  let head = "covers \(audit.possible - missing) of \(audit.possible) \(unit) that can be (checked)\(rest)"
  return "\(head)\n\(missing) \(missing == 1 ? "is" : "are") missing\(missing > 3 ? ", such as" : ""):\(named)"
}

extension Coverage {
  /// What it counts.
  fileprivate var unit: String {
    switch self {
    case .each: "values"
    case .pairs: "pairs"
    case .triples: "triples"
    }
  }
}

/// Rows of cells as lines, each column as wide as its widest cell, no blanks at the end.
func aligned(_ rows: [[String]]) -> [String] {
  guard let first = rows.first else { return [] }
  let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
