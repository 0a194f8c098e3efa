/// The combinations of values that no row has covered yet.
struct TupleSet {
  let index: TupleIndex
  private var open: [Bool]
  /// How many open combinations hold a value: by factor, by value.
  private(set) var load: [[Int]]
  /// How many are open.
  private(set) var count = 0

  init(_ index: TupleIndex) {
    self.index = index
    open = Array(repeating: false, count: index.count)
    load = index.levels.map { Array(repeating: 0, count: $0) }
  }

  func contains(_ number: Int) -> Bool { open[number] }

  mutating func insert(_ set: [Int], _ values: [Int]) {
    let number = index.number(set, values)
    guard !open[number] else { return }
    open[number] = true
    count += 1
    for (factor, value) in zip(set, values) { load[factor][value] += 1 }
  }

  /// Takes out all that a whole row covers.
  mutating func cover(_ row: [Int]) {
    for (at, number) in index.numbers(of: row).enumerated() where open[number] {
      open[number] = false
      count -= 1
      for factor in index.sets[at] { load[factor][row[factor]] -= 1 }
    }
  }

  /// The open combination number `n`, counted from 0.
  func pick(_ n: Int) -> (set: [Int], values: [Int])? {
    open.indices.lazy.filter { open[$0] }.dropFirst(n).first.map { index.combination($0) }
  }

  /// How many open combinations `factor` = `value` would cover with those of `row` that are set, `fixed`.
  func gain(_ factor: Int, _ value: Int, with fixed: [Int], of row: [Int]) -> Int {
    var gain = 0
    index.forEach(factor, value, with: fixed, of: row) { if open[$0] { gain += 1 } }
    return gain
  }
}
