package import Model

/// The seeded faults of a folder `fixtures/faults`: which checks each of them must make fail.
package struct FaultList: Sendable {
  package struct Fault: Sendable, Hashable {
    /// `AREA/NAME`.
    package var name: String
    /// Its file `fault`, and the line of `fails:` in it.
    package var path: String
    package var line: Int
    /// Ids of the checks that must fail of it.
    package var fails: [String]
  }

  /// Sorted by name.
  package private(set) var faults: [Fault] = []
  /// What is wrong with the folder itself.
  package private(set) var problems: [VerifyError] = []

  package init() {}

  /// Reads `FOLDER/AREA/NAME/fault`; what is no fault is left out, and told.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` for a folder that cannot be read.
  package init(folder: String) throws {
    for area in try entries(of: folder) where isFolder("\(folder)/\(area)") {
      for name in try entries(of: "\(folder)/\(area)") where isFolder("\(folder)/\(area)/\(name)") {
        let path = "\(folder)/\(area)/\(name)/fault"
        do { faults.append(try Self.read(path, name: "\(area)/\(name)")) } catch let error as VerifyError {
          problems.append(error)
        }
      }
    }
  }

  private static func read(_ path: String, name: String) throws -> Fault {
    let text = String(decoding: try readFile(path, atMost: 64 << 10), as: UTF8.self)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard line.hasPrefix("fails:") else { continue }
      let ids = line.dropFirst(6).split(separator: " ").map(String.init)
      guard !ids.isEmpty else { break }
      return Fault(name: name, path: path, line: index + 1, fails: ids)
    }
    throw VerifyError(.usage, "\(path):1: no line 'fails: ID...' that names the checks which must fail")
  }

  /// Names of the faults that must make `check` fail.
  package func proving(_ check: String) -> [String] { faults.filter { $0.fails.contains(check) }.map(\.name) }
}
