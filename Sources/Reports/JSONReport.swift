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
  package var seconds: Double
  package var summary: Summary
  /// Why the image could not be judged in full; see ``Report/doubts``.
  package var doubts: [Trouble]
  package var boots: [BootRecord]
  /// Of the image (no `boot`), then of each boot.
  package var findings: [FindingRecord]

  /// How many findings have which standing.
  package struct Summary: Codable, Hashable, Sendable {
    package var boots, bootsEnded, findings: Int
    package var passed, rejects, doubtful, warns, informs, waived, skipped: Int
  }

  /// One boot: as planned, and how far it came.
  package struct BootRecord: Codable, Hashable, Sendable {
    package var id: String
    /// Below the output folder.
    package var folder: String
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
    package var troubles: [Trouble]
  }

  /// One finding, with what it means for the verdict.
  package struct FindingRecord: Codable, Hashable, Sendable {
    package var check, title: String
    package var level: Level
    package var boot: String?
    /// `passed`, `failed`, `skipped`, `waived` or `broken`.
    package var outcome: String
    /// `rejects`, `doubtful`, `warns`, `informs`, `waived`, `passed` or `skipped`.
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
    seconds = report.seconds
    let findings = report.allFindings
    summary = Summary(
      boots: report.boots.count, bootsEnded: report.boots.count { $0.ended != nil }, findings: findings.count,
      passed: report.count(.passed), rejects: report.count(.rejects), doubtful: report.count(.doubtful),
      warns: report.count(.warns), informs: report.count(.informs), waived: report.count(.waived),
      skipped: report.count(.skipped))
    doubts = report.doubts
    boots = report.boots.map { boot in
      BootRecord(
        id: boot.id, folder: "boots/\(boot.id)", hypervisor: boot.boot?.hypervisor, layout: boot.boot?.layout,
        uuid: boot.boot?.instance.uuid, hostname: boot.boot?.instance.hostname, started: boot.started,
        ended: boot.ended, seconds: boot.seconds, stages: boot.stages, troubles: boot.troubles)
    }
    self.findings = findings.map { finding in
      FindingRecord(
        check: finding.check, title: finding.title, level: finding.level, boot: finding.boot,
        outcome: finding.outcome.name, standing: finding.standing, reason: finding.outcome.text,
        remedy: finding.remedy, clauses: finding.clauses, evidence: finding.evidence, notes: finding.notes,
        seconds: finding.seconds)
    }
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
