import Foundation
package import Model

/// What can be said of an image without booting it; its JSON form is what `inspect --json` prints.
package struct Inspection: Codable, Hashable, Sendable {
  /// Something to say of a field of the manifest.
  package struct Remark: Codable, Hashable, Sendable {
    /// `uuid`, `files[0].sha1`, …
    package var field: String
    package var message: String
    package init(_ field: String, _ message: String) { (self.field, self.message) = (field, message) }
  }

  /// The manifest, when one was given.
  package struct OfManifest: Codable, Hashable, Sendable {
    package var path: String
    /// Rules that it breaks.
    package var violations: [Remark]
    /// What is allowed, and yet likely to be a mistake.
    package var warnings: [Remark]
    /// Where manifest, stream and disk do not agree.
    package var mismatches: [String]

    package init(path: String, violations: [Remark], warnings: [Remark] = [], mismatches: [String] = []) {
      (self.path, self.violations, self.warnings, self.mismatches) = (path, violations, warnings, mismatches)
    }
  }

  package let image: String
  package let facts: IntakeFacts
  /// What is wrong with the file, the stream or the disk: what, where, and what to do.
  package let problems: [String]
  package let manifest: OfManifest?
  /// What the checks of the image's files (`clean.*`) say, those that passed left out; nil: nobody looked.
  package let findings: [Finding]?
  /// Nothing is wrong with the image or the manifest; warnings are not counted.
  package let good: Bool

  /// - Parameters:
  ///   - problems: of the file and what is packed in it; those of the disk and of SmartOS's rules are added.
  ///   - needsBootCode: whether a BIOS is to start the disk.
  ///   - findings: of the checks of the image's files; nil when nobody looked.
  package init(
    image: String, facts: IntakeFacts, problems: [String], manifest: OfManifest? = nil, needsBootCode: Bool = true,
    findings: [Finding]? = nil
  ) {
    var problems = problems
    for refusal in facts.stream?.smartOS ?? [] where !refusal.oldPoolsOnly {
      problems.append("it would not install on SmartOS (\(refusal.rule)): \(refusal.message)")
    }
    if let disk = facts.disk {
      problems += disk.problems
      if !disk.bootCode, needsBootCode {
        problems.append(
          "there is no boot code in the disk's first sector, so a BIOS cannot start it; install one (grub-install "
            + "--target=i386-pc)")
      }
    }
    self.image = cleaned(image, atMost: 4096, lines: false)
    self.facts = facts.forReports
    self.problems = problems.map { cleaned($0, atMost: 4096, lines: false) }
    self.manifest = manifest?.forReports
    self.findings = findings?.filter { $0.outcome != .passed }.map(\.forInspection)
    let isClean = !(findings ?? []).contains { $0.isWrong || $0.isBroken }
    good = isClean && problems.isEmpty && manifest?.violations.isEmpty ?? true && manifest?.mismatches.isEmpty ?? true
  }

  /// Indented JSON with sorted keys.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension Finding {
  /// The image must not be published as it is.
  var isWrong: Bool { level == .must && outcome.name == "failed" }
  var isBroken: Bool { outcome.name == "broken" }

  fileprivate var forInspection: Finding {
    var finding = self
    func clean(_ text: String) -> String { cleaned(text, atMost: 4096, lines: false) }
    switch outcome {
    case .failed(let reason): finding.outcome = .failed(reason: clean(reason))
    case .skipped(let why): finding.outcome = .skipped(why: clean(why))
    case .broken(let error): finding.outcome = .broken(error: clean(error))
    default: break
    }
    finding.evidence = evidence.map { Evidence(name: $0.name, text: cleaned($0.text ?? "", atMost: 16 << 10)) }
    return finding
  }
}

extension Inspection.OfManifest {
  fileprivate var forReports: Inspection.OfManifest {
    func clean(_ remarks: [Inspection.Remark]) -> [Inspection.Remark] {
      remarks.map {
        .init(cleaned($0.field, atMost: 512, lines: false), cleaned($0.message, atMost: 4096, lines: false))
      }
    }
    return .init(
      path: cleaned(path, atMost: 4096, lines: false), violations: clean(violations), warnings: clean(warnings),
      mismatches: mismatches.map { cleaned($0, atMost: 4096, lines: false) })
  }
}
