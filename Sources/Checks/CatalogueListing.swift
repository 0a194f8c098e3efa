package import Model

extension Catalogue {
  /// A table for people, 100 columns wide: id, level, where it runs, clauses, title; all checks in one.
  package func listing() -> String {
    let infos = infos
    let rows =
      [["CHECK", "LEVEL", "FROM", "CLAUSE", "TITLE"]]
      + infos.map { [$0.id, $0.level.rawValue, $0.kind.rawValue, $0.clauseText, $0.title] }
    let widths = (0..<4).map { column in min(34, rows.map { $0[column].count }.max() ?? 0) }
    let indent = widths.reduce(0) { $0 + $1 + 2 }
    var lines = rows.flatMap { row in
      let head = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count) + 2) }.joined()
      let title = wrapped(row[4], width: max(20, 100 - indent))
      return [head + (title.first ?? "")] + title.dropFirst().map { String(repeating: " ", count: indent) + $0 }
    }
    let counts = Level.allCases.map { level in "\(infos.filter { $0.level == level }.count) \(level.rawValue)" }
    lines.append("\n\(infos.count) checks: \(counts.joined(separator: ", "))")
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs: an array of objects, sorted by id.
  package func listingJSON() -> JSONValue {
    .array(
      infos.map { info in
        [
          "id": .string(info.id), "title": .string(info.title), "level": .string(info.level.rawValue),
          "kind": .string(info.kind.rawValue), "clauses": .array(info.clauses.map { .integer(Int64($0)) }),
          "profile": .string(contract.holds(info, in: .generic) ? "any" : "triton"),
          "remedy": .string(info.remedy), "description": .string(info.description),
        ]
      })
  }
}

/// `text` in lines of at most `width` characters, broken between words where that can be.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.flatMap { line in
    stride(from: 0, to: line.count, by: width).map { String(line.dropFirst($0).prefix(width)) }
  }
}
