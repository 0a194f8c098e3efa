import Model

extension Report {
  /// What the checks of these boots say now, against what they said in `before`: a line for each way in which a check
  /// can have come out, the ones that did not change first.
  ///
  /// Shape: `as before: disk.root-found failed; 40 passed`, `now passes: disk.root-found (failed)`, … Boots are named
  /// when there are several. Checks that were not made now are left out, they may have been deselected.
  package func changes(since before: Report) -> [String] {
    var lines: [Line: [Change]] = [:]
    var same: [String: Int] = [:]
    for boot in boots {
      guard boot.doubt?.code != "notRun" else {
        lines[.notJudged, default: []].append(Change(check: "boot \(boot.id)", note: boot.skipped ?? "", boots: []))
        continue
      }
      let then = before.boots.first { $0.id == boot.id }
      for finding in boot.findings {
        let (now, old) = (finding.outcome.name, then?.findings.first { $0.check == finding.check }?.outcome.name)
        if now == old, ["passed", "skipped", "waived"].contains(now) {
          same[now, default: 0] += 1
        } else {
          let line = now == old ? .same : Line(now)
          let note = now == old ? Self.verb(now) : old ?? "was not judged"
          if let index = lines[line]?.firstIndex(where: { $0.check == finding.check && $0.note == note }) {
            lines[line]?[index].boots.append(boot.id)
          } else {
            lines[line, default: []].append(Change(check: finding.check, note: note, boots: [boot.id]))
          }
        }
      }
    }
    let counts = ["passed", "skipped", "waived"].compactMap { name in same[name].map { "\($0) \(name)" } }
    let unchanged =
      text(lines[.same] ?? []) { "\($0.check) \($0.note)" } + (counts.isEmpty ? [] : [counts.joined(separator: ", ")])
    return (unchanged.isEmpty ? [] : ["as before: \(unchanged.joined(separator: "; "))"])
      + Line.allCases.dropFirst().compactMap { line in
        guard let changes = lines[line] else { return nil }
        let parts = text(changes) { $0.note.isEmpty ? $0.check : "\($0.check) (\($0.note))" }
        return "\(line.rawValue): \(parts.joined(separator: "; "))"
      }
  }

  /// A check that came out in one way in some boots.
  private struct Change {
    var check: String
    /// What there is to say of it beside its name.
    var note: String
    var boots: [String]
  }

  /// How the lines begin, in their order.
  private enum Line: String, CaseIterable {
    case same = "as before"
    case passes = "now passes"
    case fails = "now fails"
    case breaks = "now breaks"
    case skipped = "now skipped"
    case notJudged = "not judged"

    init(_ outcome: String) {
      self =
        switch outcome {
        case "passed", "waived": .passes
        case "failed", "flaky": .fails
        case "skipped": .skipped
        default: .breaks
        }
    }
  }

  private static func verb(_ outcome: String) -> String { outcome == "broken" ? "broke" : outcome }

  /// The first twenty, each with its boots if there is more than one boot.
  private func text(_ changes: [Change], _ say: (Change) -> String) -> [String] {
    var parts = changes.prefix(20).map { change in
      say(change) + (boots.count > 1 && !change.boots.isEmpty ? " in \(change.boots.joined(separator: ", "))" : "")
    }
    if changes.count > 20 { parts.append("and \(changes.count - 20) more") }
    return parts
  }
}
