import Glibc
import Model
import Planning

/// Prints rows and seconds for the usual problems of the field, against PICT's rows, and for our own axes.
///
/// Every array is checked by the verifier that shares nothing with the search. Exit 1 when one is longer than PICT's,
/// takes over 10 seconds, or leaves something out.
@main struct CoveringBench {
  /// The rows are those that PICT's authors and pairwise.org give.
  static let problems: [(name: String, levels: [Int], pict: Int)] = [
    ("3^4", many(3, 4), 9),
    ("3^13", many(3, 13), 18),
    ("4^15 3^17 2^29", many(4, 15) + many(3, 17) + many(2, 29), 37),
    ("4^1 3^39 2^35", [4] + many(3, 39) + many(2, 35), 27),
    ("2^100", many(2, 100), 15),
    ("10^20", many(10, 20), 210),
  ]

  static func main() throws {
    var bad: [String] = []
    line("all pairs of", "rows", "PICT", "seconds")
    for (name, levels, pict) in problems {
      let problem = CoverProblem(levels: levels)
      let (rows, time) = try measured { try coveringArray(problem, .pairs, seed: 1) }
      line("  " + name, "\(rows.count)", "\(pict)", seconds(time))
      let missing = uncovered(rows, of: problem, .pairs).count
      if missing > 0 { bad.append("\(name): \(missing) pairs are missing") }
      if rows.count > pict { bad.append("\(name): \(rows.count) rows are more than \(pict)") }
      if time > .seconds(10) { bad.append("\(name): took over 10 s") }
    }
    let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 1)
    line("\nthe axes of a QEMU machine", "boots", "", "seconds")
    for coverage in Coverage.allCases {
      let (plan, time) = try measured { try makePlan(PlanWishes(seed: 1, coverage: coverage), axes: axes) }
      guard let audit = CoverageAudit(plan, axes: axes) else { continue }
      let boots = plan.boots.count { $0.purpose == .gate }
      line("  \(coverage.rawValue): \(audit.possible) to cover", "\(boots)", "", seconds(time))
      if !audit.missing.isEmpty { bad.append("\(coverage.rawValue): \(audit.missing.count) are missing") }
    }
    guard bad.isEmpty else {
      print("\n" + bad.joined(separator: "\n"))
      exit(1)
    }
    print("\nEach array was counted again by a verifier that shares nothing with the search: nothing is missing.")
  }

  private static func many(_ levels: Int, _ factors: Int) -> [Int] { Array(repeating: levels, count: factors) }

  private static func measured<T>(_ body: () throws -> T) rethrows -> (T, Duration) {
    let start = ContinuousClock.now
    let result = try body()
    return (result, ContinuousClock.now - start)
  }

  private static func line(_ name: String, _ cells: String...) {
    let width = name.hasPrefix("\n") ? 33 : 32
    print(
      name + String(repeating: " ", count: max(0, width - name.count))
        + cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }.joined())
  }

  /// `1.05`, to hundredths.
  private static func seconds(_ duration: Duration) -> String {
    let hundredths = Int((duration / .milliseconds(10)).rounded())
    return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
  }
}
