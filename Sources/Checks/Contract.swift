package import Model
import Yams

/// The guest contract's clauses, by number: what a checks folder's `contract.yaml` says of them.
///
/// Shape: see `checks/README.md`. Clauses of a later file replace those of the same number.
package struct Contract: Hashable, Sendable {
  package static let fileName = "contract.yaml"
  static let maximumSize = 256 << 10
  static let maximumClauses = 500

  /// Ascending by number, without their checks.
  package private(set) var clauses: [ContractClause] = []
  /// Where each clause is written, `contract.yaml:12`.
  private var places: [Int: String] = [:]

  package init() {}

  package init(_ clauses: [ContractClause]) { self.clauses = clauses.sorted { $0.id < $1.id } }

  package subscript(id: Int) -> ContractClause? { clauses.first { $0.id == id } }

  func place(of id: Int) -> String { places[id] ?? Self.fileName }

  /// Reads one more file.
  ///
  /// - Throws: ``VerifyError`` `.usage` with file and line, and what to do about it.
  mutating func read(_ bytes: [UInt8], path: String) throws {
    let place = YAMLPlace(path: path)
    guard let node = try place.compose(bytes, atMost: Self.maximumSize) else {
      throw VerifyError(.usage, "\(path) is empty; it needs 'clauses:'")
    }
    let root = try YAMLFields(node, place, known: ["clauses"], what: "a contract")
    var own: Set<Int> = []
    for node in try root.list("clauses") {
      let fields = try YAMLFields(
        node, place, known: ["id", "title", "level", "promised-by", "untested"], what: "a clause")
      guard let id = try fields.number("id", 1...999) else { throw place.error(node, "a clause needs 'id'; add it") }
      guard own.insert(id).inserted else {
        throw fields.error("id", "clause \(id) is here twice; renumber one of them")
      }
      var clause = ContractClause(id: id, title: try fields.text("title"), level: try fields.choice("level"))
      if fields.has("promised-by") { clause.promisedBy = try fields.name("promised-by") }
      if fields.has("untested") { clause.untested = try fields.text("untested") }
      clauses.removeAll { $0.id == id }
      clauses.append(clause)
      places[id] = node.mark.map { "\(path):\($0.line)" } ?? path
    }
    clauses.sort { $0.id < $1.id }
    guard clauses.count <= Self.maximumClauses else {
      throw VerifyError(.usage, "\(path): more than \(Self.maximumClauses) clauses in all")
    }
  }

  /// Whether `check` has a place in `profile`: as its header says, else when one of its clauses, or the lack of any,
  /// promises it to users of other clouds as well.
  package func holds(_ check: CheckInfo, in profile: Profile) -> Bool {
    switch (profile, check.profile) {
    case (.triton, _), (.generic, .any): true
    case (.generic, .triton): false
    case (.generic, nil):
      check.clauses.isEmpty || check.clauses.contains { self[$0]?.promisedBy != ContractClause.smartOS }
    }
  }

  /// The clauses with the checks that test them.
  package func clauses(testedBy checks: [CheckInfo]) -> [ContractClause] {
    var ids: [Int: [String]] = [:]
    for check in checks { for id in Set(check.clauses) { ids[id, default: []].append(check.id) } }
    return clauses.map { clause in
      var clause = clause
      clause.checks = ids[clause.id, default: []].sorted()
      return clause
    }
  }
}
