import Model

extension Report {
  /// The explanations of a check's failure in some of `boots`, be it for what came with another's failure; an explanation
  /// that names no boot is of all of them.
  func explanations(of check: String, in boots: some Collection<String>) -> [Explanation] {
    explanations.filter {
      ($0.check == check || $0.also.contains(check)) && ($0.boots.isEmpty || $0.boots.contains(where: boots.contains))
    }
  }

  /// What is known of a problem beyond its reasons, as `name: sentence`: its cause, and when it shows.
  func clues(to problem: Problem) -> [Fact] {
    let explanations = explanations(of: problem.check, in: problem.boots)
    var clues = explanations.map { Fact(name: $0.label, value: $0.text) }
    let pattern = pattern(of: problem)
    if let pattern { clues.append(Fact(name: "when", value: pattern)) }
    if explanations.isEmpty, pattern == nil, let divide = divide(of: problem) {
      clues.append(Fact(name: "hardware", value: divide))
    }
    return clues
  }
}

extension Explanation {
  /// What the sentence is called.
  var label: String { result == .cause || result == .moved ? "cause" : "search" }

  /// The sentence, the boots that prove it, and what it took:
  /// `… (08-search against 02-qemu-q35, both twice; 5 further boots)`.
  var text: String {
    var proof: [String] = []
    if let failing, let passing {
      proof.append("\(failing) against \(passing)\(confirmed ? ", both twice" : "")")
    } else if let failing {
      proof.append("\(failing)\(confirmed ? ", twice" : "")")
    }
    if spent > 0 { proof.append(counted(spent, "further boot")) }
    return proof.isEmpty ? sentence : "\(sentence) (\(proof.joined(separator: "; ")))"
  }
}
