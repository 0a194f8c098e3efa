package import FileTrees
package import Intake
import Model

/// A check of the pristine image's files, as they lie on its disk before any boot.
///
/// Many are one rule of the same shape, a row in a table (``CleanAbsence``); the others are a function each.
package struct CleanCheck: Sendable {
  package let info: CheckInfo
  private let look: Look

  private enum Look: Sendable {
    /// At the tree of the root file system; skipped when there is none.
    case tree(@Sendable (FileTree, Manifest?) -> Judgement)
    /// At the file systems themselves.
    case volumes(@Sendable (ImageFiles) -> Judgement)
  }

  init(
    _ id: String, _ title: String, _ level: Level, _ clauses: [Int], remedy: String, description: String,
    _ tree: @escaping @Sendable (FileTree, Manifest?) -> Judgement
  ) {
    info = CheckInfo(
      id: id, title: title, level: level, clauses: clauses, kind: .host, remedy: remedy, description: description)
    look = .tree(tree)
  }

  init(
    volumes id: String, _ title: String, _ level: Level, _ clauses: [Int], remedy: String, description: String,
    _ volumes: @escaping @Sendable (ImageFiles) -> Judgement
  ) {
    info = CheckInfo(
      id: id, title: title, level: level, clauses: clauses, kind: .host, remedy: remedy, description: description)
    look = .volumes(volumes)
  }

  /// All of them, sorted by id.
  package static let all: [CleanCheck] =
    (CleanAbsence.all.map(\.check) + ofIdentity + ofAccess + ofBooting + ofDisk).sorted { $0.info.id < $1.info.id }

  /// - Parameter manifest: nil when there is none to compare with.
  package func judge(_ files: ImageFiles, manifest: Manifest?) -> Judgement {
    switch look {
    case .volumes(let look): return look(files)
    case .tree(let look):
      guard let tree = files.tree else { return .skipped(files.why) }
      let judgement = look(tree, manifest)
      // What is not in a tree of which a part is missing may well be on the disk.
      guard judgement.outcome == .passed, !files.isWhole else { return judgement }
      return .skipped("a part of the image's files could not be read (see clean.file-system); the rest passed")
    }
  }
}

extension Judgement {
  /// Failed when there are `paths`: names the first few, says how many more, and lists up to 200 as evidence.
  static func none(of paths: [String], _ what: String, notes: [String: String] = [:]) -> Judgement {
    guard !paths.isEmpty else { return Judgement(.passed, notes: notes) }
    let shown = paths.prefix(3).map(quoted).joined(separator: ", ")
    let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
    let listed =
      paths.count > 3
      ? [Evidence(name: "paths", text: paths.prefix(200).map(quoted).joined(separator: "\n"))] : []
    return .failed("expected no \(what), found \(shown)\(more)", evidence: listed, notes: notes)
  }
}

/// An account in /etc/passwd.
struct Account: Hashable {
  var name: String
  var password: String
  var id: Int
  var home: String
  var shell: String
}

extension FileTree {
  /// At most 1000 of /etc/passwd.
  var accounts: [Account] {
    lines("/etc/passwd").prefix(1000).compactMap { line in
      let words = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard words.count >= 7, let id = Int(words[2]) else { return nil }
      return Account(name: words[0], password: words[1], id: id, home: words[5], shell: words[6])
    }
  }

  /// Where people's own files are: /root, all of /home, and what /etc/passwd names beside the system's folders.
  var homes: [String] {
    let named = accounts.map(\.home).filter { home in
      home.hasPrefix("/") && home.split(separator: "/").count > 1
        && !["/usr/", "/proc/", "/sys/", "/dev/", "/run/"].contains { home.hasPrefix($0) }
    }
    let all = ["/root"] + matches("/home/*") + named
    return Array(Set(all.compactMap(resolve).filter { entry($0)?.kind == .folder && $0 != "/" })).sorted()
  }

  /// The paths of ``matches(_:)`` for each; `~/` at the start stands for each of ``homes``.
  func found(_ patterns: [String]) -> Set<String> {
    let homes = patterns.contains { $0.hasPrefix("~/") } ? homes : []
    var found: Set<String> = []
    for pattern in patterns {
      let whole = pattern.hasPrefix("~/") ? homes.map { $0 + pattern.dropFirst() } : [pattern]
      for pattern in whole { found.formUnion(matches(pattern)) }
    }
    return found
  }

  /// The boot loaders' files that hold kernel command lines.
  var bootFiles: [String] {
    found([
      "/etc/default/grub", "/etc/default/grub.d/*", "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg",
      "/boot/loader/entries/*", "/etc/kernel/cmdline", "/boot/extlinux.conf",
    ]).sorted()
  }
}
