package import Consoles
import Glibc
import Model

/// All checks that there are: those of the guest from folders, those of the host from the program; sorted by id.
package struct Catalogue: Sendable {
  package private(set) var guestChecks: [GuestCheck]
  package private(set) var hostChecks: [CheckInfo]
  /// Shell text that every guest check reads first.
  package let helpers: String
  /// What consoles are judged by.
  package let consoleRules: ConsoleRules

  /// Everything, sorted by id.
  package var infos: [CheckInfo] { (guestChecks.map(\.info) + hostChecks).sorted { $0.id < $1.id } }

  package init(
    guestChecks: [GuestCheck], hostChecks: [CheckInfo], helpers: String, consoleRules: ConsoleRules = .none
  ) {
    self.guestChecks = guestChecks.sorted { $0.id < $1.id }
    self.hostChecks = hostChecks.sorted { $0.id < $1.id }
    self.helpers = helpers
    self.consoleRules = consoleRules
  }

  /// Reads `folders` in order; a check or console rule of a later folder replaces that of the same id, as do later
  /// helpers.
  ///
  /// Shape: `FOLDER/helpers.sh`, `FOLDER/console.yaml`, `FOLDER/<area>/<name>.sh`, at most 1000 files a folder; names of lower-case letters,
  /// digits and hyphens. Files that do not end in `.sh` are left alone.
  /// - Throws: ``VerifyError`` `.usage` with file and line for a file that is no check, `.cannotOpen` for a folder that
  ///   cannot be read.
  package static func load(folders: [String], hostChecks: [CheckInfo] = []) throws -> Catalogue {
    var checks: [String: GuestCheck] = [:]
    var helpers: String?
    var rules = ConsoleRuleFile()
    for folder in folders {
      for entry in try entries(of: folder) {
        let path = folder + "/" + entry
        if entry == "helpers.sh" {
          helpers = try readHelpers(path)
        } else if entry == ConsoleRuleFile.name {
          try rules.read(try readFile(path, atMost: ConsoleRuleFile.maximumSize + 1), path: path)
        } else if entry.hasSuffix(".sh") {
          throw VerifyError(.usage, "\(path): a check lies in an area, as in \(folder)/network/\(entry)")
        } else if isFolder(path) {
          for check in try load(area: entry, at: path) { checks[check.id] = check }
        }
      }
    }
    guard let helpers else {
      throw VerifyError(
        .usage, "no helpers.sh in \(folders.joined(separator: ", ")); name imgverify's own checks folder first")
    }
    if let host = hostChecks.first(where: { checks[$0.id] != nil }) {
      throw VerifyError(.usage, "\(checks[host.id]!.path): a built-in check has the id '\(host.id)' already")
    }
    return Catalogue(
      guestChecks: Array(checks.values), hostChecks: hostChecks, helpers: helpers,
      consoleRules: ConsoleRules(rules.rules))
  }

  /// The checks that match one of `only` (all when it is empty) and none of `skip`.
  ///
  /// - Throws: ``VerifyError`` `.usage` for a pattern that matches no check, or when nothing is left.
  package func select(only: [String] = [], skip: [String] = []) throws -> Catalogue {
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
    return Catalogue(
      guestChecks: guestChecks.filter { keep($0.id) }, hostChecks: hostChecks.filter { keep($0.id) }, helpers: helpers,
      consoleRules: consoleRules)
  }

  private static func load(area: String, at folder: String) throws -> [GuestCheck] {
    try entries(of: folder).filter { $0.hasSuffix(".sh") }.map { entry in
      let name = String(entry.dropLast(3))
      let path = folder + "/" + entry
      guard isName(area), isName(name) else {
        throw VerifyError(.usage, "\(path): names of areas and checks are lower-case letters, digits and hyphens")
      }
      let bytes = try readFile(path, atMost: GuestCheck.maximumSize + 1)
      return try CheckFile.parse(bytes, id: "\(area).\(name)", path: path)
    }
  }

  private static func isName(_ text: String) -> Bool {
    text.count <= 60 && text.first?.isLetter ?? false && !text.hasSuffix("-")
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }

  private static func readHelpers(_ path: String) throws -> String {
    let bytes = try readFile(path, atMost: GuestCheck.maximumSize)
    guard bytes.last == 0x0A, bytes.allSatisfy({ $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
      throw VerifyError(.usage, "\(path): helpers are plain ASCII and end with a line feed")
    }
    return String(decoding: bytes, as: UTF8.self)
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

  /// Names in a folder, sorted, hidden ones left out.
  private static func entries(of folder: String) throws -> [String] {
    guard let handle = opendir(folder) else {
      throw VerifyError(.cannotOpen, "\(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      guard names.count < 1000 else { throw VerifyError(.limitExceeded, "\(folder): more than 1000 entries") }
      names.append(name)
    }
    return names.sorted()
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// At most `limit` bytes of a regular file; never waits on anything else that bears the name.
  private static func readFile(_ path: String, atMost limit: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw VerifyError(.cannotOpen, "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw VerifyError(.cannotOpen, "\(path): not a regular file")
    }
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let chunk = [UInt8](unsafeUninitializedCapacity: limit - bytes.count) { buffer, filled in
        filled = max(0, read(descriptor, buffer.baseAddress, buffer.count))
      }
      if chunk.isEmpty { break }
      bytes += chunk
    }
    return bytes
  }
}
