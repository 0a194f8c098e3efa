/// Takes rows out of a covering array, and mends what then is missing by changing single values of the others.
///
/// A tabu search: of the changes that cover some missing combination, the one that loses least; a value just changed
/// stays for some moves.
/// - SeeAlso: Nurmela: Upper bounds for covering arrays by tabu search (2004).
struct RowReduction {
  private let index: TupleIndex
  private let rules: RowRules
  /// Combinations that have to be covered.
  private let wanted: TupleSet
  /// Rows of this many at the front stay as they are.
  private let fixedRows: Int
  private var random: SplitMix64
  private var rows: [[Int]]
  /// How many rows cover each combination.
  private var covers: [Int32]
  /// Wanted combinations that no row covers, and where each stands in that list (-1: nowhere).
  private var missing: [Int] = []
  private var place: [Int]
  /// Factors and values of each combination that has ever been missing.
  private let others: [[Int]]

  init(_ rows: [[Int]], fixedRows: Int, wanted: TupleSet, rules: RowRules, random: SplitMix64) {
    (self.rows, self.fixedRows, self.wanted, self.rules, self.random) = (rows, fixedRows, wanted, rules, random)
    index = wanted.index
    covers = Array(repeating: 0, count: index.count)
    place = Array(repeating: -1, count: index.count)
    let n = index.levels.count
    others = (0..<n).map { factor in (0..<n).filter { $0 != factor } }
    for row in rows { for number in index.numbers(of: row) { covers[number] += 1 } }
  }

  /// - Parameter moves: tried for each row that is taken out.
  mutating func reduce(moves: Int) -> [[Int]] {
    guard index.strength > 1 else { return rows }
    var good = rows
    while rows.count > max(1, fixedRows) {
      takeOut()
      guard mend(moves: moves) else { break }
      good = rows
    }
    return good
  }

  /// Takes out the row that alone covers the fewest combinations.
  private mutating func takeOut() {
    var best = (row: fixedRows, alone: Int.max)
    for row in fixedRows..<rows.count {
      let alone = index.numbers(of: rows[row]).count { covers[$0] == 1 }
      if alone < best.alone { best = (row, alone) }
    }
    let row = rows.remove(at: best.row)
    for number in index.numbers(of: row) { drop(number) }
  }

  private mutating func drop(_ number: Int) {
    covers[number] -= 1
    guard covers[number] == 0, wanted.contains(number), place[number] < 0 else { return }
    place[number] = missing.count
    missing.append(number)
  }

  private mutating func add(_ number: Int) {
    covers[number] += 1
    let at = place[number]
    guard at >= 0, let last = missing.last else { return }
    missing[at] = last
    place[last] = at
    missing.removeLast()
    place[number] = -1
  }

  private mutating func set(_ row: Int, _ factor: Int, _ value: Int) {
    let old = rows[row][factor]
    var gone: [Int] = []
    var come: [Int] = []
    index.forEach(factor, old, with: others[factor], of: rows[row]) { gone.append($0) }
    index.forEach(factor, value, with: others[factor], of: rows[row]) { come.append($0) }
    for number in gone { drop(number) }
    for number in come { add(number) }
    rows[row][factor] = value
  }

  /// What a change would add to the number of missing combinations.
  private func cost(_ row: Int, _ factor: Int, _ value: Int) -> Int {
    var cost = 0
    index.forEach(factor, rows[row][factor], with: others[factor], of: rows[row]) {
      if covers[$0] == 1, wanted.contains($0) { cost += 1 }
    }
    index.forEach(factor, value, with: others[factor], of: rows[row]) { if place[$0] >= 0 { cost -= 1 } }
    return cost
  }

  /// - Returns: whether everything is covered again.
  private mutating func mend(moves: Int) -> Bool {
    var heldUntil = rows.map { Array(repeating: 0, count: $0.count) }
    for move in 0..<moves {
      guard !missing.isEmpty else { return true }
      let (set, values) = index.combination(missing[random.below(missing.count)])
      var best: (row: Int, factor: Int, value: Int, cost: Int)?
      var ties = 0
      for row in fixedRows..<rows.count {
        let apart = set.indices.filter { rows[row][set[$0]] != values[$0] }
        guard apart.count == 1, heldUntil[row][set[apart[0]]] <= move else { continue }
        let (factor, value) = (set[apart[0]], values[apart[0]])
        guard allows(row, factor, value) else { continue }
        let cost = cost(row, factor, value)
        if cost < best?.cost ?? .max {
          (best, ties) = ((row, factor, value, cost), 1)
        } else if cost == best?.cost {
          ties += 1
          if random.below(ties) == 0 { best = (row, factor, value, cost) }
        }
      }
      if let best {
        heldUntil[best.row][best.factor] = move + 2 + random.below(8)
        self.set(best.row, best.factor, best.value)
      } else {
        // No row is one change away: bring some row nearer.
        let row = fixedRows + random.below(rows.count - fixedRows)
        let at = random.below(set.count)
        if rows[row][set[at]] != values[at], allows(row, set[at], values[at]) { self.set(row, set[at], values[at]) }
      }
    }
    return missing.isEmpty
  }

  private func allows(_ row: Int, _ factor: Int, _ value: Int) -> Bool {
    guard rules.binds(factor) else { return true }
    var changed = rows[row]
    changed[factor] = value
    return rules.canComplete(changed, having: factor)
  }
}
