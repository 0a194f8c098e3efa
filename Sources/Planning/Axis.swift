/// Something in which machines differ, and the values that it takes.
package struct Axis: Codable, Hashable, Sendable {
  package struct Value: Codable, Hashable, Sendable {
    package var name: String
    /// How often it is taken where coverage leaves the choice.
    package var weight = 1
    package init(_ name: String, weight: Int = 1) { (self.name, self.weight) = (name, weight) }
  }

  /// `disk.slot`, `nics`, …
  package var id: String
  /// The axis as the middle of a sentence: `the boot disk's slot`.
  package var title: String
  /// The first one is what everything is compared with.
  package var values: [Value]

  package init(_ id: String, _ title: String, _ values: [Value]) {
    (self.id, self.title, self.values) = (id, title, values)
  }

  package init(_ id: String, _ title: String, _ values: [String]) { self.init(id, title, values.map { Value($0) }) }
}

/// Values that no machine has together.
package struct Constraint: Codable, Hashable, Sendable {
  /// Axis → value; all of them together are forbidden.
  package var never: [String: String]
  /// Why: a fact of the hardware, of QEMU, or of what vmadm makes.
  package var because: String

  package init(_ never: [String: String], _ because: String) { (self.never, self.because) = (never, because) }
}

/// A machine with a name, that is booted whatever the seed.
package struct Profile: Codable, Hashable, Sendable {
  package var name: String
  /// Axis → value; what is not named is free, or for compatibility as usual.
  package var choices: [String: String]

  package init(_ name: String, _ choices: [String: String]) { (self.name, self.choices) = (name, choices) }
}
