/// What a covering array is made for: factors with values, what cannot be, and what must be there.
///
/// Values are numbered from 0 in each factor; a row has one number a factor.
package struct CoverProblem: Sendable {
  /// Values of each factor, by their weight: when two values cover as much, the heavier one comes more often. At
  /// least 1 value a factor; weights at least 1.
  package var weights: [[Int]]
  /// Partial rows (factor → value) of which none may be part of a row.
  package var forbidden: [[Int: Int]]
  /// Rows that come first, nil where any value will do. They are held to `forbidden` as all others.
  package var required: [[Int?]]

  package init(weights: [[Int]], forbidden: [[Int: Int]] = [], required: [[Int?]] = []) {
    (self.weights, self.forbidden, self.required) = (weights, forbidden, required)
  }

  /// A problem whose factors have so many values each, all of one weight.
  package init(levels: [Int], forbidden: [[Int: Int]] = []) {
    self.init(weights: levels.map { Array(repeating: 1, count: $0) }, forbidden: forbidden)
  }

  /// How many values each factor has.
  package var levels: [Int] { weights.map(\.count) }
}

/// Which combinations of values must come together in some row.
package enum Coverage: String, Codable, Hashable, Sendable, CaseIterable {
  /// Every value of every factor.
  case each
  /// Every pair of values of two factors.
  case pairs
  /// Every triple of values of three factors.
  case triples

  /// Factors in a combination.
  package var strength: Int {
    switch self {
    case .each: 1
    case .pairs: 2
    case .triples: 3
    }
  }
}

/// Why there is no covering array.
package enum CoverError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The required row of this number (from 0) breaks a rule, whatever is put in its open places.
  case requiredRowImpossible(Int)
  /// No row at all keeps the rules.
  case nothingPossible

  package var description: String {
    switch self {
    case .requiredRowImpossible(let row): "required row \(row) breaks a constraint"
    case .nothingPossible: "the constraints leave no row at all"
    }
  }
}
