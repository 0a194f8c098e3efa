/// Says of a partial row whether it can still become a whole one that holds no forbidden combination.
struct RowRules {
  private let levels: [Int]
  /// Forbidden combinations as lists of (factor, value).
  private let forbidden: [[(factor: Int, value: Int)]]
  /// Of each factor, the forbidden combinations that name it.
  private let touching: [[Int]]

  init(_ problem: CoverProblem) {
    levels = problem.levels
    forbidden = problem.forbidden.map { part in part.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    var touching = Array(repeating: [Int](), count: levels.count)
    for (index, part) in forbidden.enumerated() {
      for (factor, _) in part { touching[factor].append(index) }
    }
    self.touching = touching
  }

  /// Whether any rule speaks of a factor.
  func binds(_ factor: Int) -> Bool { !touching[factor].isEmpty }

  /// Whether `row`, -1 where nothing is set yet, can be completed.
  func canComplete(_ row: [Int]) -> Bool {
    for part in forbidden where matches(part, row) { return false }
    var row = row
    return complete(&row)
  }

  /// As ``canComplete(_:)`` for a row that could be completed before `factor` was set.
  func canComplete(_ row: [Int], having factor: Int) -> Bool {
    if touching[factor].isEmpty { return true }
    if touching[factor].contains(where: { matches(forbidden[$0], row) }) { return false }
    var row = row
    return complete(&row)
  }

  private func matches(_ part: [(factor: Int, value: Int)], _ row: [Int]) -> Bool {
    part.allSatisfy { row[$0.factor] == $0.value }
  }

  /// Sets the open factor with the fewest values left, and goes on; factors that no open rule names stay open.
  private func complete(_ row: inout [Int]) -> Bool {
    var best = -1
    var bestValues: [Int] = []
    for factor in row.indices where row[factor] < 0 && isThreatened(factor, row) {
      let values = (0..<levels[factor]).filter { allows(factor, $0, &row) }
      if values.isEmpty { return false }
      if best < 0 || values.count < bestValues.count { (best, bestValues) = (factor, values) }
      if bestValues.count == 1 { break }
    }
    guard best >= 0 else { return true }
    for value in bestValues {
      row[best] = value
      if complete(&row) { return true }
    }
    row[best] = -1
    return false
  }

  /// Whether some rule that names the factor can still come to hold.
  private func isThreatened(_ factor: Int, _ row: [Int]) -> Bool {
    touching[factor].contains { index in
      forbidden[index].allSatisfy { row[$0.factor] < 0 || row[$0.factor] == $0.value }
    }
  }

  private func allows(_ factor: Int, _ value: Int, _ row: inout [Int]) -> Bool {
    row[factor] = value
    defer { row[factor] = -1 }
    return !touching[factor].contains { matches(forbidden[$0], row) }
  }
}
