package import Model

/// The findings of one check that mean the same, joined across boots: what a person mends as one thing.
package struct Problem: Sendable, Hashable {
  /// One sentence and the boots that it was said of.
  package struct Reason: Sendable, Hashable {
    package var sentence: String
    /// Ids of boots; empty for a finding of the image as a whole.
    package var boots: [String]
    /// Evidence of the first of them.
    package var evidence: [Evidence]
  }
  package var check: String
  package var title: String
  package var standing: Standing
  package var remedy: String
  package var clauses: String
  /// Of which kind of boots it is said.
  package var purpose = Boot.Purpose.gate
  /// Whether the check fails and passes on equal hardware; such findings are never joined with others.
  package var isFlaky = false
  /// In the order in which they were first seen.
  package var reasons: [Reason]

  /// Ids of all boots concerned; empty for a finding of the image as a whole.
  package var boots: [String] {
    var seen: Set<String> = []
    return reasons.flatMap(\.boots).filter { seen.insert($0).inserted }
  }
}

extension Report {
  /// The findings of `standing` that decide, grouped by check, in the order in which the checks first appear.
  package func problems(_ standing: Standing) -> [Problem] {
    problems(of: gatingFindings.filter { $0.standing == standing }, purpose: .gate)
  }

  func problems(of findings: [Finding], purpose: Boot.Purpose) -> [Problem] {
    struct Group: Hashable {
      var check: String
      var isFlaky: Bool
    }
    var problems: [Problem] = []
    var places: [Group: Int] = [:]
    for finding in findings {
      let group = Group(check: finding.check, isFlaky: finding.isFlaky)
      let place = places[group] ?? problems.count
      if place == problems.count {
        places[group] = place
        problems.append(
          Problem(
            check: finding.check, title: finding.title, standing: finding.standing(in: purpose),
            remedy: finding.remedy, clauses: finding.clauses, purpose: purpose, isFlaky: finding.isFlaky, reasons: []))
      }
      let sentence = finding.sentence(in: purpose)
      let boots = finding.boot.map { [$0] } ?? []
      if let index = problems[place].reasons.firstIndex(where: { $0.sentence == sentence }) {
        problems[place].reasons[index].boots += boots
      } else {
        problems[place].reasons.append(.init(sentence: sentence, boots: boots, evidence: finding.evidence))
      }
    }
    return problems
  }

  /// ``doubts`` in the shape of problems: one for each code, with boots that have the same trouble joined.
  package var doubtProblems: [Problem] {
    var problems: [Problem] = []
    for doubt in doubts {
      let sentence = cleaned(doubt.message.isEmpty ? doubt.code : doubt.message, atMost: 1024, lines: false)
      let boots = doubt.boot.map { [$0] } ?? []
      let index = problems.firstIndex { $0.check == doubt.code && $0.boots.isEmpty == boots.isEmpty }
      let place = index ?? problems.count
      if index == nil {
        problems.append(
          Problem(check: doubt.code, title: "", standing: .doubtful, remedy: "", clauses: "", reasons: []))
      }
      if let known = problems[place].reasons.firstIndex(where: { $0.sentence == sentence }) {
        problems[place].reasons[known].boots += boots
      } else {
        problems[place].reasons.append(.init(sentence: sentence, boots: boots, evidence: []))
      }
    }
    return problems
  }

  /// How many findings that decide have `standing`.
  package func count(_ standing: Standing) -> Int { gatingFindings.count { $0.standing == standing } }

  /// Where a problem was seen: `the image`, `every boot`, `2 of 3 boots`, `1 of 2 compatibility boots`.
  package func place(of problem: Problem) -> String {
    let (count, all) = (problem.boots.count, boots(problem.purpose).count)
    if count == 0 { return "the image" }
    let kind = problem.purpose == .gate ? "boot" : "\(problem.purpose.rawValue) boot"
    if count == all { return count == 1 ? "the only \(kind)" : "every \(kind)" }
    return "\(count) of \(counted(all, kind))"
  }

  /// The verdict's one sentence: what is bad, or what is not known, first; empty when accepted without a warning.
  package var sentence: String {
    switch verdict {
    case .interrupted: return "by \(interrupted?.signal ?? "a signal"), after \(forPeople(seconds: seconds))"
    case .cannotOpen:
      return troubles.first { $0.code == VerifyError.Code.cannotOpen.description }.map(oneLine) ?? ""
    case .rejected: return sentence(of: problems(.rejects), more: "failed")
    case .inconclusive:
      // A trouble usually is the cause of the checks that broke.
      if let doubt = doubts.first {
        let more = doubtProblems.count + problems(.doubtful).count - 1
        return oneLine(doubt) + (more > 0 ? " (and \(counted(more, "more doubt")))" : "")
      }
      let doubtful = problems(.doubtful)
      return sentence(of: doubtful, more: doubtful.contains(where: \.isFlaky) ? "left in doubt" : "broke")
    case .accepted: return ""
    }
  }

  private func sentence(of problems: [Problem], more verb: String) -> String {
    guard let first = problems.first, let reason = first.reasons.first else { return "" }
    let more = problems.count > 1 ? "; \(counted(problems.count - 1, "more check")) \(verb)" : ""
    return "\(first.check): \(cleaned(reason.sentence, atMost: 300, lines: false)) (in \(place(of: first)))\(more)"
  }
}

/// A trouble as one line, with the boot that it befell.
func oneLine(_ trouble: Trouble) -> String {
  let message = cleaned(trouble.message, atMost: 600, lines: false)
  return trouble.boot.map { "\($0): \(message)" } ?? message
}
