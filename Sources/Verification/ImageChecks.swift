import Checks
import Intake
import Model

/// The findings of the checks that judge the image as a whole, before any boot.
enum ImageChecks {
  /// What can be said before the image file is read.
  static func judge(manifest reading: ManifestReading, catalogue: Catalogue) -> [Finding] {
    var findings = [
      finding(ManifestValid.self, ManifestValid.judge(reading)),
      finding(ManifestAdvice.self, ManifestAdvice.judge(reading.warnings)),
    ]
    if let manifest = reading.manifest { findings.append(finding(ManifestHybrid.self, ManifestHybrid.judge(manifest))) }
    return findings.filter { isWanted($0, catalogue) }
  }

  /// What the image file itself says, and whether the manifest agrees.
  static func judge(
    _ taken: Intaken, match: ManifestMatch, manifest: Manifest, catalogue: Catalogue
  ) -> [Finding] {
    [
      finding(ImageDigest.self, ImageDigest.judge(match.digestProblem)),
      finding(ImageStream.self, ImageStream.judge(taken.problems + match.streamProblems, taken.facts)),
      finding(ImageAdvice.self, ImageAdvice.judge(match.warnings)),
      finding(ImageSmartOS.self, ImageSmartOS.judge(taken.facts)),
      finding(ImagePartitions.self, ImagePartitions.judge(taken.facts.disk, bootrom: manifest.bootrom)),
    ].filter { isWanted($0, catalogue) }
  }

  /// A failure of an essential check ends the run, so it is told also when not selected.
  private static func isWanted(_ finding: Finding, _ catalogue: Catalogue) -> Bool {
    catalogue.holds(finding.check) || WaiverFile.essential.contains(finding.check) && finding.outcome != .passed
  }

  private static func finding(_ check: any HostCheck.Type, _ judgement: Judgement) -> Finding {
    check.info.finding(judgement.outcome, boot: nil, evidence: judgement.evidence, notes: judgement.notes)
  }
}

extension Catalogue {
  /// Whether a check was selected.
  func holds(_ id: String) -> Bool { hostChecks.contains { $0.id == id } || guestChecks.contains { $0.id == id } }
}
