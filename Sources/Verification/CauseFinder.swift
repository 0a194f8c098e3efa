import Checks
import Model
import Planning
import Reports

/// Searches for what makes a check fail, once the plan has been run (`--explain`): each step of the search is a new boot.
///
/// Failures are taken in the plan's order, those of fresh instances first. What one cause explains is not looked into
/// again.
struct CauseFinder {
  let axes: Axes
  let plan: Plan
  /// Boots at most.
  let limit: Int
  let journal: JournalWriter
  /// Runs boots that were not in the plan.
  let boot: ([Boot]) async throws -> [BootResult]

  private let table: AxisTable
  private var results: [BootResult] = []
  private var spent = 0
  /// Axes that have been found guilty: another of their values is the first to be tried for another failure.
  private var guilty: Set<String> = []

  /// The boots that went on from the same one are a history of their own; nil: fresh instances.
  private typealias History = String?

  init(
    axes: Axes, plan: Plan, limit: Int, journal: JournalWriter, boot: @escaping ([Boot]) async throws -> [BootResult]
  ) {
    (self.axes, self.plan, self.limit, self.journal, self.boot) = (axes, plan, limit, journal, boot)
    table = AxisTable(axes)
  }

  /// - Parameter results: of the plan's boots.
  mutating func explain(_ results: [BootResult]) async throws {
    // Where the metadata service misbehaves the cause is known, and is not the hardware.
    let results = results.filter { $0.boot.metadataFault == nil }
    self.results = results
    let failures = results.filter { $0.boot.purpose == .gate && $0.firstFailure != nil }
    var explained: Set<String> = []
    let order = [failures.filter { $0.boot.startsFrom == nil }, failures.filter { $0.boot.startsFrom != nil }].joined()
    for failure in order
    where !explained.contains(failure.boot.id) {
      guard let check = failure.firstFailure else { continue }
      let before = spent
      var explanation = try await explanation(of: failure, check)
      explanation.spent = spent - before
      if !explanation.boots.contains(failure.boot.id) { explanation.boots.append(failure.boot.id) }
      explained.formUnion(explanation.boots)
      if explanation.confirmed { guilty.formUnion(explanation.factors.map(\.axis)) }
      journal.append(.explained(explanation))
    }
  }

  private mutating func explanation(of failure: BootResult, _ check: String) async throws -> Explanation {
    let fresh = known(check, nil)
    let judged = fresh.filter { $0.outcome != .unclear }
    if failure.boot.copies != nil, judged.contains(where: { $0.outcome == .passed }) {
      return Explanation(
        check: check, boots: [failure.boot.id], result: .moved,
        sentence: "fails when another instance begins with a used disk, on the hardware that a fresh one passes on")
    }
    if judged.isEmpty || judged.count == 1, failure.boot.continues == nil {
      return unfinished(check, "it failed on the only machine that was judged; give it more to compare with (--boots)")
    }
    guard judged.contains(where: { $0.outcome == .passed }) else {
      return Explanation(
        check: check, boots: failing(check), result: .everywhere,
        sentence: "fails on each of the \(judged.count) machines that were booted, so it is not the hardware")
    }
    guard let row = table.row(failure.boot.layout.choices) else {
      return unfinished(check, "the machine of \(failure.boot.id) is none that this version plans")
    }
    guard let start = failure.boot.continues else {
      return try await search(check, row, base: nearest(to: row, fresh), nil)
    }
    // Does it take the move? A fresh instance on the same machine tells.
    if !fresh.contains(where: { $0.row == row }) {
      guard spent < limit else { return usedUp(check) }
      _ = try await boot(check, [row], nil)
    }
    switch known(check, nil).first(where: { $0.row == row })?.outcome {
    case .failed: return try await search(check, row, base: nearest(to: row, fresh), nil)
    case .passed: break
    case .unclear, nil: return unfinished(check, "a fresh instance on the machine of \(failure.boot.id) told nothing")
    }
    guard let first = results.first(where: { $0.boot.id == start }), let home = table.row(first.boot.layout.choices)
    else { return unfinished(check, "the first boot of the instance told nothing") }
    return try await search(check, row, base: home, start)
  }

  private mutating func search(_ check: String, _ row: [Int], base: [Int]?, _ history: String?) async throws
    -> Explanation
  {
    guard let base else { return unfinished(check, "there is no machine on which it passes") }
    let weights = zip(table.axes, suspicion(of: table.axes, check: check)).map { guilty.contains($0.id) ? 100 : $1 }
    var search = CauseSearch(table, failing: row, passing: base, weights: weights, seed: plan.seed)
    for seen in known(check, history) { search.learn(seen.row, seen.outcome) }
    while true {
      switch search.next() {
      case .boot(let rows):
        let rows = Array(rows.prefix(limit - spent))
        if rows.isEmpty {
          if let cause = search.unconfirmed { return found(cause, check, history, confirmed: false) }
          return unfinished(
            check, "the \(limit) boots that the search may take were used up", suspects: search.suspectedFactors)
        }
        for seen in try await boot(check, rows, history) { search.learn(seen.row, seen.outcome) }
      case .found(let cause): return found(cause, check, history, confirmed: true)
      case .flaky(let row):
        let boots = results.filter { table.row($0.boot.layout.choices) == row && $0.boot.continues == history }
        return Explanation(
          check: check, boots: [], result: .flaky,
          sentence: "passes and fails on the same machine: \(boots.map(\.boot.id).joined(separator: ", "))")
      case .failsAnyway:
        return Explanation(
          check: check, boots: [], result: .moved,
          sentence: "fails whenever the instance is booted a second time, also on the machine of its first boot")
      case .lost:
        return unfinished(check, "too many boots told nothing", suspects: search.suspectedFactors)
      }
    }
  }

