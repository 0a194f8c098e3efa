import Foundation
package import Model

/// `report.json`: the run for programs. Keys are sorted; a field that is not known is left out.
///
/// Fields are added over time, never renamed or given another meaning without a new ``schemaVersion``. Times are seconds,
/// sizes bytes. Texts of the guest are bounded and clean of control characters, but not escaped for anything but JSON.
package struct JSONReport: Codable, Hashable, Sendable {
  package static let currentSchema = 1

  /// 1.
  package var schemaVersion = JSONReport.currentSchema
  /// `accepted`, `rejected`, `inconclusive`, `cannotOpen` or `interrupted`.
  package var verdict: Verdict
  package var exitCode: Int32
  /// Why, in one sentence; empty when accepted.
  package var sentence: String
  /// Whether the run came to its end.
  package var complete: Bool
  package var run: RunStarted?
  package var image: IntakeFacts
  package var accelerator: AcceleratorChoice?
  package var seed: UInt64?
  /// `triton` or `generic`; absent in journals of older versions.
  package var profile: String?
  /// Ids of the checks that the profile leaves out.
  package var leftOut: [String]?
  /// Every clause of the guest contract and what this run says of it; absent in journals of older versions.
  package var contract: [ClauseState]?
  /// Absent when none were given.
  package var waivers: [WaiverRecord]?
  package var seconds: Double
  package var summary: Summary
  /// Why the image could not be judged in full; see ``Report/doubts``.
  package var doubts: [Trouble]
  /// The same of boots that do not gate; see ``Report/asides``.
  package var asides: [Trouble]
  /// What rejects, leaves a doubt or warns, by check.
  package var problems: [ProblemRecord]
  /// What the searches for causes came to.
  package var explanations: [Explanation]
  /// Of each check that failed in some boot, the boots that passed and failed by value of each axis, over all boots.
  package var factors: [FactorCount]
  package var boots: [BootRecord]
  /// Of the image (no `boot`), then of each boot.
  package var findings: [FindingRecord]

  /// How many findings of the image and of the boots that gate have which standing.
  package struct Summary: Codable, Hashable, Sendable {
    /// Boots that gate.
    package var boots, bootsEnded: Int
    package var compatibilityBoots, searchBoots: Int
    /// Absent when there are none.
    package var trialBoots: Int?
    package var findings: Int
    /// Those of the findings that are flaky; they are also among `doubtful`, `warns` and `informs`.
    package var flaky: Int
    package var passed, rejects, doubtful, warns, informs, waived, skipped: Int
  }

  /// One check, and the boots in which it is as bad as this.
  package struct ProblemRecord: Codable, Hashable, Sendable {
    package var check, title: String
    package var standing: Standing
    package var isFlaky: Bool
    /// None: of the image as a whole.
    package var boots: [String]
    /// On which kind of boot it fails, in one sentence; absent when the boots do not tell.
    package var pattern: String?
  }

  /// One boot: as planned, and how far it came.
  package struct BootRecord: Codable, Hashable, Sendable {
    package var id: String
    /// Below the output folder.
    package var folder: String
    /// `gate`, `compatibility`, `search` or `trial`.
    package var purpose: Boot.Purpose
    /// Id of the boot whose instance is powered on again.
    package var continues: String?
    package var copies: String?
    package var covers: Boot.Covers?
    /// How the metadata service misbehaved, on purpose: `silent`, `late=60`, …
    package var metadataFault: MetadataFault?
    package var hypervisor: String?
    package var layout: Layout?
    package var uuid: String?
    package var hostname: String?
    /// Seconds since the run began; absent: never run.
    package var started: Double?
    /// Absent: it did not end as it should.
    package var ended: BootEnded?
    package var seconds: Double
    package var stages: [StageReached]
    /// Where the guest stood when it had not come up; absent: it came up, or was never looked at.
    package var standstill: Standstill?
    package var troubles: [Trouble]
  }

  /// One finding, with what it means for the verdict.
  package struct FindingRecord: Codable, Hashable, Sendable {
    package var check, title: String
    package var level: Level
    package var boot: String?
    /// Whether it has a say in the verdict: it is of the image, or of a boot that gates.
    package var gates: Bool
    /// `passed`, `failed`, `skipped`, `waived`, `broken` or `flaky`.
    package var outcome: String
    /// `rejects`, `doubtful`, `warns`, `informs`, `waived`, `passed` or `skipped`. Where it does not gate,
    /// what is bad `informs`.
    package var standing: Standing
    /// Why; empty for `passed`.
    package var reason: String
    package var remedy, clauses: String
    package var evidence: [Evidence]
    package var notes: [String: String]
    package var seconds: Double
  }
}

