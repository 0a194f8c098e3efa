package import Checks
import Consoles
import Foundation
import Model

// What the small subcommands print; the conductor is not needed for them.

/// All checks: our own folder, then `folders`, and the built-in ones.
package func loadCatalogue(folders: [String]) throws -> Catalogue {
  let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  let own = try Catalogue.defaultFolder(environment: ProcessInfo.processInfo.environment, executable: executable)
  let catalogue = try Catalogue.load(folders: [own] + folders, hostChecks: BuiltIn.infos)
  guard !catalogue.consoleRules.rules.isEmpty else {
    throw VerifyError(.cannotOpen, "no console rules: \(own)/console.yaml is missing; copy the whole folder 'checks'")
  }
  return catalogue
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
