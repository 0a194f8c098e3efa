package import Model

/// What the run says of the image, and the exit code that says it to CI.
///
/// The first rule that holds decides:
///
/// | the journal shows | verdict | exit code |
/// |---|---|---|
/// | that the run was interrupted | `interrupted` | 130 |
/// | that an input file could not be opened | `cannotOpen` | 66 |
/// | a check of level *must* that failed, and was not waived | `rejected` | 1 |
/// | anything that leaves a doubt: see ``Report/doubts``, or a check of level *must* that broke or is flaky | `inconclusive` | 2 |
/// | none of these | `accepted` | 0 |
///
/// Checks of level *should* and *may* never decide, whether they fail, break or are flaky. Only the image as a whole and
/// boots whose purpose is the gate are asked: boots for compatibility, trials, and those of a search for a cause never decide.
/// A flaky check counts neither for nor against the image, since each of its boots contradicts another.
package enum Verdict: String, Codable, Hashable, Sendable, CaseIterable {
  case accepted, rejected, inconclusive, cannotOpen, interrupted

  package var exitCode: Int32 {
    switch self {
    case .accepted: 0
    case .rejected: 1
    case .inconclusive: 2
    case .cannotOpen: 66
    case .interrupted: 130
    }
  }

  /// The word that stands in front of the sentence.
  package var word: String {
    switch self {
    case .accepted: "ACCEPTED"
    case .rejected: "REJECTED"
    case .inconclusive: "INCONCLUSIVE"
    case .cannotOpen: "CANNOT OPEN"
    case .interrupted: "INTERRUPTED"
    }
  }
}

/// What a finding means for the image: its outcome seen with its level.
package enum Standing: String, Codable, Hashable, Sendable, CaseIterable {
  /// A *must* that failed.
  case rejects
  /// A *must* that broke or is flaky.
  case doubtful
  /// A *should* that failed, broke or is flaky.
  case warns
  /// A *may* that failed, broke or is flaky; or what is bad in a boot that does not gate.
  case informs
  case waived, passed, skipped
}

extension Finding {
  package var standing: Standing {
    switch (outcome, level) {
    case (.passed, _): .passed
    case (.skipped, _): .skipped
    case (.waived, _): .waived
    case (.failed, .must): .rejects
    case (.broken, .must), (.flaky, .must): .doubtful
    case (_, .should): .warns
    case (_, .may): .informs
    }
  }

  /// The finding's sentence in one line. A flaky check says so; one that broke says that this is not the image's fault,
  /// except for a *must* in a boot that gates: those stand under a heading of their own everywhere.
  package var sentence: String { sentence(in: .gate) }

  func sentence(in purpose: Boot.Purpose) -> String {
    let text = cleaned(outcome.text, atMost: 1024, lines: false)
    switch outcome {
    case .broken where level != .must || purpose != .gate: return "could not tell: \(text)"
    case .flaky: return "flaky: \(text)"
    default: return text.isEmpty ? outcome.name : text
    }
  }
}

extension Report {
  package var verdict: Verdict {
    if interrupted != nil { return .interrupted }
    if troubles.contains(where: { $0.code == VerifyError.Code.cannotOpen.description }) { return .cannotOpen }
    let standings = gatingFindings.lazy.map(\.standing)
    if standings.contains(.rejects) { return .rejected }
    return standings.contains(.doubtful) || !doubts.isEmpty ? .inconclusive : .accepted
  }

  /// Why the image could not be judged in full, other than by a check that broke: every trouble of the run and of the
  /// boots that gate, then what the journal lacks (codes `notRun`, `notJudged`, `cutOff`, `unreadable`, `interrupted`,
  /// `noBoot`). What befell the other boots is among ``asides``.
  package var doubts: [Trouble] {
    var doubts = troubles
    let gate = boots(.gate)
    for boot in gate {
      doubts += boot.troubles
      if let doubt = boot.doubt { doubts.append(doubt) }
    }
    if let interrupted {
      doubts.append(
        Trouble(boot: nil, code: "interrupted", message: "the run was interrupted by \(interrupted.signal)"))
    } else if !complete {
      doubts.append(Trouble(boot: nil, code: "cutOff", message: "the run was cut off before its end\(standstill)"))
    }
    // A torn last line is what a cut-off looks like; any other means that something is missing.
    if unreadableLines > (complete ? 0 : 1) {
      doubts.append(
        Trouble(
          boot: nil, code: "unreadable", message: "\(counted(unreadableLines, "line")) of the journal cannot be read"))
    }
    if doubts.isEmpty, !findings.contains(where: { $0.standing == .rejects }) {
      let judged = gate.contains { $0.findings.contains { $0.standing != .skipped } }
      if gate.isEmpty {
        let aside = boots.allSatisfy(\.isTrial) ? " where nothing misbehaves" : " on hardware that it has to know"
        let hardware = boots.isEmpty ? "" : aside
        doubts.append(Trouble(boot: nil, code: "noBoot", message: "the image was not booted\(hardware)"))
      } else if !judged {
        doubts.append(Trouble(boot: nil, code: "noBoot", message: "every check of every boot was skipped"))
      }
    }
    return doubts
  }

  private var standstill: String {
    guard let boot = boots.last(where: { $0.started != nil && $0.ended == nil }) else { return "" }
    return ", during boot \(boot.id)" + (boot.lastStage.map { " (last seen: \($0))" } ?? "")
  }
}

extension BootReport {
  /// Why this boot tells nothing of the image, or not all that it should; nil when it was judged to its end.
  package var doubt: Trouble? {
    if let skipped {
      return Trouble(boot: id, code: "notRun", message: "the boot was planned but not run: \(skipped)")
    }
    if started == nil, findings.isEmpty {
      return Trouble(boot: id, code: "notRun", message: "the boot was planned but never run")
    }
    if findings.isEmpty {
      return Trouble(boot: id, code: "notJudged", message: "the boot was run but no check was made")
    }
    if ended == nil {
      return Trouble(boot: id, code: "notJudged", message: "the boot's end is missing from the journal")
    }
    return nil
  }
}

/// `1 boot`, `3 boots`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