extension JSONReport {
  package init(_ report: Report) {
    verdict = report.verdict
    exitCode = report.verdict.exitCode
    sentence = report.sentence
    complete = report.complete
    run = report.run
    image = report.image
    accelerator = report.accelerator
    seed = report.seed
    (profile, leftOut) = (report.terms?.profile, report.terms.flatMap { $0.leftOut.isEmpty ? nil : $0.leftOut })
    contract = report.terms == nil ? nil : report.clauseStates
    waivers = report.waivers.isEmpty ? nil : report.waivers
    seconds = report.seconds
    let gate = report.boots(.gate)
    let gating = report.gatingFindings
    summary = Summary(
      boots: gate.count, bootsEnded: gate.count { $0.ended != nil },
      compatibilityBoots: report.boots(.compatibility).count, searchBoots: report.boots(.search).count,
      trialBoots: report.boots(.trial).isEmpty ? nil : report.boots(.trial).count,
      findings: gating.count, flaky: gating.count(where: \.isFlaky),
      passed: report.count(.passed), rejects: report.count(.rejects), doubtful: report.count(.doubtful),
      warns: report.count(.warns), informs: report.count(.informs), waived: report.count(.waived),
      skipped: report.count(.skipped))
    doubts = report.doubts
    asides = report.asides
    problems = [.rejects, .doubtful, .warns].flatMap { report.problems($0) }.map { problem in
      ProblemRecord(
        check: problem.check, title: problem.title, standing: problem.standing, isFlaky: problem.isFlaky,
        boots: problem.boots, pattern: report.pattern(of: problem))
    }
    explanations = report.explanations
    factors = report.factors
    boots = report.boots.map { boot in
      BootRecord(
        id: boot.id, folder: "boots/\(boot.id)", purpose: boot.purpose, continues: boot.boot?.continues,
        copies: boot.boot?.copies,
        covers: boot.boot?.covers, metadataFault: boot.boot?.metadataFault, hypervisor: boot.boot?.hypervisor,
        layout: boot.boot?.layout,
        uuid: boot.boot?.instance.uuid, hostname: boot.boot?.instance.hostname, started: boot.started,
        ended: boot.ended, seconds: boot.seconds, stages: boot.stages,
        standstill: boot.standstill, troubles: boot.troubles)
    }
    findings =
      report.findings.map { FindingRecord($0, .gate) }
      + report.boots.flatMap { boot in boot.findings.map { FindingRecord($0, boot.purpose) } }
  }
}

extension JSONReport.FindingRecord {
  fileprivate init(_ finding: Finding, _ purpose: Boot.Purpose) {
    self.init(
      check: finding.check, title: finding.title, level: finding.level, boot: finding.boot, gates: purpose == .gate,
      outcome: finding.outcome.name, standing: finding.standing(in: purpose), reason: finding.outcome.text,
      remedy: finding.remedy, clauses: finding.clauses, evidence: finding.evidence, notes: finding.notes,
      seconds: finding.seconds)
  }
}

extension Report {
  /// The text of `report.json`, in the shape of ``JSONReport``.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(JSONReport(self)), as: UTF8.self) + "\n"
  }
}
