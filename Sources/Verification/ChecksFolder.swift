package import Checks
import Foundation
import Hosts
import Model

// What the subcommands of 'checks' do beside listing.

/// The seeded faults: of `folder`, else those of the repository that our own checks lie in; nil when there are none.
package func loadFaults(folder: String?) throws -> FaultList? {
  if let folder { return try FaultList(folder: folder) }
  let beside = try ownChecks() + "/../fixtures/faults"
  return FileManager.default.fileExists(atPath: beside) ? try FaultList(folder: standardized(beside)) : nil
}

/// What is wrong with our own checks and those of `folders`, and remarks on what was left out.
package func lintChecks(folders: [String], faults: String?) async throws -> (problems: [String], remarks: [String]) {
  let own = try ownChecks()
  let list = try loadFaults(folder: faults)
  var problems = CatalogueLint.problems(own: own, folders: folders, hostChecks: BuiltIn.infos, faults: list)
  var remarks =
    list == nil ? ["no folder of faults beside \(own), so it was not asked whether each check can fail"] : []
  let catalogue = Catalogue.read(folders: [own] + folders, hostChecks: BuiltIn.infos).0
  let helpers = ([own] + folders).map { "\($0)/helpers.sh" }.filter { FileManager.default.fileExists(atPath: $0) }
  do {
    problems += try await shellcheck(helpers + catalogue.guestChecks.map(\.path))
  } catch let error as VerifyError where error.code == .toolMissing {
    remarks.append("\(error.message); without it the shell itself was not looked at")
  }
  return (problems, remarks)
}

/// What shellcheck says of `files`, one line a problem.
private func shellcheck(_ files: [String]) async throws -> [String] {
  let tool = Tool("shellcheck", package: "shellcheck")
  try tool.require()
  // 1090, 1091: helpers are found at run time; 2034, 2154: variables that are set and used on both sides of that.
  // 2317, 2329: what only the other side calls.
  let style = ["-s", "sh", "-S", "style", "-f", "gcc", "-e", "SC1090,SC1091,SC2034,SC2154,SC2317,SC2329"]
  return try await tool.findings(style + files, until: .after(.seconds(120))).split(separator: "\n").map(String.init)
}

/// Makes the skeleton of a check, and says what to do with it.
///
/// - Parameter folder: Where to; nil: among our own.
package func newCheck(_ id: String, folder: String?) throws -> String {
  let own = try ownChecks()
  let catalogue = try Catalogue.load(folders: [own], hostChecks: BuiltIn.infos)
  if catalogue.hostChecks.contains(where: { $0.id == id }) {
    throw VerifyError(.usage, "a built-in check has the id '\(id)' already; choose another name")
  }
  let skeleton = try CheckSkeleton(id: id, folder: folder ?? own)
  try skeleton.write()
  return skeleton.nextSteps(folder: folder, helpers: "\(own)/helpers.sh")
}

private func standardized(_ path: String) -> String {
  URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
}
