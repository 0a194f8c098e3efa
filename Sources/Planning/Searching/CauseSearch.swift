/// Looks for the values that make a check fail, by booting mixtures of a machine on which it fails and one on which it
/// passes.
///
/// It holds no plan: from all that has been seen it makes the suspects that are left (single values of the failing
/// machine; if none can be it, pairs of them, then threes), and asks for the mixture that halves them. What is left
/// alone at the end is put on the passing machine, and both are booted until each has come out the same twice.
///
/// Rows are those of ``AxisTable``. Every mixture keeps the constraints.
/// - SeeAlso: Zeller, Hildebrandt: Simplifying and isolating failure-inducing input (2002).
package struct CauseSearch: Sendable {
  package enum Outcome: Hashable, Sendable {
    case passed, failed
    /// The check was not judged, or broke.
    case unclear
  }

  package struct Cause: Hashable, Sendable {
    /// Axes, by number, rising.
    package var factors: [Int]
    package var failing: [Int]
    package var passing: [Int]
  }

  package enum Step: Hashable, Sendable {
    /// Machines to boot; they may run side by side.
    case boot([[Int]])
    /// The two rows have come out the same twice.
    case found(Cause)
    /// The row has passed and failed.
    case flaky([Int])
    /// The machine that was to pass fails as well: what was changed is not what decides.
    case failsAnyway
    /// There is nothing left to ask: no mixture tells the suspects apart, or too many boots told nothing.
    case lost
  }

  let table: AxisTable
  /// Every value that is on trial is one of this row.
  let failing: [Int]
  /// The machine that the values are put on.
  let passing: [Int]
  /// How likely each axis is to be the cause, before anything is known; positive.
  private let weights: [Double]
  private var seen: [[Int]: Tally] = [:]
  private var random: SplitMix64

  /// How often a row came out how.
  private struct Tally { var passed = 0, failed = 0, unclear = 0 }

  /// - Parameters:
  ///   - weights: how suspicious each axis is; nil: all alike.
  ///   - seed: decides between mixtures that tell as much.
  package init(
    _ table: AxisTable, failing: [Int], passing: [Int], weights: [Double]? = nil, seed: UInt64
  ) {
    (self.table, self.failing, self.passing) = (table, failing, passing)
    self.weights = weights ?? failing.map { _ in 1 }
    random = SplitMix64(seed: seed)
  }

  /// Takes how a boot on `row` came out: any boot of the same history, also one that is no mixture of the two.
  package mutating func learn(_ row: [Int], _ outcome: Outcome) {
    switch outcome {
    case .passed: seen[row, default: Tally()].passed += 1
    case .failed: seen[row, default: Tally()].failed += 1
    case .unclear: seen[row, default: Tally()].unclear += 1
    }
  }

  package mutating func next() -> Step {
    if let row = rows.first(where: { seen[$0]!.passed > 0 && seen[$0]!.failed > 0 && isMixture($0) }) {
      return .flaky(row)
    }
    guard seen.values.reduce(0, { $0 + $1.unclear }) < 3 else { return .lost }
    guard let known = seen[passing] else { return .boot([passing]) }
    guard known.failed == 0 else { return .failsAnyway }
    for size in 1...3 {
      let suspects = suspects(size)
      guard suspects.count != 1 else { return prove(suspects[0]) }
      if suspects.isEmpty {
        // No single value is it: perhaps the failure was nothing but chance.
        if seen[failing].map({ $0.passed + $0.failed < 2 }) ?? true { return ask([failing]) }
        continue
      }
      if let row = halving(suspects) { return .boot([row]) }
      // The constraints bind them together: they are proven as one.
      let union = Set(suspects.joined()).sorted()
      return prove(union)
    }
    return .lost
  }

  package func choices(_ row: [Int]) -> [String: String] { table.choices(row) }
  package func allows(_ row: [Int]) -> Bool { table.allows(row) }

  /// Axes that may still be the cause, for a search that has to end early.
  package var suspectedAxes: [Int] {
    for size in 1...2 {
      let suspects = suspects(size)
      if !suspects.isEmpty { return Set(suspects.joined()).sorted() }
    }
    return []
  }

  // MARK: Suspects

  private var rows: [[Int]] { seen.keys.sorted { $0.lexicographicallyPrecedes($1) } }

  private func isMixture(_ row: [Int]) -> Bool {
    row.indices.allSatisfy { row[$0] == passing[$0] || row[$0] == failing[$0] }
  }

  /// Axes on which a row has the failing machine's value and the passing one has another.
  private func taken(_ row: [Int]) -> Set<Int> {
    Set(row.indices.filter { row[$0] == failing[$0] && row[$0] != passing[$0] })
  }

  /// Sets of axes of which no mixture that passed has all values, and that are in every mixture that failed.
  ///
  /// Only mixtures count here: in another row a value that the two machines share may be what makes the difference.
  private func suspects(_ size: Int) -> [[Int]] {
    let mixtures = rows.filter(isMixture)
    let passed = mixtures.filter { seen[$0]!.passed > 0 }.map(taken)
    let failed = [taken(failing)] + mixtures.filter { seen[$0]!.failed > 0 }.map(taken)
    let inAll = failed.reduce(failed[0]) { $0.intersection($1) }
    let common = open(inAll.sorted(), size, passed)
    if !common.isEmpty { return common }
    // Different mixtures fail for different causes: look into the smallest.
    let smallest = failed.min { ($0.count, $0.sorted().description) < ($1.count, $1.sorted().description) }!
    return open(smallest.sorted(), size, passed)
  }

  private func open(_ axes: [Int], _ size: Int, _ passed: [Set<Int>]) -> [[Int]] {
    subsets(of: axes, size: size).filter { set in !passed.contains { $0.isSuperset(of: set) } }
  }

  /// How likely each of the suspects is, by the axes' own weights and by the rows that are no mixtures: where one that
  /// passed has all of its values, it hardly is the cause.
  private func weigh(_ suspects: [[Int]]) -> [Double] {
    let others = rows.filter { !isMixture($0) }
    let passed = others.filter { seen[$0]!.passed > 0 }.map(taken)
    let failed = others.filter { seen[$0]!.failed > 0 }.map(taken)
    return suspects.map { set in
      let cleared = passed.count { $0.isSuperset(of: set) }
      let present = failed.count { $0.isSuperset(of: set) }
      return set.reduce(1) { $0 * weights[$1] } * pow10(-min(cleared, 3)) * Double(1 + present)
    }
  }

  private func pow10(_ exponent: Int) -> Double { (0..<abs(exponent)).reduce(1) { power, _ in power / 10 } }

  // MARK: Mixtures

  /// The passing machine with the failing one's values on `axes`, and on as few others as the constraints ask for.
  private func mixture(_ axes: Set<Int>) -> [Int]? {
    contexts(beside: axes).lazy.map { mixed(axes.union($0)) }.first { table.allows($0) }
  }

  /// What may be put beside `axes` so that the constraints are kept, smallest first.
  private func contexts(beside axes: Set<Int>) -> [[Int]] {
    let others = taken(failing).subtracting(axes).sorted()
    return (0...2).flatMap { subsets(of: others, size: $0) }
  }

  private func mixed(_ axes: Set<Int>) -> [Int] {
    passing.indices.map { axes.contains($0) ? failing[$0] : passing[$0] }
  }

  /// The mixture that holds about half of the suspects by weight; nil when every one holds all of them or none.
  private mutating func halving(_ suspects: [[Int]]) -> [Int]? {
    let weights = weigh(suspects)
    let total = weights.reduce(0, +)
    let axes = Set(suspects.joined()).sorted()
    var best: (row: [Int], distance: Double, size: Int)?
    // What is most likely first, so that it is asked alone if it outweighs the rest.
    let ranked = zip(suspects, weights).sorted { ($1.1, $0.0.description) < ($0.1, $1.0.description) }.map { Set($0.0) }
    var trials =
      ranked.prefix(32).indices.map { ranked[...$0].reduce(into: Set()) { $0.formUnion($1) } } + ranked.prefix(32)
    for _ in 0..<100 { trials.append(Set(random.shuffled(axes).prefix(1 + random.below(axes.count)))) }
    for trial in Set(trials).sorted(by: { $0.sorted().description < $1.sorted().description }) {
      guard let row = mixture(trial), seen[row] == nil else { continue }
      let held = taken(row)
      let share = zip(suspects, weights).reduce(0) { held.isSuperset(of: $1.0) ? $0 + $1.1 : $0 } / total
      guard share > 0, share < 1 else { continue }
      let found = (row: row, distance: abs(share - 0.5), size: held.count)
      if best.map({ (found.distance, found.size) < ($0.distance, $0.size) }) ?? true { best = found }
    }
    return best?.row
  }

  // MARK: Proof

  /// Boots that show the cause: with all of its values it fails, without any one of them it passes; then the pair once
  /// more.
  private func prove(_ cause: [Int]) -> Step {
    guard let proof = proof(of: cause) else { return .lost }
    if (seen[proof.failing]?.failed ?? 0) == 0 { return ask([proof.failing]) }
    let unseen = proof.passing.filter { (seen[$0]?.passed ?? 0) == 0 }
    if !unseen.isEmpty { return ask(unseen) }
    let again = [proof.failing, proof.passing[0]].filter { seen[$0]!.passed + seen[$0]!.failed < 2 }
    if !again.isEmpty { return .boot(again) }
    return .found(Cause(factors: proof.factors, failing: proof.failing, passing: proof.passing[0]))
  }

  /// The machine with all values of the cause, and those with all but one.
  private func proof(of cause: [Int]) -> (factors: [Int], failing: [Int], passing: [[Int]])? {
    for context in contexts(beside: Set(cause)) {
      let whole = mixed(Set(context + cause))
      let others = cause.map { left in mixed(Set(context + cause).subtracting([left])) }
      if table.allows(whole), others.allSatisfy(table.allows) { return (cause, whole, others) }
    }
    // What the constraints bind to the cause is a part of it.
    guard let whole = mixture(Set(cause)) else { return nil }
    return (taken(whole).sorted(), whole, [passing])
  }

  /// The pair that shows the cause, as far as it has been booted; for a search that has to end before both are sure.
  package var unconfirmed: Cause? {
    var search = self
    for row in seen.keys where seen[row]!.passed + seen[row]!.failed == 1 {
      search.learn(row, seen[row]!.passed > 0 ? .passed : .failed)
    }
    guard case .found(let cause) = search.next() else { return nil }
    return cause
  }

  private func ask(_ rows: [[Int]]) -> Step {
    // A machine that told nothing tells nothing again.
    let fresh = rows.filter { (seen[$0]?.unclear ?? 0) == 0 }
    return fresh.isEmpty ? .lost : .boot(fresh)
  }
}
