import Model

extension Report {
  /// Checks × boots: those that gate, then those for compatibility, then trials. A search repeats what stands here.
  ///
  /// What is bad stands on top. Of many checks, those that passed or were skipped everywhere are folded away.
  var matrix: Markup? {
    let columns = [Boot.Purpose.gate, .compatibility, .trial].flatMap { purpose in
      boots.indices.filter { boots[$0].purpose == purpose }
    }
    let all = [(Boot.Purpose.gate, findings)] + columns.map { (boots[$0].purpose, boots[$0].findings) }
    var rows: [(check: String, title: String, cells: [Mark?])] = []
    var places: [String: Int] = [:]
    for finding in all.flatMap(\.1) {
      let row = places[finding.check] ?? rows.count
      if row == rows.count {
        places[finding.check] = row
        rows.append((finding.check, finding.title, Array(repeating: nil, count: all.count)))
      }
    }
    for (column, (purpose, findings)) in all.enumerated() {
      for finding in findings {
        let row = places[finding.check]!
        let mark = Mark(finding, in: purpose)
        rows[row].cells[column] = min(mark, rows[row].cells[column] ?? mark)
      }
    }
    if rows.isEmpty { return nil }
    let order = rows.indices.sorted { a, b in
      let (first, second) = (rows[a].cells.worst.weight, rows[b].cells.worst.weight)
      return first != second ? first < second : a < b
    }
    let used = Set(rows.flatMap { $0.cells.compactMap { $0 } })
    func table(_ order: some Sequence<Int>) -> Markup {
      """
      <div class="scroll"><table class="matrix\(columns.count > 6 ? " many" : "")">
      <thead><tr><th scope="col">check</th><th scope="col"><span>image</span></th>\(columns.map { index in
        "<th scope=\"col\"\(boots[index].purpose == .gate ? "" : " class=\"aside\" title=\"does not gate\"" as Markup)><a href=\"#boot-\(index)\">\(boots[index].id)</a></th>" as Markup
      })</tr></thead>
      <tbody>
      \(order.map { row in
        """
        <tr><th scope="row" title="\(rows[row].title)"><code>\(rows[row].check)</code></th>\(rows[row].cells.map(cell))</tr>

        """ as Markup
      })</tbody></table></div>

      """
    }
    let quiet = order.filter { [.passed, .skipped].contains(rows[$0].cells.worst) }
    let folded = quiet.count > Self.mostUnfolded ? quiet : []
    let open = order.filter { !folded.contains($0) }
    return """
      <section id="checks">
      <h2>Checks and boots</h2>
      \(open.isEmpty ? nil : table(open))\(folded.isEmpty ? nil : """
        <details><summary>\(folded.count) checks that passed or were skipped on every boot</summary>
        \(table(folded))</details>

        """ as Markup)<p class="legend">\(used.sorted().map { mark in
        "<span class=\"\(mark.tone.rawValue)\"><i>\(mark.sign)</i> \(mark.word)</span> " as Markup
      })</p>
      </section>

      """
  }

  private static let mostUnfolded = 40

  private func cell(_ mark: Mark?) -> Markup {
    guard let mark else { return "<td></td>" }
    return
      "<td class=\"\(mark.tone.rawValue)\" title=\"\(mark.word)\">\(mark.sign)<span class=\"hidden\"> \(mark.word)</span></td>"
  }
}

extension [Mark?] {
  fileprivate var worst: Standing { compactMap { $0?.tone }.min() ?? .skipped }
}
