import FileTrees
import Intake
import Model

/// A rule of what a pristine image does not hold. Rows of this form differ in their paths only, so they are a table and
/// not a file each.
struct CleanAbsence: Sendable {
  enum Counting: Sendable {
    case anything
    /// Links count, folders do not: packages make them.
    case noFolders
    /// Regular files that hold something.
    case filled
  }

  var id: String
  var title: String
  var level: Level
  var clauses: [Int]
  /// What the paths are: `expected no …`.
  var what: String
  /// ``FileTree/matches(_:)``; `~/` stands for each home.
  var patterns: [String]
  /// What may be there although it matches.
  var except: [String] = []
  var counting = Counting.noFolders
  var remedy: String
  /// Why.
  var why: String

  var check: CleanCheck {
    CleanCheck(
      id, title, level, clauses, remedy: remedy,
      description: "\(why)\nLooked for: \(patterns.joined(separator: ", "))"
        + (except.isEmpty ? "." : "; allowed: \(except.joined(separator: ", "))."),
      { tree, _ in .none(of: paths(in: tree), what) })
  }

  func paths(in tree: FileTree) -> [String] {
    tree.found(patterns).subtracting(except.isEmpty ? [] : tree.found(except)).filter { path in
      guard let entry = tree.entry(path) else { return false }
      switch counting {
      case .anything: return true
      case .noFolders: return entry.kind != .folder
      case .filled: return entry.kind == .file && entry.size > 0
      }
    }.sorted()
  }
}
