/// Rows that cover every possible combination of the coverage's strength, in as few rows as a greedy search finds.
///
/// Shape: the required rows first, in their order, then the others, each the one that then adds most, so that the first
/// rows of too long an array cover as much as they can; every row keeps the constraints.
/// The same problem and seed give the same rows on every machine. Combinations that the constraints rule out are not
/// asked for.
/// - Parameter effort: how many candidates are tried for each row; more make fewer rows.
/// - SeeAlso: Cohen, Dalal, Fredman, Patton: The AETG system (1997).
package func coveringArray(
  _ problem: CoverProblem, _ coverage: Coverage, seed: UInt64, effort: Int = 30, attempts: Int = 1
) throws(CoverError) -> [[Int]] {
  let rules = RowRules(problem)
  guard rules.canComplete(Array(repeating: -1, count: problem.levels.count)) else { throw .nothingPossible }
  let all = feasibleTuples(problem, rules, strength: coverage.strength)
  var random = SplitMix64(seed: seed)
  var best: [[Int]]?
  for _ in 0..<max(1, attempts) {
    var search = RowSearch(problem, rules, all, random: SplitMix64(seed: random.next()))
    let rows = try search.rows(effort: max(1, effort), fewerThan: best?.count ?? .max)
    if let rows { best = rows }
  }
  var reduction = RowReduction(
    best ?? [], fixedRows: problem.required.count, wanted: all, rules: rules, random: SplitMix64(seed: random.next()))
  return byGain(reduction.reduce(moves: effort * 100), fixed: problem.required.count, open: all)
}

/// The rows beyond the first `fixed` ones, each the one that covers most of what is open after those before it.
private func byGain(_ rows: [[Int]], fixed: Int, open: TupleSet) -> [[Int]] {
  var open = open
  var ordered = Array(rows.prefix(fixed))
  for row in ordered { open.cover(row) }
  // Of each row what it would still cover, shorter and shorter.
  var left = rows.dropFirst(fixed).map { row in (row: row, adds: open.index.numbers(of: row)) }
  while !left.isEmpty {
    for at in left.indices { left[at].adds.removeAll { !open.contains($0) } }
    // The first of equals.
    let best = left.indices.reduce(0) { left[$1].adds.count > left[$0].adds.count ? $1 : $0 }
    let row = left.remove(at: best).row
    open.cover(row)
    ordered.append(row)
  }
  return ordered
}

/// All combinations that some row may hold.
func feasibleTuples(_ problem: CoverProblem, _ rules: RowRules, strength: Int) -> TupleSet {
  let levels = problem.levels
  var tuples = TupleSet(TupleIndex(levels: levels, strength: strength))
  var row = Array(repeating: -1, count: levels.count)
  for set in tuples.index.sets {
    let bound = set.contains { rules.binds($0) }
    var values = Array(repeating: 0, count: set.count)
    repeat {
      for (factor, value) in zip(set, values) { row[factor] = value }
      if !bound || rules.canComplete(row) { tuples.insert(set, values) }
    } while advance(&values, set, levels)
    for factor in set { row[factor] = -1 }
  }
  return tuples
}

/// The next values of a set of factors, the last one turning quickest; false after the last.
private func advance(_ values: inout [Int], _ set: [Int], _ levels: [Int]) -> Bool {
  for place in values.indices.reversed() {
    values[place] += 1
    if values[place] < levels[set[place]] { return true }
    values[place] = 0
  }
  return false
}

/// One greedy search: row after row, each the best of some candidates.
private struct RowSearch {
  private let problem: CoverProblem
  private let levels: [Int]
  private let rules: RowRules
  private var open: TupleSet
  private var random: SplitMix64

  init(_ problem: CoverProblem, _ rules: RowRules, _ open: TupleSet, random: SplitMix64) {
    (self.problem, self.levels, self.rules, self.open, self.random) = (problem, problem.levels, rules, open, random)
  }

