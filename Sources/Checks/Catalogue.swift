package import Consoles
import Glibc
package import Model

/// All checks that there are: those of the guest from folders, those of the host from the program; sorted by id.
package struct Catalogue: Sendable {
  package private(set) var guestChecks: [GuestCheck]
  package private(set) var hostChecks: [CheckInfo]
  /// Shell text that every guest check reads first.
  package let helpers: String
  /// What consoles are judged by.
  package let consoleRules: ConsoleRules
  /// What the checks test; empty where no folder has a `contract.yaml`.
  package let contract: Contract

  /// Everything, sorted by id.
  package var infos: [CheckInfo] { (guestChecks.map(\.info) + hostChecks).sorted { $0.id < $1.id } }

  package init(
    guestChecks: [GuestCheck], hostChecks: [CheckInfo], helpers: String, consoleRules: ConsoleRules = .none,
    contract: Contract = Contract()
  ) {
    self.guestChecks = guestChecks.sorted { $0.id < $1.id }
    self.hostChecks = hostChecks.sorted { $0.id < $1.id }
    self.helpers = helpers
    self.consoleRules = consoleRules
    self.contract = contract
  }

  /// The checks that have a place in `profile`, match one of `only` (all when it is empty) and none of `skip`.
  ///
  /// - Throws: ``VerifyError`` `.usage` for a pattern that matches no check, or when nothing is left.
  package func select(only: [String] = [], skip: [String] = [], profile: Profile = .triton) throws -> Catalogue {
    let wanted = try only.map(CheckPattern.init)
    let unwanted = try skip.map(CheckPattern.init)
    let ids = infos.map(\.id)
    for pattern in wanted + unwanted where !ids.contains(where: pattern.matches) {
      throw VerifyError(.usage, "no check matches '\(pattern)'; 'imgverify checks list' shows all \(ids.count)")
    }
    func keep(_ id: String) -> Bool {
      (wanted.isEmpty || wanted.contains { $0.matches(id) }) && !unwanted.contains { $0.matches(id) }
    }
    guard ids.contains(where: keep) else { throw VerifyError(.usage, "--only and --skip leave no check") }
    let out = Set(leftOut(by: profile))
    guard ids.contains(where: { keep($0) && !out.contains($0) }) else {
      throw VerifyError(
        .usage, "--profile \(profile.rawValue) leaves out every check that was asked for: only SmartOS promises that")
    }
    return Catalogue(
      guestChecks: guestChecks.filter { keep($0.id) && !out.contains($0.id) },
      hostChecks: hostChecks.filter { keep($0.id) && !out.contains($0.id) }, helpers: helpers,
      consoleRules: consoleRules, contract: contract)
  }

  /// Ids of the checks that have no place in `profile`, sorted.
  package func leftOut(by profile: Profile) -> [String] {
    infos.filter { !contract.holds($0, in: profile) }.map(\.id)
  }

  /// What a run with these checks holds an image to.
  package func terms(in profile: Profile) -> ContractTerms {
    ContractTerms(
      profile: profile.rawValue, clauses: contract.clauses(testedBy: infos), leftOut: leftOut(by: profile))
  }
}

extension Catalogue {
  /// Where imgverify's own checks are: `IMGVERIFY_CHECKS`, else `checks` beside the program or above it, else `./checks`.
  ///
  /// - Parameter executable: real path of the running program.
  /// - Throws: ``VerifyError`` `.cannotOpen` when there is none.
  package static func defaultFolder(environment: [String: String], executable: String?) throws -> String {
    if let named = environment["IMGVERIFY_CHECKS"], !named.isEmpty { return named }
    var candidates: [String] = []
    var folder = Substring(executable ?? "")
    while let slash = folder.lastIndex(of: "/") {
      folder = folder[..<slash]
      candidates.append(folder + "/checks")
    }
    candidates.append("checks")
    guard let found = candidates.first(where: { access($0 + "/helpers.sh", R_OK) == 0 }) else {
      throw VerifyError(
        .cannotOpen, "no folder 'checks' with helpers.sh beside the program or here; set IMGVERIFY_CHECKS to it")
    }
    return found
  }
}
