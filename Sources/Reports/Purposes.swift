package import Model

extension BootReport {
  /// Why there is this boot; one that no plan names decides.
  package var purpose: Boot.Purpose { boot?.purpose ?? .gate }
}

extension BootReport {
  /// Whether something around the guest misbehaved on purpose, so that the hardware says nothing of what was found.
  var isTrial: Bool { boot?.metadataFault != nil || purpose == .trial }
}

extension Report {
  /// The boots of one purpose, in the order of ``boots``.
  package func boots(_ purpose: Boot.Purpose) -> [BootReport] { boots.filter { $0.purpose == purpose } }

  /// All findings: those of the image, then those of each boot, whatever its purpose.
  package var allFindings: [Finding] { findings + boots.flatMap(\.findings) }

  /// The findings that decide: those of the image, and those of the boots that gate.
  package var gatingFindings: [Finding] { findings + boots(.gate).flatMap(\.findings) }

  /// Why boots that do not gate tell less than they should; it is told, and leaves no doubt about the image.
  package var asides: [Trouble] {
    boots.lazy.filter { $0.purpose != .gate }.flatMap { $0.troubles + [$0.doubt].compactMap { $0 } }
  }

  /// What fails or cannot be told on hardware that the image need not know, grouped by check.
  package var compatibilityProblems: [Problem] {
    problems(of: boots(.compatibility).flatMap(\.findings).filter(\.isBad), purpose: .compatibility)
  }

  /// What fails or cannot be told where something misbehaved on purpose, and the boot does not gate.
  package var trialProblems: [Problem] {
    problems(of: boots(.trial).flatMap(\.findings).filter(\.isBad), purpose: .trial)
  }

  /// What failed while a cause was searched for, and in no boot of the plan: too much for the machines that gate, or
  /// a combination that no boot of the plan had.
  package var searchProblems: [Problem] {
    let known = Set(boots.lazy.filter { $0.purpose != .search }.flatMap(\.findings).filter(\.isBad).map(\.check))
    let found = boots(.search).flatMap(\.findings).filter { $0.standing == .rejects && !known.contains($0.check) }
    return problems(of: found, purpose: .search)
  }
}

extension Finding {
  /// Whether it rejects, leaves a doubt or warns, where it decides at all.
  var isBad: Bool { standing == .rejects || standing == .doubtful || standing == .warns }

  /// What it means in a boot of this purpose: outside the gate nothing is worse than a note.
  func standing(in purpose: Boot.Purpose) -> Standing { purpose != .gate && isBad ? .informs : standing }

  var isFlaky: Bool {
    if case .flaky = outcome { return true }
    return false
  }
}
