import Model

extension Report {
  /// On which kind of boot the problem's check fails, in one sentence; nil when the boots do not tell.
  ///
  /// Boots for compatibility and trials say nothing here: what fails there has reasons of its own. Those of a search may
  /// contradict, but it is the boots that gate which must show it.
  func pattern(of problem: Problem) -> String? {
    guard problem.purpose == .gate, [.rejects, .warns, .informs].contains(problem.standing), !problem.isFlaky,
      let all = judgements[problem.check]
    else { return nil }
    let judged = all.filter {
      boots[$0.boot].purpose != .compatibility && boots[$0.boot].boot != nil && !boots[$0.boot].isTrial
    }
    var failing = judged.filter { $0.result == .failed }.map { boots[$0.boot] }
    var passing = judged.filter { $0.result == .passed }.map { boots[$0.boot] }
    guard judged.count == failing.count + passing.count, failing.contains(where: { $0.purpose == .gate }),
      judged.count(where: { boots[$0.boot].purpose == .gate }) > 1
    else { return nil }

    if passing.isEmpty {
      let count = failing.count { $0.purpose == .gate }
      return machines(failing.filter { $0.purpose == .gate }) > 1
        ? "on every hardware: in all \(count) boots that were judged" : nil
    }
    if failing.allSatisfy(\.isCopy) {
      return "only when another instance begins with a used disk: what is wrong was made by the first one, and stayed"
    }
    // A copy of a used disk may well fail of what a move fails of: it says nothing of which of the two it takes.
    failing.removeAll(where: \.isCopy)
    passing.removeAll(where: \.isCopy)
    let freshPasses = passing.filter { !$0.continuesAnother }
    if failing.allSatisfy(\.continuesAnother) {
      return afterMove(failing, fresh: freshPasses, continued: passing.filter(\.continuesAnother))
    }
    if failing.allSatisfy({ !$0.continuesAnother }), freshPasses.isEmpty {
      return "only in the first boot of an instance: the same instance passes when it is booted again"
    }
    return nil
  }

  /// - Parameter failing: all of them continue another boot.
  private func afterMove(_ failing: [BootReport], fresh: [BootReport], continued: [BootReport]) -> String? {
    let moves = Set(failing.map(isMoved))
    guard moves.count == 1, let first = moves.first, let moved = first else { return nil }
    let count = machines(fresh.filter { $0.purpose == .gate })
    guard count > 0 else { return nil }
    let passes = "a fresh instance passes on \(counted(count, "machine"))"
    let (bad, good) = (failing.count { $0.purpose == .gate }, continued.count { $0.purpose == .gate })
    let often = good == 0 ? "" : " (\(bad) of \(bad + good))"
    guard moved else { return "only when an instance is booted again: \(passes), and fails on its next boot\(often)" }
    // Proven where a fresh instance passes on the very hardware that the moved one fails on.
    let proven = failing.contains { one in fresh.contains { $0.boot.map(hardware) == one.boot.map(hardware) } }
    return "only after a move: \(passes), but one that had first booted on other hardware fails\(often); "
      + "\(proven ? "" : "most likely ")its first boot wrote down something that ties it to that machine"
  }

  /// Whether the boot that this one continues ran on other hardware; nil when that boot is not known.
  private func isMoved(_ report: BootReport) -> Bool? {
    guard let boot = report.boot, let earlier = boots.first(where: { $0.id == boot.continues })?.boot else {
      return nil
    }
    return hardware(boot) != hardware(earlier)
  }

  /// How many different machines the boots ran on.
  private func machines(_ reports: [BootReport]) -> Int { Set(reports.compactMap { $0.boot.map(hardware) }).count }
}

extension BootReport {
  fileprivate var continuesAnother: Bool { boot?.continues != nil }
  fileprivate var isCopy: Bool { boot?.copies != nil }
}

/// What makes two boots run on equal hardware: the choices, or without them the layout itself.
private enum Hardware: Hashable {
  case choices([String: String])
  case layout(Layout)
}

private func hardware(_ boot: Boot) -> Hardware {
  boot.layout.choices.isEmpty ? .layout(boot.layout) : .choices(boot.layout.choices)
}