  // MARK: Results

  private func found(_ cause: CauseSearch.Cause, _ check: String, _ history: String?, confirmed: Bool) -> Explanation {
    let factors = cause.named(by: table)
    func proof(_ row: [Int]) -> BootResult? {
      results.last { table.row($0.boot.layout.choices) == row && $0.boot.continues == history }
    }
    let (bad, good) = (proof(cause.failing), proof(cause.passing))
    let failed = { (result: BootResult?) in
      Set(result?.findings.filter { if case .failed = $0.outcome { true } else { false } }.map(\.check) ?? [])
    }
    let explained = failing(check).filter { id in
      guard let boot = results.first(where: { $0.boot.id == id })?.boot else { return false }
      return (history == nil || boot.continues == history)
        && factors.allSatisfy { boot.layout.choices[$0.axis] == $0.fails }
    }
    return Explanation(
      check: check, also: failed(bad).subtracting(failed(good)).subtracting([check]).sorted(), boots: explained,
      result: history == nil ? .cause : .moved, factors: factors, failing: bad?.boot.id, passing: good?.boot.id,
      confirmed: confirmed, sentence: causeSentence(factors, moved: history != nil))
  }

  private func unfinished(_ check: String, _ why: String, suspects: [Explanation.Factor] = []) -> Explanation {
    let names = suspects.isEmpty ? "" : "; still suspected: \(suspects.map(\.title).joined(separator: ", "))"
    return Explanation(
      check: check, boots: [], result: .unfinished, factors: suspects, sentence: "cause not found: \(why)\(names)")
  }

  private func usedUp(_ check: String) -> Explanation {
    unfinished(check, "the \(limit) boots that the search may take were used up")
  }

  // MARK: What is known

  private struct Known {
    var row: [Int]
    var outcome: CauseSearch.Outcome
  }

  /// How the check came out on all machines of a history.
  private func known(_ check: String, _ history: String?) -> [Known] {
    results.compactMap { result in
      guard result.boot.continues == history, result.boot.copies == nil,
        let row = table.row(result.boot.layout.choices)
      else { return nil }
      return Known(row: row, outcome: result.outcome(of: check))
    }
  }

  /// The plan's boots on which the check failed.
  private func failing(_ check: String) -> [String] {
    results.filter { $0.boot.purpose == .gate && $0.outcome(of: check) == .failed }.map(\.boot.id)
  }

  /// The machine most like `row` on which the check passed.
  private func nearest(to row: [Int], _ known: [Known]) -> [Int]? {
    known.filter { $0.outcome == .passed }.map(\.row).min { a, b in apart(a, row) < apart(b, row) }
  }

  private func apart(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).count { $0 != $1 } }

  /// Boots machines that were not in the plan, side by side.
  private mutating func boot(_ check: String, _ rows: [[Int]], _ history: String?) async throws -> [Known] {
    let before = history.flatMap { id in results.first { $0.boot.id == id }?.boot }
    let edition = plan.boots.first { history != nil && $0.continues == history }?.edition
    let number = plan.boots.count + spent + 1
    let boots = rows.enumerated().map { index, row in
      searchBoot(
        number + index, table.choices(row), continuing: before, edition: edition, axes: axes,
        seed: plan.seed)
    }
    spent += boots.count
    let new = try await boot(boots)
    results += new
    return zip(boots, rows).map { boot, row in
      // What broke off told nothing.
      Known(row: row, outcome: new.first { $0.boot.id == boot.id }?.outcome(of: check) ?? .unclear)
    }
  }
}

extension BootResult {
  /// The first *must* that failed: what comes first usually brings the others with it. Of the intrusive checks none, as
  /// they are judged in one boot of a run.
  var firstFailure: String? {
    let intrusive = BuiltIn.intrusiveChecks.map { $0.info.id }
    return findings.first { finding in
      if case .failed = finding.outcome { finding.level == .must && !intrusive.contains(finding.check) } else { false }
    }?.check
  }

  func outcome(of check: String) -> CauseSearch.Outcome {
    switch findings.first(where: { $0.check == check })?.outcome {
    case .passed: .passed
    case .failed: .failed
    default: .unclear
    }
  }
}
