package import Model

/// What intake made of an image file, whatever its manifest says.
package struct Intaken: Sendable {
  package var facts: IntakeFacts
  /// Judgements of the image's own content, all at once; empty when it is sound.
  package var problems: [String]
  /// The rebuilt raw disk; nil unless all of it was verified.
  package var disk: String?

  package init(facts: IntakeFacts, problems: [String], disk: String?) {
    (self.facts, self.problems, self.disk) = (facts, problems, disk)
  }
}
