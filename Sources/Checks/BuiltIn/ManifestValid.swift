package import Intake
import Model

/// The manifest keeps the rules that IMGAPI and imgadm hold it to.
package struct ManifestValid: HostCheck {
  package static let info = CheckInfo(
    id: "manifest.valid", title: "The manifest keeps every rule of IMGAPI and imgadm", level: .must, clauses: [],
    kind: .host, remedy: "Correct the manifest; each violation names the field, its value and the rule.",
    description: "Reads the manifest and names every field that breaks a rule, not only the first.")

  package static func judge(_ violations: [ManifestViolation]) -> Judgement {
    guard !violations.isEmpty else { return .passed }
    let lines = violations.map { "\($0.field): \($0.message)" }
    let more = lines.count > 1 ? " (and \(lines.count - 1) more)" : ""
    return .failed(lines[0] + more, evidence: [Evidence(name: "violations", text: lines.joined(separator: "\n"))])
  }
}
