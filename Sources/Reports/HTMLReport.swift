import Model

extension Report {
  /// `report.html`: the run on one page for people, without scripts and without anything from elsewhere.
  ///
  /// The order is that of the questions: may it be published, what is bad, how is it mended, where was it seen, what
  /// happened. Every colour has a word beside it, so the page also reads without its style sheet.
  /// - Parameter files: By boot, the names of the files in `boots/<id>/` to link to.
  package func html(files: [String: [String]] = [:]) -> String {
    let page: Markup = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>\(verdict.word) · \(imageName) · imgverify</title>
      <style>
      \(Markup(stringLiteral: styleSheet))</style>
      </head>
      <body>
      \(headline)
      <main>
      \(section("What is bad", id: "bad", problems(.rejects).map { card($0) }))
      \(section("What is not known", id: "unknown", doubtProblems.map { card($0, place: "the run") } + problems(.doubtful).map { card($0) }))
      \(section("Warnings", id: "warnings", problems(.warns).map { card($0) }))
      \(matrix)
      \(section("Boots", id: "boots", boots.indices.map { bootSection($0, files: files[boots[$0].id] ?? []) }))
      \(imageSection)
      \(section("Waived", id: "waived", problems(.waived).map { card($0) }))
      \(section("Notes", id: "notes", problems(.informs).map { card($0) }))
      \(runSection)
      </main>
      <footer>imgverify \(run?.version ?? "") · <a href="report.xml">report.xml</a> · <a href="report.json">report.json</a> · \
      <a href="journal.jsonl">journal.jsonl</a></footer>
      </body>
      </html>

      """
    return page.text
  }

  private var headline: Markup {
    let sentence = self.sentence
    let line: Markup? = sentence.isEmpty ? nil : "<p class=\"sentence\">\(sentence)</p>"
    return """
      <header class="\(verdict.rawValue)">
      <p class="image">\(imageName)</p>
      <h1><span aria-hidden="true">\(verdict.sign)</span> \(verdict.word)</h1>
      \(line)
      <p class="meaning">\(verdict.meaning)</p>
      <ul class="counts">\(([counted(boots.count, "boot")] + counts).map { "<li>\($0)</li>" as Markup })</ul>
      </header>
      """
  }

  private func section(_ title: String, id: String, _ parts: [Markup]) -> Markup? {
    parts.isEmpty ? nil : "<section id=\"\(id)\">\n<h2>\(title)</h2>\n\(parts)</section>\n"
  }

  // MARK: Problems

  /// - Parameter place: What to say of a problem that belongs to no boot.
  private func card(_ problem: Problem, place name: String = "the image") -> Markup {
    let place = problem.boots.isEmpty ? name : place(of: problem)
    let title: Markup? = problem.title.isEmpty ? nil : "<p class=\"title\">\(problem.title)</p>\n"
    let remedy: Markup? =
      problem.remedy.isEmpty || problem.standing == .waived
      ? nil : "<p class=\"remedy\"><b>How to mend it:</b> \(problem.remedy)</p>\n"
    let clauses: Markup? = problem.clauses.isEmpty ? nil : "<p class=\"clauses\">Contract: \(problem.clauses)</p>\n"
    let more: Markup? = problem.reasons.count > 8 ? "<p>and \(problem.reasons.count - 8) other reasons</p>" : nil
    return """
      <article class="card \(problem.standing.rawValue)">
      <h3><span class="sign" aria-hidden="true">\(problem.standing.sign)</span> <code>\(problem.check)</code> \
      <span class="word">\(problem.standing.word)</span> <span class="place">\(place)</span></h3>
      \(title)\(problem.reasons.prefix(8).map(reason))\(more)\(remedy)\(clauses)</article>

      """
  }

  private func reason(_ reason: Problem.Reason) -> Markup {
    let links: [Markup] = reason.boots.prefix(24).map { id in
      "<a class=\"boot\" href=\"#boot-\(boots.firstIndex { $0.id == id } ?? 0)\">\(id)</a> "
    }
    let more: Markup? = reason.boots.count > 24 ? "and \(reason.boots.count - 24) more" : nil
    return """
      <div class="reason"><p><strong>\(reason.sentence)</strong></p><p class="boots">\(links)\(more)</p>
      \(evidenceMarkup(reason.evidence, open: true))</div>

      """
  }

  // MARK: Checks × boots

  private var matrix: Markup? {
    var rows: [(check: String, title: String, cells: [Standing?])] = []
    var places: [String: Int] = [:]
    for finding in allFindings {
      let row = places[finding.check] ?? rows.count
      if row == rows.count {
        places[finding.check] = row
        rows.append((finding.check, finding.title, Array(repeating: nil, count: boots.count + 1)))
      }
    }
    for (column, findings) in ([findings] + boots.map(\.findings)).enumerated() {
      for finding in findings {
        let row = places[finding.check]!
        rows[row].cells[column] = min(finding.standing, rows[row].cells[column] ?? .skipped)
      }
    }
    if rows.isEmpty { return nil }
    // What is bad stands on top; otherwise the order in which the checks ran.
    let order = rows.indices.sorted { a, b in
      let (first, second) = (rows[a].cells.worst.weight, rows[b].cells.worst.weight)
      return first != second ? first < second : a < b
    }
    let used = Set(rows.flatMap { $0.cells.compactMap { $0 } })
    return """
      <section id="checks">
      <h2>Checks and boots</h2>
      <div class="scroll"><table class="matrix\(boots.count > 6 ? " many" : "")">
      <thead><tr><th scope="col">check</th><th scope="col"><span>image</span></th>\(boots.indices.map { index in
        "<th scope=\"col\"><a href=\"#boot-\(index)\">\(boots[index].id)</a></th>" as Markup
      })</tr></thead>
      <tbody>
      \(order.map { row in
        """
        <tr><th scope="row" title="\(rows[row].title)"><code>\(rows[row].check)</code></th>\(rows[row].cells.map(cell))</tr>

        """ as Markup
      })</tbody></table></div>
      <p class="legend">\(Standing.allCases.filter(used.contains).map { standing in
        "<span class=\"\(standing.rawValue)\"><i>\(standing.sign)</i> \(standing.word)</span> " as Markup
      })</p>
      </section>

      """
  }

  private func cell(_ standing: Standing?) -> Markup {
    guard let standing else { return "<td></td>" }
    return
      "<td class=\"\(standing.rawValue)\" title=\"\(standing.word)\">\(standing.sign)<span class=\"hidden\"> \(standing.word)</span></td>"
  }
}

extension [Standing?] {
  fileprivate var worst: Standing { compactMap { $0 }.min() ?? .skipped }
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

extension Verdict {
  fileprivate var sign: String {
    switch self {
    case .accepted: "✓"
    case .rejected: "✗"
    case .inconclusive, .cannotOpen: "?"
    case .interrupted: "■"
    }
  }

  /// What it means for the person who reads it.
  fileprivate var meaning: String {
    switch self {
    case .accepted: "Every check that must hold held on every boot. The image may be published."
    case .rejected: "A check that must hold failed. The image should not be published as it is."
    case .inconclusive:
      "The image could not be judged in full: the harness, the host or the hypervisor stood in the way. "
        + "This says nothing against the image, and nothing for it."
    case .cannotOpen: "An input file could not be opened, so nothing was judged."
    case .interrupted: "The run was ended before it was done. What had been found until then stands below."
    }
  }
}
