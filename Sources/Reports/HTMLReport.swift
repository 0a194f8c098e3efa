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
      \(section("Boots", id: "boots", bootSections(.gate, files)))
      \(section("Compatibility: does not gate", id: "compatibility", compatibilityProblems.map { card($0) } + bootSections(.compatibility, files)))\
      \(section("Trials: do not gate", id: "trials", trialHead + trialProblems.map { card($0) } + bootSections(.trial, files)))
      \(section("Boots to search for causes", id: "search", searchHead + bootSections(.search, files)))
      \(imageSection)
      \(section("Waived", id: "waived", problems(.waived).map { card($0) } + idleWaiverList))
      \(section("Notes", id: "notes", problems(.informs).map { card($0) }))
      \(contractSection)
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
      <p class="meaning">\(meaning)</p>
      <ul class="counts">\(([counted(boots(.gate).count, "boot"), furtherBoots].compactMap { $0 } + counts).map { "<li>\($0)</li>" as Markup })</ul>
      </header>
      """
  }

  private var meaning: String {
    let doubtful = problems(.doubtful)
    guard verdict == .inconclusive, doubtful.contains(where: \.isFlaky) else { return verdict.meaning }
    let flaky =
      "A check that must hold failed on one boot and passed on another of equal hardware: "
      + "a race in the image or a starved host is likely."
    return doubts.isEmpty && doubtful.allSatisfy(\.isFlaky) ? flaky : "\(verdict.meaning) \(flaky)"
  }

  private func bootSections(_ purpose: Boot.Purpose, _ files: [String: [String]]) -> [Markup] {
    boots.indices.filter { boots[$0].purpose == purpose }.map { bootSection($0, files: files[boots[$0].id] ?? []) }
  }

  /// What the searches came to, and what failed in them alone.
  private var searchHead: [Markup] {
    let results: [Markup] = explanations.map { "<li><code>\($0.check)</code>: \($0.text)</li>\n" }
    let list: Markup? = results.isEmpty ? nil : "<ul class=\"results\">\n\(results)</ul>\n"
    let cards = searchProblems.map { card($0) }
    if list == nil && cards.isEmpty && boots(.search).isEmpty { return [] }
    return [
      """
      <p class="aside">These boots look for the cause of what failed in a boot of the plan; they decide nothing.</p>
      \(list)
      """
    ] + cards
  }

  private var trialHead: [Markup] {
    boots(.trial).isEmpty
      ? []
      : [
        """
        <p class="aside">In these boots the metadata service misbehaved on purpose; what became of the guest decides nothing.</p>

        """
      ]
  }

  /// Waivers that did not apply, or were not needed.
  private var idleWaiverList: [Markup] {
    let sentences = idleWaivers
    return sentences.isEmpty
      ? [] : ["<ul class=\"results\">\n\(sentences.map { "<li>\($0)</li>\n" as Markup })</ul>\n"]
  }

  private func section(_ title: String, id: String, _ parts: [Markup]) -> Markup? {
    parts.isEmpty ? nil : "<section id=\"\(id)\">\n<h2>\(title)</h2>\n\(parts)</section>\n"
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
