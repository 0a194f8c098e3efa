import Planning
import Testing

@Suite struct CoveringArrayTests {
  /// The usual problems of the field, with the rows that PICT needs.
  static let problems: [(levels: [Int], rows: Int)] = [
    (many(3, 4), 9),
    (many(3, 13), 18),
    (many(4, 15) + many(3, 17) + many(2, 29), 37),
    ([4] + many(3, 39) + many(2, 35), 27),
    (many(2, 100), 15),
    (many(10, 20), 210),
  ]

  static func many(_ levels: Int, _ factors: Int) -> [Int] { Array(repeating: levels, count: factors) }

  @Test(arguments: problems) func coversAllPairsInNoMoreRowsThanPICT(levels: [Int], rows most: Int) throws {
    let rows = try coveringArray(CoverProblem(levels: levels), .pairs, seed: 1)
    #expect(rows.count <= most)
    #expect(open(rows, levels) == 0)
    #expect(rows.allSatisfy { row in zip(row, levels).allSatisfy { (0..<$1).contains($0) } })
  }

  /// Pairs that no row holds, counted with a set of texts.
  private func open(_ rows: [[Int]], _ levels: [Int]) -> Int {
    var seen: Set<[Int]> = []
    for row in rows {
      for f in row.indices { for g in row.indices where g > f { seen.insert([f, row[f], g, row[g]]) } }
    }
    var wanted = 0
    for f in levels.indices { for g in levels.indices where g > f { wanted += levels[f] * levels[g] } }
    return wanted - seen.count
  }

  static let bound = CoverProblem(
    weights: [[1, 1, 1], [5, 1], [1, 1, 1, 1], [1, 1], [1, 1, 1]],
    forbidden: [[0: 0, 1: 1], [1: 0, 2: 3], [0: 1, 2: 0, 3: 1], [3: 0, 4: 2]],
    required: [[2, 0, 1, 1, 2], [nil, 1, nil, nil, 0]])

  @Test(arguments: Coverage.allCases, [1, 2, 3, 4, 5] as [UInt64])
  func keepsConstraintsAndStillCoversAllThatCanBe(coverage: Coverage, seed: UInt64) throws {
    let problem = Self.bound
    let rows = try coveringArray(problem, coverage, seed: seed)
    #expect(uncovered(rows, of: problem, coverage).isEmpty)
    for row in rows {
      for rule in problem.forbidden { #expect(!rule.allSatisfy { row[$0.key] == $0.value }, "\(row) holds \(rule)") }
    }
    #expect(rows[0] == [2, 0, 1, 1, 2])
    #expect(rows[1][1] == 1 && rows[1][4] == 0)
  }

  @Test func theCheckSeesARowThatIsMissing() throws {
    let problem = Self.bound
    let rows = try coveringArray(problem, .pairs, seed: 1)
    for index in rows.indices {
      var fewer = rows
      fewer.remove(at: index)
      // Required rows may be superfluous; every other one is there because something needs it.
      if index >= problem.required.count { #expect(!uncovered(fewer, of: problem, .pairs).isEmpty) }
    }
  }

  @Test func theSameSeedGivesTheSameRows() throws {
    let problem = Self.bound
    #expect(try coveringArray(problem, .pairs, seed: 7) == coveringArray(problem, .pairs, seed: 7))
    let different = try Set((1...8).map { try coveringArray(problem, .pairs, seed: $0) })
    #expect(different.count > 1)
  }

  @Test func triplesOfFourFactorsOfThree() throws {
    let problem = CoverProblem(levels: [3, 3, 3, 3])
    let rows = try coveringArray(problem, .triples, seed: 3)
    #expect(uncovered(rows, of: problem, .triples).isEmpty)
    #expect(rows.count <= 33)
  }

  @Test func eachNeedsNoMoreRowsThanTheLargestFactorHasValues() throws {
    let rows = try coveringArray(CoverProblem(levels: [2, 7, 3, 4]), .each, seed: 1)
    #expect(rows.count == 7)
  }

  @Test func aHeavyValueComesMoreOften() throws {
    // Values of the first factor matter to nobody but its weights, once all pairs are there.
    let problem = CoverProblem(weights: [[9, 1], [1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1]])
    let rows = try coveringArray(problem, .pairs, seed: 2)
    #expect(rows.count { $0[0] == 0 } > rows.count { $0[0] == 1 })
  }

  @Test func saysWhatCannotBe() {
    #expect(throws: CoverError.nothingPossible) {
      try coveringArray(CoverProblem(levels: [2, 2], forbidden: [[0: 0], [0: 1]]), .pairs, seed: 1)
    }
    let problem = CoverProblem(
      weights: [[1, 1], [1, 1]], forbidden: [[0: 1, 1: 1]], required: [[0, nil], [1, 1]])
    #expect(throws: CoverError.requiredRowImpossible(1)) { try coveringArray(problem, .pairs, seed: 1) }
  }

  @Test func oneFactorAloneHasNoPairs() throws {
    #expect(try coveringArray(CoverProblem(levels: [3]), .pairs, seed: 1).count == 3)
    #expect(try coveringArray(CoverProblem(levels: []), .pairs, seed: 1).isEmpty)
  }
}
