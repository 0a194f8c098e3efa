package import Checks
import Consoles
import Foundation
import Model

// What the small subcommands print; the conductor is not needed for them.

/// All checks: our own folder, then `folders`, and the built-in ones.
package func loadCatalogue(folders: [String]) throws -> Catalogue {
  let own = try ownChecks()
  let catalogue = try Catalogue.load(folders: [own] + folders, hostChecks: BuiltIn.infos)
  guard !catalogue.consoleRules.rules.isEmpty else {
    throw VerifyError(.cannotOpen, "no console rules: \(own)/console.yaml is missing; copy the whole folder 'checks'")
  }
  guard !catalogue.contract.clauses.isEmpty else {
    throw VerifyError(
      .cannotOpen, "no contract: \(own)/\(Contract.fileName) is missing; copy the whole folder 'checks'")
  }
  return catalogue
}

/// The folder of our own checks.
///
/// - Throws: ``VerifyError`` `.cannotOpen` when there is none.
func ownChecks() throws -> String {
  let executable = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  return try Catalogue.defaultFolder(environment: ProcessInfo.processInfo.environment, executable: executable)
}
