import Checks
import Intake
import Model

/// The findings of the checks that judge the image as a whole, before any boot.
enum ImageChecks {
  static func judge(manifest reading: ManifestReading, catalogue: Catalogue) -> [Finding] {
    [finding(ManifestValid.self, ManifestValid.judge(reading.violations))]
      .filter { catalogue.holds($0.check) || $0.outcome != .passed }
  }

  static func judge(intake taken: Intaken, _ match: ManifestMatch, catalogue: Catalogue) -> [Finding] {
    let problems = taken.problems + match.streamProblems
    return [
      finding(ImageDigest.self, ImageDigest.judge(match.digestProblem)),
      finding(ImageStream.self, ImageStream.judge(problems.isEmpty ? nil : problems.joined(separator: "; "))),
    ].filter { catalogue.holds($0.check) || $0.outcome != .passed }
  }

  private static func finding(_ check: any HostCheck.Type, _ judgement: Judgement) -> Finding {
    check.info.finding(judgement.outcome, boot: nil, evidence: judgement.evidence, notes: judgement.notes)
  }
}

extension Catalogue {
  /// Whether a check was selected.
  func holds(_ id: String) -> Bool { hostChecks.contains { $0.id == id } || guestChecks.contains { $0.id == id } }
}
