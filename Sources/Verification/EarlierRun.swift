import Glibc
package import Model
import Planning
import Reports

/// A run that has been, read back from its output folder, to boot some of it again.
package struct EarlierRun: Sendable {
  package let folder: String
  /// Its boots, those of a search for causes last.
  package let boots: [Boot]
  let report: Report
  private let started: RunStarted
  private let seed: UInt64
  private let coverage: String

  /// Reads `FOLDER/journal.jsonl`.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` when there is no journal, `.usage` when it does not come to a plan, or holds
  ///   what no plan of ours holds.
  package init(folder: String) throws {
    let journal: Journal
    do { journal = try Journal.readJournal(path: "\(folder)/journal.jsonl") } catch let error as VerifyError
      where error.code == .cannotOpen
    {
      throw VerifyError(.cannotOpen, "\(folder) is no output folder of a run", cause: error)
    }
    try self.init(journal, folder: folder)
  }

  init(_ journal: Journal, folder: String) throws {
    var started: RunStarted?
    var plan: Plan?
    var added: [Boot] = []
    for entry in journal.entries {
      switch entry.event {
      case .runStarted(let event): started = event
      case .planned(let event): plan = event
      case .bootAdded(let boot): added.append(boot)
      default: break
      }
    }
    report = Report(journal)
    guard let started, let plan else {
      throw VerifyError(
        .usage,
        report.complete
          ? "the run in \(folder) came to no boot, so there is none to repeat: \(report.sentence)"
          : "the journal in \(folder) is cut off before its plan, so no boot of it can be repeated")
    }
    (self.folder, self.started, self.seed, self.coverage) = (folder, started, plan.seed, plan.coverage)
    boots = plan.boots + added
    try checkBoots(unreadableLines: journal.unreadableLines)
  }

  /// A journal may come from anywhere, and its boots become paths and QEMU's arguments.
  private func checkBoots(unreadableLines: Int) throws {
    var known: Set<String> = []
    for (index, boot) in boots.enumerated() {
      if let problem = problem(of: boot) {
        throw VerifyError(.usage, "boot \(index + 1) of the journal in \(folder) is none of ours: \(problem)")
      }
      if let before = boot.startsFrom, !known.contains(before) {
        throw VerifyError(
          .usage,
          "the journal in \(folder) lacks the boot that \(boot.id) starts from"
            + (unreadableLines > 0 ? "; \(unreadableLines) of its lines cannot be read" : ""))
      }
      guard known.insert(boot.id).inserted else {
        throw VerifyError(.usage, "the journal in \(folder) has two boots that are called \(boot.id)")
      }
    }
  }

  /// The boots that `names` mean, and those that they go on from, in the order of the run.
  ///
  /// Shape: each boot is exactly as it was, and decides as it did, with one exception: a boot that was a step of the
  /// search for a cause decides now, since somebody asks about it.
  /// - Parameter names: ids, or beginnings that only one id has.
  /// - Throws: ``VerifyError`` `.usage` for a name that means no boot or several.
  package func plan(of names: [String]) throws -> Plan {
    var wanted: Set<String> = []
    for name in names {
      var next: Boot? = try boot(named: name, in: boots)
      while let boot = next, wanted.insert(boot.id).inserted {
        next = boot.startsFrom.flatMap { id in boots.first { $0.id == id } }
      }
    }
    let chosen = boots.filter { wanted.contains($0.id) }.map { boot in
      var boot = boot
      if boot.purpose == .search { boot.purpose = .gate }
      // That was said of the whole plan.
      boot.covers = nil
      return boot
    }
    return Plan(seed: seed, coverage: coverage, boots: chosen)
  }

  /// What the run booted, unless `image` and `manifest` name something else.
  ///
  /// - Throws: ``VerifyError`` `.cannotOpen` when its files are not where they were.
  package func options(image: String?, manifest: String?) throws -> VerifyOptions {
    VerifyOptions(
      image: try image ?? present(started.image, "image", report.run?.image),
      manifest: try manifest ?? present(started.manifest, "manifest", report.run?.manifest))
  }

  private func present(_ path: String, _ what: String, _ shown: String?) throws -> String {
    guard access(path, R_OK) == 0 else {
      throw VerifyError(
        .cannotOpen,
        "the \(what) of the run in \(folder), \(shown ?? ""), cannot be opened from here: "
          + "\(String(cString: strerror(errno))); name it with --\(what)")
    }
    return path
  }
}

/// The boot that `name` means: its id, or a beginning that no other id has.
///
/// - Throws: ``VerifyError`` `.usage` that lists the ids.
func boot(named name: String, in boots: [Boot]) throws -> Boot {
  if let boot = boots.first(where: { $0.id == name }) { return boot }
  let found = boots.filter { $0.id.hasPrefix(name) }
  if found.count == 1 { return found[0] }
  let ids = found.isEmpty ? boots : found
  let list = ids.prefix(50).map(\.id).joined(separator: ", ") + (ids.count > 50 ? ", …" : "")
  throw VerifyError(
    .usage, found.isEmpty ? "there is no boot '\(name)'; there are \(list)" : "'\(name)' begins several boots: \(list)")
}
