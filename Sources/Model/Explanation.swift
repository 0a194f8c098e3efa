/// Which difference of the hardware makes a check fail, or that none does.
package struct Explanation: Codable, Hashable, Sendable {
  /// What the search came to.
  package enum Result: String, Codable, Hashable, Sendable, CaseIterable {
    /// ``factors`` decide: with these values it fails, with the others it passes, all else equal.
    case cause
    /// As ``cause``, but of an instance that was first booted on other hardware; a fresh one passes on the same.
    case moved
    /// It fails on every hardware that was tried, so that hardware is not what decides.
    case everywhere
    /// It fails and passes on equal hardware.
    case flaky
    /// The boots that were allowed for did not suffice; ``factors`` are those still under suspicion.
    case unfinished
  }

  /// An axis on which the failing and the passing boot differ.
  package struct Factor: Codable, Hashable, Sendable {
    /// `disk.model`.
    package var axis: String
    /// `the boot disk's model`.
    package var title: String
    package var fails: String
    package var passes: String
    package init(axis: String, title: String, fails: String, passes: String) {
      (self.axis, self.title, self.fails, self.passes) = (axis, title, fails, passes)
    }
  }

  /// Id of the check that fails.
  package var check: String
  /// Other checks that failed on the failing boot of the pair and not on the passing one: the same cause.
  package var also: [String]
  /// The boots of the plan whose failure this explains.
  package var boots: [String]
  package var result: Result
  package var factors: [Factor]
  /// The pair of boots that proves it: equal but for ``factors``.
  package var failing: String?
  package var passing: String?
  /// Whether both of the pair came out the same twice.
  package var confirmed: Bool
  /// Boots that the search took.
  package var spent: Int
  /// All of this in one sentence for people.
  package var sentence: String

  package init(
    check: String, also: [String] = [], boots: [String], result: Result, factors: [Factor] = [], failing: String? = nil,
    passing: String? = nil, confirmed: Bool = false, spent: Int = 0, sentence: String
  ) {
    (self.check, self.also, self.boots) = (check, also, boots)
    (self.result, self.factors) = (result, factors)
    (self.failing, self.passing, self.confirmed) = (failing, passing, confirmed)
    (self.spent, self.sentence) = (spent, sentence)
  }
}
