/// Numbers all combinations of `strength` values: the combinations of one set of factors lie together.
struct TupleIndex {
  /// Factors in a combination, 1 to 3.
  let strength: Int
  let levels: [Int]
  /// How many combinations there are.
  let count: Int
  /// Where those of a set of factors begin, by `(f * n + g) * n + h` for strength 3, and so on.
  private let base: [Int]
  /// All sets of factors, each in rising order, and where their combinations begin.
  let sets: [[Int]]
  private let starts: [Int]

  init(levels: [Int], strength: Int) {
    let strength = min(strength, levels.count)
    var base = Array(repeating: 0, count: (0..<strength).reduce(1) { size, _ in size * levels.count })
    var sets: [[Int]] = []
    var starts: [Int] = []
    var total = 0
    func extend(_ set: [Int]) {
      guard set.count < strength else {
        sets.append(set)
        starts.append(total)
        base[set.reduce(0) { $0 * levels.count + $1 }] = total
        total += set.reduce(1) { $0 * levels[$1] }
        return
      }
      for next in ((set.last ?? -1) + 1)..<max(levels.count, (set.last ?? -1) + 1) { extend(set + [next]) }
    }
    if strength > 0 { extend([]) }
    (self.strength, self.levels, self.base, count) = (strength, levels, base, total)
    (self.sets, self.starts) = (sets, starts)
  }

  /// The numbers of all combinations in a whole row.
  func numbers(of row: [Int]) -> [Int] {
    sets.indices.map { at in
      var index = 0
      for factor in sets[at] { index = index * levels[factor] + row[factor] }
      return starts[at] + index
    }
  }

  /// The number of a combination; `set` rises.
  func number(_ set: [Int], _ values: [Int]) -> Int {
    var index = 0
    for (factor, value) in zip(set, values) { index = index * levels[factor] + value }
    return base[set.reduce(0) { $0 * levels.count + $1 }] + index
  }

  /// The combination of a number: factors, rising, and their values.
  func combination(_ number: Int) -> (set: [Int], values: [Int]) {
    // The last set that begins at or before the number.
    var (low, high) = (0, sets.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    var rest = number - starts[low]
    var values: [Int] = []
    for factor in sets[low].reversed() {
      values.append(rest % levels[factor])
      rest /= levels[factor]
    }
    return (sets[low], values.reversed())
  }

  /// Numbers of all combinations of `factor` = `value` with those of `row` in `others`, which leaves `factor` out.
  @inline(__always)
  func forEach(_ factor: Int, _ value: Int, with others: [Int], of row: [Int], _ body: (Int) -> Void) {
    let n = levels.count
    switch strength {
    case 1: body(base[factor] + value)
    case 2:
      for other in others {
        if other < factor {
          body(base[other * n + factor] + row[other] * levels[factor] + value)
        } else {
          body(base[factor * n + other] + value * levels[other] + row[other])
        }
      }
    default:
      for i in others.indices.dropFirst() {
        for j in 0..<i {
          let (a, b) = others[i] < others[j] ? (others[i], others[j]) : (others[j], others[i])
          if factor < a {
            body(base[(factor * n + a) * n + b] + (value * levels[a] + row[a]) * levels[b] + row[b])
          } else if factor < b {
            body(base[(a * n + factor) * n + b] + (row[a] * levels[factor] + value) * levels[b] + row[b])
          } else {
            body(base[(a * n + b) * n + factor] + (row[a] * levels[b] + row[b]) * levels[factor] + value)
          }
        }
      }
    }
  }
}
