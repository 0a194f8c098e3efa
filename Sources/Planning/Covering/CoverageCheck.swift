/// Says what rows leave uncovered, in the simplest way there is: it shares nothing with the search that made them.
///
/// - Returns: combinations (factor → value) that no row holds although some row that keeps the constraints could.
package func uncovered(_ rows: [[Int]], of problem: CoverProblem, _ coverage: Coverage) -> [[Int: Int]] {
  var missing: [[Int: Int]] = []
  let factors = Array(problem.levels.indices)
  for set in subsets(of: factors, size: min(coverage.strength, factors.count)) {
    for values in products(of: set.map { problem.levels[$0] }) {
      let wanted = Dictionary(uniqueKeysWithValues: zip(set, values))
      if rows.contains(where: { row in wanted.allSatisfy { row[$0.key] == $0.value } }) { continue }
      if isPossible(wanted, problem) { missing.append(wanted) }
    }
  }
  return missing
}

/// Whether some whole row that keeps the constraints holds `part`; by trying them all, rule by rule.
private func isPossible(_ part: [Int: Int], _ problem: CoverProblem) -> Bool {
  // A rule that is not broken yet is kept by giving one of its factors another value.
  let threat = problem.forbidden.first { rule in rule.allSatisfy { part[$0.key] == nil || part[$0.key] == $0.value } }
  guard let threat else { return true }
  let open = threat.keys.filter { part[$0] == nil }.sorted()
  for factor in open {
    for value in 0..<problem.levels[factor] where value != threat[factor] {
      if isPossible(part.merging([factor: value]) { $1 }, problem) { return true }
    }
  }
  return false
}

/// All sets of `size` of the items, in their order.
func subsets(of items: [Int], size: Int) -> [[Int]] {
  guard size > 0 else { return [[]] }
  return items.indices.flatMap { at in
    subsets(of: Array(items[(at + 1)...]), size: size - 1).map { [items[at]] + $0 }
  }
}

private func products(of levels: [Int]) -> [[Int]] {
  levels.reduce([[]]) { rows, count in rows.flatMap { row in (0..<count).map { row + [$0] } } }
}
