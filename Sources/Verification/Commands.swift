package import Checks
import Foundation
import Intake
package import Model
package import Planning

// What the small subcommands print; the conductor is not needed for them.

/// The plan that `verify` would make of these.
package func planOf(manifest path: String, _ wishes: PlanWishes, maximumCPUs: Int) throws -> Plan {
  let manifest = try readManifest(path)
  return try makePlan(wishes, axes: .qemu(minimumMemory: manifest.minimumRAM, maximumCPUs: maximumCPUs))
}

/// The manifest at `path`, if a machine can be made for it.
///
/// - Throws: ``VerifyError`` `.badManifest` with what is wrong, `.cannotOpen`.
func readManifest(_ path: String) throws -> Manifest {
  let reading = try Manifest.read(path: path)
  guard let manifest = reading.manifest else {
    let reasons = reading.violations.map { "\($0.field): \($0.message)" }.joined(separator: "\n  ")
    throw VerifyError(.badManifest, "\(path) is no manifest that can be planned for:\n  \(reasons)")
  }
  return manifest
}

/// The plan as a table for people.
package func planTable(_ plan: Plan) -> String {
  var rows = [["boot", "machine", "cpus", "memory", "boot disk", "serial", "extra disk", "NICs (slot: MAC, address)"]]
  for boot in plan.boots {
    let layout = boot.layout
    let nics = zip(layout.nics, boot.instance.nics).map { "\($0.place): \($1.mac), \($1.address)/\($1.prefix)" }
    rows.append([
      boot.id, layout.machine.rawValue, String(layout.cpus), layout.memory.description,
      "\(layout.bootDisk.model.rawValue) in \(layout.bootDisk.place)",
      layout.bootDisk.serial.isEmpty ? "none" : layout.bootDisk.serial,
      layout.extraDisk.map { "\($0.content.rawValue) \($0.order.rawValue), \($0.place)" } ?? "none",
      nics.joined(separator: "; "),
    ])
  }
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  let lines = rows.map { row in
    zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      .trimmingSuffix { $0 == " " }
  }
  return "seed \(plan.seed), \(plan.boots.count) boots\n\n" + lines.joined(separator: "\n")
}

extension String {
  fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, drop(last) { text.removeLast() }
    return String(text)
  }
}

/// All checks: our own folder, then `folders`, and the built-in ones.
package func loadCatalogue(folders: [String]) throws -> Catalogue {
  let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  let own = try Catalogue.defaultFolder(environment: ProcessInfo.processInfo.environment, executable: executable)
  return try Catalogue.load(folders: [own] + folders, hostChecks: BuiltIn.infos)
}

/// One check for people.
package func describe(_ id: String, in catalogue: Catalogue) throws -> String {
  guard let info = catalogue.infos.first(where: { $0.id == id }) else {
    throw VerifyError(.usage, "there is no check '\(id)'; 'imgverify checks list' shows all \(catalogue.infos.count)")
  }
  var lines = ["\(info.id)  \(info.title)", ""]
  if !info.description.isEmpty { lines += [info.description, ""] }
  lines.append("level:   \(info.level.rawValue)")
  lines.append("runs:    \(info.kind == .guest ? "in the guest" : "on the host")")
  if !info.clauses.isEmpty { lines.append("clauses: \(info.clauseText) of the guest contract") }
  lines.append("remedy:  \(info.remedy)")
  if let check = catalogue.guestChecks.first(where: { $0.id == id }) { lines.append("file:    \(check.path)") }
  return lines.joined(separator: "\n")
}
