package import Intake
import Model

/// The manifest keeps the rules that IMGAPI and imgadm hold it to.
package struct ManifestValid: HostCheck {
  package static let info = CheckInfo(
    id: "manifest.valid", title: "The manifest keeps every rule of IMGAPI and imgadm", level: .must, clauses: [],
    kind: .host, remedy: "Correct the manifest; each violation names the field, its value and the rule.",
    description: """
      Reads the manifest and names every field that breaks a rule, not only the first. The rules are those of imgadm \
      and of IMGAPI's import, and those that they forget but without which no machine can be made of the image.
      """)

  package static func judge(_ reading: ManifestReading) -> Judgement {
    let notes = Dictionary(reading.notes.map { ($0.field, $0.message) }, uniquingKeysWith: { "\($0); \($1)" })
    return .judged(reading.violations.map(\.sentence), evidence: "violations", notes: notes)
  }
}

extension ManifestViolation {
  var sentence: String { "\(field): \(message)" }
}
