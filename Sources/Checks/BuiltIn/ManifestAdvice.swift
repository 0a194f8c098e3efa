package import Intake
import Model

/// The manifest says nothing that is allowed and yet likely to be a mistake.
package struct ManifestAdvice: HostCheck {
  package static let info = CheckInfo(
    id: "manifest.advice", title: "The manifest has nothing that is allowed but unwise", level: .should, clauses: [],
    kind: .host, remedy: "Correct the manifest; each line names the field, its value and what is better.",
    description: """
      Looks for what imgadm and IMGAPI take although it is likely to be a mistake: longer texts than the \
      documentation allows, numbers and booleans written as text, days that no calendar has, an image that is not \
      public, and members that are missed, such as min_ram, homepage and dataset_guid.
      """, profile: .triton)

  package static func judge(_ warnings: [ManifestViolation]) -> Judgement {
    .judged(warnings.map(\.sentence), evidence: "advice")
  }
}
