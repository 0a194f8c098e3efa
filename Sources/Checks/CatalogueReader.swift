import Consoles
package import Model

/// Reads folders of checks, and goes on behind what is wrong with them.
struct CatalogueReader {
  private(set) var checks: [String: GuestCheck] = [:]
  private(set) var helpers: String?
  private var rules = ConsoleRuleFile()
  private(set) var contract = Contract()
  /// What is wrong, each with file and line as far as that is known, in the order of reading.
  private(set) var problems: [VerifyError] = []

  /// Reads one more folder; what it holds replaces what others have of the same name.
  mutating func read(folder: String) {
    attempt {
      for entry in try entries(of: folder) {
        let path = folder + "/" + entry
        $0.attempt { reader in
          if entry == "helpers.sh" {
            reader.helpers = try readHelpers(path)
          } else if entry == ConsoleRuleFile.name {
            try reader.rules.read(try readFile(path, atMost: ConsoleRuleFile.maximumSize + 1), path: path)
          } else if entry == Contract.fileName {
            try reader.contract.read(try readFile(path, atMost: Contract.maximumSize + 1), path: path)
          } else if entry.hasSuffix(".sh") {
            throw VerifyError(.usage, "\(path): a check lies in an area, as in \(folder)/network/\(entry)")
          } else if isFolder(path) {
            try reader.read(area: entry, at: path)
          }
        }
      }
    }
  }

  /// What was read, with everything that is wrong with it as a whole added to ``problems``.
  mutating func finish(_ folders: [String], hostChecks: [CheckInfo]) -> Catalogue {
    if helpers == nil {
      problems.append(
        VerifyError(
          .usage, "no helpers.sh in \(folders.joined(separator: ", ")); name imgverify's own checks folder first"))
    }
    let (found, contract) = (checks, contract)
    for host in hostChecks {
      if let check = found[host.id] {
        problems.append(VerifyError(.usage, "\(check.path): a built-in check has the id '\(host.id)' already"))
      }
    }
    // Without a contract there is nothing to hold the numbers to: folders of tests, and of other people, have none.
    if !contract.clauses.isEmpty {
      for check in found.values.sorted(by: { $0.id < $1.id }) {
        for clause in check.info.clauses where contract[clause] == nil {
          problems.append(
            VerifyError(
              .usage,
              "\(check.path):\(check.clauseLine): there is no clause \(clause); 'imgverify checks coverage' shows all"))
        }
      }
      for check in hostChecks {
        for clause in check.clauses where contract[clause] == nil {
          problems.append(
            VerifyError(.usage, "\(check.id): built in for clause \(clause), which no \(Contract.fileName) has"))
        }
      }
    }
    return Catalogue(
      guestChecks: Array(found.values), hostChecks: hostChecks, helpers: helpers ?? "",
      consoleRules: ConsoleRules(rules.rules), contract: contract)
  }

  private mutating func attempt(_ body: (inout CatalogueReader) throws -> Void) {
    do { try body(&self) } catch {
      problems.append(error as? VerifyError ?? VerifyError(.system, "\(error)"))
    }
  }

  private mutating func read(area: String, at folder: String) throws {
    for entry in try entries(of: folder) where entry.hasSuffix(".sh") {
      attempt { reader in
        let name = String(entry.dropLast(3))
        let path = folder + "/" + entry
        guard Catalogue.isName(area), Catalogue.isName(name) else {
          throw VerifyError(.usage, "\(path): names of areas and checks are lower-case letters, digits and hyphens")
        }
        let bytes = try readFile(path, atMost: GuestCheck.maximumSize + 1)
        let check = try CheckFile.parse(bytes, id: "\(area).\(name)", path: path)
        reader.checks[check.id] = check
      }
    }
  }
}

private func readHelpers(_ path: String) throws -> String {
  let bytes = try readFile(path, atMost: GuestCheck.maximumSize)
  guard bytes.last == 0x0A, bytes.allSatisfy({ $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
    throw VerifyError(.usage, "\(path): helpers are plain ASCII and end with a line feed")
  }
  return String(decoding: bytes, as: UTF8.self)
}

extension Catalogue {
  /// Reads `folders` in order; a check or console rule of a later folder replaces that of the same id, as do later
  /// helpers and clauses.
  ///
  /// Shape: `FOLDER/helpers.sh`, `FOLDER/console.yaml`, `FOLDER/contract.yaml`, `FOLDER/<area>/<name>.sh`, at most 1000
  /// files a folder; names of lower-case letters, digits and hyphens. Files that do not end in `.sh` are left alone.
  /// - Throws: ``VerifyError`` `.usage` with file and line for a file that is no check, `.cannotOpen` for a folder that
  ///   cannot be read.
  package static func load(folders: [String], hostChecks: [CheckInfo] = []) throws -> Catalogue {
    let (catalogue, problems) = read(folders: folders, hostChecks: hostChecks)
    if let first = problems.first { throw first }
    return catalogue
  }

  /// As ``load(folders:hostChecks:)``, with everything that is wrong instead of the first.
  package static func read(folders: [String], hostChecks: [CheckInfo] = []) -> (Catalogue, problems: [VerifyError]) {
    var reader = CatalogueReader()
    for folder in folders { reader.read(folder: folder) }
    let catalogue = reader.finish(folders, hostChecks: hostChecks)
    return (catalogue, reader.problems)
  }

  /// Whether `text` may be the name of an area or of a check in it.
  static func isName(_ text: String) -> Bool {
    text.count <= 60 && text.first?.isLetter ?? false && !text.hasSuffix("-")
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}
