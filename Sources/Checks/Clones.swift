package import Model

/// Checks of the whole run: what must differ between two instances, and what a reboot of one must keep.
///
/// Shape: they read what guest checks have noted, whatever those found; each gives one finding without a boot. Boots of
/// the search for a cause do not count.
package enum CloneChecks {
  package static let infos: [CheckInfo] = CloneFact.all.map(\.info)

  /// Judges those of the checks that `catalogue` holds.
  ///
  /// - Parameter boots: with the findings of each, in the order of the plan.
  package static func judge(_ boots: [(boot: Boot, findings: [Finding])], catalogue: Catalogue) -> [Finding] {
    let selected = Set(catalogue.hostChecks.map(\.id))
    return CloneFact.all.filter { selected.contains($0.info.id) }.map { fact in
      let told = boots.filter { $0.boot.purpose != .search && $0.boot.metadataFault == nil }.compactMap {
        boot, findings in
        fact.values(in: findings).map { Told(boot: boot, values: $0) }
      }
      let wanted = selected.contains(fact.teller) || catalogue.guestChecks.contains { $0.id == fact.teller }
      let judgement = judge(fact, told, parents: parents(boots.map(\.boot)), isAsked: wanted)
      return fact.info.finding(
        judgement.outcome, boot: nil, evidence: judgement.evidence, notes: judgement.notes)
    }
  }

  /// What one boot told.
  private struct Told {
    var boot: Boot
    var values: [String]
  }

  private static func judge(
    _ fact: CloneFact, _ told: [Told], parents: [String: String], isAsked: Bool
  ) -> Judgement {
    if fact.among == .usedDisk { return usedDisk(fact, told) }
    // A copy shares what its disk had; that it should not is for the facts of used disks.
    let told = told.filter { $0.boot.copies == nil }
    let instances = Set(told.map(\.boot.instance.uuid)).count
    let notes = ["instances": String(instances), "boots": String(told.count)]
    let problems = shared(fact, told) + rebooted(fact, told, parents)
    if problems.isEmpty, instances < 2 {
      let why =
        isAsked
        ? "\(instances == 0 ? "no instance" : "only one instance") has told its \(fact.noun)"
        : "\(fact.teller), which tells it, was not selected"
      return .skipped("two instances are needed to compare: \(why)")
    }
    return .judged(problems, evidence: "all that is wrong", notes: notes)
  }

  /// What an instance has kept of the one whose disk it began with.
  private static func usedDisk(_ fact: CloneFact, _ told: [Told]) -> Judgement {
    let byID = Dictionary(told.map { ($0.boot.id, $0) }) { first, _ in first }
    let pairs = told.compactMap { copy in copy.boot.copies.flatMap { byID[$0] }.map { (copy: copy, origin: $0) } }
    if pairs.isEmpty { return .skipped("no instance that began with a used disk has told its \(fact.noun)") }
    let problems = pairs.compactMap { copy, origin -> String? in
      let kept = origin.values.filter(copy.values.contains)
      if kept.isEmpty { return nil }
      return "\(copy.boot.id), a new instance on a copy of the disk of \(origin.boot.id), has the same "
        + "\(fact.noun) (\(listed(kept))): \(fact.cause)"
    }
    return .judged(problems, evidence: "all that is wrong", notes: ["copies": String(pairs.count)])
  }

  /// Values that more than one instance has, one sentence for each group of instances.
  private static func shared(_ fact: CloneFact, _ told: [Told]) -> [String] {
    // The first boot of each instance that told the value, in order.
    var owners: [String: [Boot]] = [:]
    var order: [String] = []
    for one in told {
      for value in one.values {
        if owners[value] == nil { order.append(value) }
        if !owners[value, default: []].contains(where: { $0.instance.uuid == one.boot.instance.uuid }) {
          owners[value, default: []].append(one.boot)
        }
      }
    }
    var groups: [(boots: [String], values: [String])] = []
    for value in order {
      guard let boots = owners[value]?.map(\.id), boots.count > 1 else { continue }
      if let index = groups.firstIndex(where: { $0.boots == boots }) {
        groups[index].values.append(value)
      } else {
        groups.append((boots, [value]))
      }
    }
    return groups.map { boots, values in
      let count = boots.count == 2 ? "two" : String(boots.count)
      return "\(listed(boots)), \(count) instances, have the same \(fact.noun) (\(listed(values))): \(fact.cause)"
    }
  }

  /// What a reboot has changed, or has left though it should change.
  private static func rebooted(_ fact: CloneFact, _ told: [Told], _ parents: [String: String]) -> [String] {
    let byID = Dictionary(told.map { ($0.boot.id, $0) }) { first, _ in first }
    return told.compactMap { later in
      guard let earlier = before(later.boot, byID, parents) else { return nil }
      let pair = "\(later.boot.id), the same instance as \(earlier.boot.id) powered on again,"
      switch fact.life {
      case .mayChange: return nil
      case .stays:
        let lost = earlier.values.filter { !later.values.contains($0) }
        guard !lost.isEmpty else { return nil }
        return "\(pair) has not kept its \(fact.noun): \(listed(lost)) before, \(listed(later.values)) now"
      case .changes:
        let kept = earlier.values.filter(later.values.contains)
        guard !kept.isEmpty else { return nil }
        return "\(pair) has the same \(fact.noun) as before (\(listed(kept))): it is not renewed at boot"
      }
    }
  }

  /// The nearest boot that `boot` goes on from, and that told the fact.
  private static func before(_ boot: Boot, _ told: [String: Told], _ parents: [String: String]) -> Told? {
    var seen: Set<String> = [boot.id]
    var id = boot.continues
    while let parent = id, seen.insert(parent).inserted {
      if let found = told[parent] { return found }
      id = parents[parent]
    }
    return nil
  }

  /// Boot to the boot that it continues.
  private static func parents(_ boots: [Boot]) -> [String: String] {
    Dictionary(boots.compactMap { boot in boot.continues.map { (boot.id, $0) } }) { first, _ in first }
  }

  /// `a`, `a and b`, `a, b, c and 4 more`.
  private static func listed(_ words: [String]) -> String {
    guard words.count > 2 else { return words.joined(separator: " and ") }
    let shown = words.count > 4 ? 3 : words.count - 1
    let rest = words.count > 4 ? "\(words.count - shown) more" : words[shown]
    return words.prefix(shown).joined(separator: ", ") + " and " + rest
  }
}
