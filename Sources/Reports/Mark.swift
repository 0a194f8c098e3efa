import Model

/// How a finding is shown: the colour of a standing, a sign of one column and a word.
struct Mark: Hashable, Comparable {
  var tone: Standing
  var sign: String
  var word: String

  init(_ finding: Finding, in purpose: Boot.Purpose) {
    let bare = finding.standing
    tone = finding.standing(in: purpose)
    sign = finding.isFlaky ? Mark.flakySign : bare.sign
    word = finding.isFlaky && bare == .doubtful ? "flaky" : bare.word
    if tone != bare { word += ", does not gate" }
  }

  init(_ problem: Problem) {
    tone = problem.standing
    sign = problem.isFlaky ? Mark.flakySign : problem.standing.sign
    word = problem.isFlaky ? "flaky" : problem.standing.word
    if problem.purpose != .gate { word = problem.isFlaky ? "flaky, does not gate" : "does not gate" }
  }

  /// It fails and passes.
  static let flakySign = "±"

  /// The worse comes first.
  static func < (a: Mark, b: Mark) -> Bool {
    a.tone != b.tone ? a.tone < b.tone : (a.sign, a.word) < (b.sign, b.word)
  }
}

extension Standing: Comparable {
  /// Place in the order from worst to least telling; warnings come before what was waived.
  var weight: Int { self == .skipped ? Standing.passed.weight : Standing.allCases.firstIndex(of: self)! }

  package static func < (a: Standing, b: Standing) -> Bool {
    Standing.allCases.firstIndex(of: a)! < Standing.allCases.firstIndex(of: b)!
  }

  /// A sign of one column.
  var sign: String {
    switch self {
    case .rejects: "✗"
    case .doubtful: "?"
    case .warns: "!"
    case .informs: "i"
    case .waived: "~"
    case .passed: "✓"
    case .skipped: "–"
    }
  }

  /// The word for people.
  var word: String {
    switch self {
    case .rejects: "failed"
    case .doubtful: "could not tell"
    case .warns: "warning"
    case .informs: "note"
    case .waived, .passed, .skipped: rawValue
    }
  }
}