  /// - Returns: nil as soon as it is clear that there will be no fewer than `limit` rows.
  mutating func rows(effort: Int, fewerThan limit: Int) throws(CoverError) -> [[Int]]? {
    var rows: [[Int]] = []
    for (number, wanted) in problem.required.enumerated() {
      let start = wanted.map { $0 ?? -1 }
      guard rules.canComplete(start) else { throw .requiredRowImpossible(number) }
      rows.append(best(of: effort) { _ in start })
      open.cover(rows[rows.count - 1])
    }
    while open.count > 0 {
      guard rows.count + 1 < limit else { return nil }
      let before = open.count
      var row = best(of: effort) { search in search.heaviestStart() }
      var rest = open
      rest.cover(row)
      if rest.count == before {
        // What is left lies where the heaviest values do not lead: begin with one of the combinations themselves.
        row = best(of: 1) { search in search.openStart() }
        rest.cover(row)
      }
      open = rest
      rows.append(row)
    }
    return rows
  }

  private mutating func best(of effort: Int, from start: (inout RowSearch) -> [Int]) -> [Int] {
    var best: (row: [Int], gain: Int)?
    for _ in 0..<effort {
      let candidate = extend(start(&self))
      if candidate.gain > best?.gain ?? -1 { best = candidate }
    }
    return best?.row ?? []
  }

  /// A row with the one value set that is in most open combinations.
  private mutating func heaviestStart() -> [Int] {
    var row = Array(repeating: -1, count: levels.count)
    var heaviest = 0
    var ties: [(Int, Int)] = []
    for factor in levels.indices {
      for value in 0..<levels[factor] where open.load[factor][value] > 0 {
        let load = open.load[factor][value]
        if load > heaviest { (heaviest, ties) = (load, []) }
        if load == heaviest { ties.append((factor, value)) }
      }
    }
    guard !ties.isEmpty else { return row }
    let (factor, value) = random.pick(ties)
    row[factor] = value
    return row
  }

  private mutating func openStart() -> [Int] {
    var row = Array(repeating: -1, count: levels.count)
    if let (set, values) = open.pick(random.below(open.count)) {
      for (factor, value) in zip(set, values) { row[factor] = value }
    }
    return row
  }

  /// Completes a row, factor by factor in random order, each with the value that covers most.
  private mutating func extend(_ start: [Int]) -> (row: [Int], gain: Int) {
    var row = start
    var fixed: [Int] = []
    var gain = 0
    for factor in row.indices where row[factor] >= 0 {
      gain += open.gain(factor, row[factor], with: fixed, of: row)
      fixed.append(factor)
    }
    for factor in random.shuffled(row.indices.filter { row[$0] < 0 }) {
      let (value, more) = choose(factor, fixed, row)
      row[factor] = value
      gain += more
      fixed.append(factor)
    }
    return (row, gain)
  }

  /// The value that covers most; of equals by weight and chance.
  private mutating func choose(_ factor: Int, _ fixed: [Int], _ row: [Int]) -> (value: Int, gain: Int) {
    var row = row
    var ranked: [(value: Int, gain: Int)] = []
    for value in 0..<levels[factor] {
      row[factor] = value
      if rules.binds(factor), !rules.canComplete(row, having: factor) { continue }
      ranked.append((value, open.gain(factor, value, with: fixed, of: row)))
    }
    let top = ranked.map(\.gain).max() ?? 0
    let ties = ranked.filter { $0.gain == top }.map(\.value)
    return (weighted(ties, problem.weights[factor]), top)
  }

  private mutating func weighted(_ values: [Int], _ weights: [Int]) -> Int {
    let total = values.reduce(0) { $0 + max(1, weights[$1]) }
    var ticket = random.below(max(1, total))
    for value in values {
      ticket -= max(1, weights[value])
      if ticket < 0 { return value }
    }
    return values.last ?? 0
  }
}
