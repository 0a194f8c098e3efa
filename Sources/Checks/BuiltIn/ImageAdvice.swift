import Model

/// The image file has nothing that works and yet should not be so.
package struct ImageAdvice: HostCheck {
  package static let info = CheckInfo(
    id: "image.advice", title: "The image file has nothing that works but is unwise", level: .should, clauses: [],
    kind: .host, remedy: "Make the image file, or its manifest, so that the two say the same.",
    description: """
      Some disagreements of manifest and image file do no harm on SmartOS: a plain stream that the manifest calls \
      gzip, an origin that a whole stream does not need.
      """)

  package static func judge(_ warnings: [String]) -> Judgement { .judged(warnings, evidence: "advice") }
}
