import Model
import Planning
import Testing

/// Searches for the causes of made-up faults, on the machines of a default plan.
@Suite struct CauseSearchTests {
  static let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 1)
  let table = AxisTable(CauseSearchTests.axes)

  typealias Choices = [String: String]

  /// A search that is under way: what it was told, and what an image with some fault makes of each machine.
  struct Trial {
    var search: CauseSearch
    var base: [Int]
    var boots = 0
    let judge: (Choices) -> CauseSearch.Outcome

    /// Boots what the search asks for, at most `limit` machines.
    mutating func run(limit: Int = 30) -> CauseSearch.Step {
      while true {
        let step = search.next()
        guard case .boot(let rows) = step, boots + rows.count <= limit else { return step }
        for row in rows {
          #expect(search.allows(row))
          boots += 1
          search.learn(row, judge(search.choices(row)))
        }
      }
    }
  }

  /// - Returns: nil when the fault shows on no machine of the plan, or on all.
  func trial(seed: UInt64, _ judge: @escaping (Choices) -> CauseSearch.Outcome) throws -> Trial? {
    let plan = try makePlan(PlanWishes(seed: seed, moves: false), axes: Self.axes)
    let rows = plan.boots.compactMap { table.row($0.layout.choices) }
    #expect(rows.count == plan.boots.count)
    guard let bad = rows.first(where: { judge(table.choices($0)) == .failed }) else { return nil }
    let good = rows.filter { judge(table.choices($0)) == .passed }
    func apart(_ row: [Int]) -> Int { zip(row, bad).count { $0 != $1 } }
    guard let base = good.min(by: { apart($0) < apart($1) }) else { return nil }
    var search = CauseSearch(table, failing: bad, passing: base, seed: seed)
    for row in rows { search.learn(row, judge(table.choices(row))) }
    return Trial(search: search, base: base, judge: judge)
  }

  func factors(_ step: CauseSearch.Step) -> Set<String> {
    guard case .found(let cause) = step else { return [] }
    return Set(cause.factors.map { "\(table.axes[$0].id)=\(table.axes[$0].values[cause.failing[$0]].name)" })
  }

  @Test func everySingleValueIsNamedWithinEightBoots() throws {
    var boots = 0
    var faults = 0
    for axis in Self.axes.axes where axis.values.count > 1 {
      for value in axis.values {
        guard var trial = try trial(seed: 2, { $0[axis.id] == value.name ? .failed : .passed }) else { continue }
        let step = trial.run()
        #expect(factors(step) == ["\(axis.id)=\(value.name)"])
        #expect(trial.boots <= 8, "\(axis.id)=\(value.name)")
        if case .found(let cause) = step {
          let apart = cause.failing.indices.filter { cause.failing[$0] != cause.passing[$0] }
          #expect(apart == cause.factors)
        }
        boots += trial.boots
        faults += 1
      }
    }
    #expect(faults > 50)
    // Two of them are there to be sure.
    #expect(Double(boots) / Double(faults) < 6.5)
  }

  @Test func ofTwoCausesOneIsNamed() throws {
    // As root=/dev/vda1 does.
    let judge = { (choices: Choices) -> CauseSearch.Outcome in
      choices["disk.model"] == "virtio-scsi" || choices["extra"]?.hasSuffix("before") == true ? .failed : .passed
    }
    var trials = 0
    for seed in 1...12 as ClosedRange<UInt64> {
      guard var trial = try trial(seed: seed, judge) else { continue }
      let found = factors(trial.run())
      #expect([["disk.model=virtio-scsi"], ["extra=blank before"], ["extra=decoy before"]].contains(found), "\(found)")
      #expect(trial.boots <= 8)
      trials += 1
    }
    // The plan covers each of them, so there always is something to find.
    #expect(trials == 12)
  }

  @Test func twoValuesThatFailOnlyTogetherAreBothNamed() throws {
    let judge = { (choices: Choices) -> CauseSearch.Outcome in
      choices["usb"] == "xhci" && choices["memory"] == "double" ? .failed : .passed
    }
    var both = 0
    for seed in 1...12 as ClosedRange<UInt64> {
      guard var trial = try trial(seed: seed, judge) else { continue }
      let base = table.choices(trial.base)
      // What the passing machine has as well makes no difference to it.
      var wanted: Set = ["usb=xhci", "memory=double"]
      if base["usb"] == "xhci" { wanted.remove("usb=xhci") }
      if base["memory"] == "double" { wanted.remove("memory=double") }
      #expect(factors(trial.run()) == wanted)
      if wanted.count == 2 { both += 1 }
    }
    #expect(both > 0)
  }

  @Test func aMachineThatTellsNothingIsWalkedAround() throws {
    let judge = { (choices: Choices) -> CauseSearch.Outcome in
      if choices["display"] == "cirrus" && choices["balloon"] == "virtio" { return .unclear }
      return choices["disk.model"] == "virtio-scsi" ? .failed : .passed
    }
    var found: Trial?
    for seed in 1...6 as ClosedRange<UInt64> where found == nil { found = try trial(seed: seed, judge) }
    var trial = try #require(found)
    #expect(factors(trial.run()) == ["disk.model=virtio-scsi"])
  }

  @Test func aRowThatPassesAndFailsIsFlaky() throws {
    var trial = try #require(try trial(seed: 2) { $0["disk.model"] == "virtio-scsi" ? .failed : .passed })
    trial.search.learn(trial.base, .failed)
    #expect(trial.search.next() == .flaky(trial.base))
  }

  @Test func theBaseIsBootedFirstWhenNobodyKnowsIt() throws {
    let rows = try makePlan(PlanWishes(seed: 3, moves: false), axes: Self.axes).boots.map {
      table.row($0.layout.choices)!
    }
    var search = CauseSearch(table, failing: rows[1], passing: rows[0], seed: 1)
    search.learn(rows[1], .failed)
    #expect(search.next() == .boot([rows[0]]))
    search.learn(rows[0], .failed)
    #expect(search.next() == .failsAnyway)
  }

  @Test func aSearchThatMustEndNamesItsSuspects() throws {
    var trial = try #require(try trial(seed: 1) { $0["usb"] == "xhci" ? .failed : .passed })
    _ = trial.run(limit: 1)
    let usb = table.axes.firstIndex { $0.id == "usb" }!
    #expect(trial.search.suspectedAxes.contains(usb))
    #expect(trial.search.suspectedAxes.count < 20)
  }
}
