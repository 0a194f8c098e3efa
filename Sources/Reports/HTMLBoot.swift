import Model

extension Report {
  /// One boot: its layout, how far it came and when, every finding, its files.
  func bootSection(_ index: Int, files: [String]) -> Markup {
    let boot = boots[index]
    // What is only noted or waived does not mark the boot.
    let worst =
      boot.doubt != nil || !boot.troubles.isEmpty ? .doubtful : boot.findings.map(\.standing).min() ?? .doubtful
    let bare: Standing =
      boot.findings.contains { $0.standing == .rejects } ? .rejects : worst > .warns ? .passed : worst
    let standing = boot.purpose == .gate || bare == .passed ? bare : .informs
    let isBad = standing == .rejects || standing == .doubtful
    let layout: Markup? = boot.boot.map { "<h4>Layout</h4>\n<dl>\($0.facts.map(row))</dl>\n" }
    let choices: Markup? = boot.boot.flatMap { choiceTable($0.choices) }
    let share: Markup? = boot.ended.map { ended in
      """
      <p class="share">Power off after \(forPeople(seconds: ended.seconds)); the hypervisor used \
      \(forPeople(seconds: ended.cpuSeconds)) of processor time, \(Int(ended.cpuShare * 100))% of what the machine wanted.</p>

      """
    }
    let standstill: Markup? = boot.standstill.map {
      "<p class=\"trouble\"><b>Did not come up:</b> \($0.sentence)</p>\n"
    }
    let troubles: [Markup] = (boot.troubles + [boot.doubt].compactMap { $0 }).prefix(20).map { trouble in
      "<p class=\"trouble\"><span aria-hidden=\"true\">?</span> <b>\(trouble.code):</b> \(trouble.message)</p>\n"
    }
    return """
      <details class="bootcard \(standing.rawValue)" id="boot-\(index)"\(isBad ? " open" : "")>
      <summary><span class="sign" aria-hidden="true">\(bare.sign)</span> <b>\(boot.id)</b> \
      <span class="tally">\(tally(boot))</span> <span class="time">\(forPeople(seconds: boot.seconds))</span>\
      <span class="layout">\(boot.boot?.summary ?? "")</span></summary>
      \(standstill)\(troubles)\(stages(boot))\(share)\(layout)\(choices)\(findingList(boot.findings, boot.purpose))\(fileList(boot, files))</details>

      """
  }

  /// The findings of the image as a whole.
  var imageSection: Markup? {
    findings.isEmpty
      ? nil
      : "<section id=\"image\">\n<h2>Image</h2>\n<div class=\"bootcard\">\(findingList(findings, .gate))</div></section>\n"
  }

  /// What was run, on what, and how to run it again.
  var runSection: Markup {
    var facts: [Fact] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { facts.append(Fact(name: name, value: value)) }
    }
    func size(_ bytes: Int64?) -> String? { bytes.flatMap { $0 >= 0 ? "\(ByteCount(bytes: $0)) (\($0) bytes)" : nil } }
    add("image", run?.image)
    add("manifest", run?.manifest)
    add("name", image.name)
    add("version", image.version)
    add("uuid", image.uuid)
    add("sha1", image.sha1)
    add("file size", size(image.fileSize))
    let container = image.container.map { $0 == .none ? ", not packed" : ", packed with \($0.rawValue)" } ?? ""
    add("format", image.format.map { "\($0.rawValue)\(container)" })
    add("volume size", size(image.volumeSize))
    add("block size", size(image.blockSize))
    add("snapshot", image.snapshot)
    add("stream GUID", image.stream?.guid)
    add("stream features", image.stream?.peculiarities)
    add("stream blocks", image.stream?.blockSummary)
    add("disk", image.disk.map { cleaned($0.summary, atMost: 4 << 10, lines: false) })
    add("started", run?.date)
    add("took", forPeople(seconds: seconds))
    add("hypervisor", accelerator?.hypervisor)
    add("accelerator", accelerator.map { "\($0.accelerator): \($0.reason)" })
    add("time-outs", accelerator.flatMap { $0.timeoutScale == 1 ? nil : "× \($0.timeoutScale)" })
    add("profile", profileSentence)
    add("seed", seed.map { "\($0)" })
    add("arguments", run?.arguments.joined(separator: " "))
    return "<section id=\"run\">\n<h2>This run</h2>\n<dl class=\"wide\">\(facts.map(row))</dl>\n</section>\n"
  }

  private func row(_ fact: Fact) -> Markup { "<div><dt>\(fact.name)</dt><dd>\(fact.value)</dd></div>\n" }

  private func choiceTable(_ choices: [Fact]) -> Markup? {
    if choices.isEmpty { return nil }
    let rows: [Markup] = choices.map { fact in
      "<tr><th scope=\"row\"><code>\(fact.name)</code></th><td>\(fact.value)</td></tr>\n"
    }
    return """
      <details class="evidence"><summary>What was chosen on each axis</summary>
      <div class="scroll"><table class="plain"><tbody>
      \(rows)</tbody></table></div></details>

      """
  }

  private func tally(_ boot: BootReport) -> String {
    boot.findings.isEmpty
      ? "not judged" : Tally(boot.findings).words(passedFirst: false).joined(separator: ", ")
  }

  /// Each stage as a bar from the stage before it.
  private func stages(_ boot: BootReport) -> Markup? {
    if boot.stages.isEmpty { return nil }
    let whole = max(boot.seconds, 0.001)
    var before = 0.0
    let rows: [Markup] = boot.stages.sorted { $0.seconds < $1.seconds }.prefix(64).map { stage in
      let start = min(before, stage.seconds)
      before = stage.seconds
      let left = Int(min(1, start / whole) * 1000)
      let length = max(4, Int(min(1, stage.seconds / whole) * 1000) - left)
      let detail: Markup? = stage.detail.isEmpty ? nil : "<span class=\"detail\">\(stage.detail)</span>"
      return """
        <li><span class="name">\(stage.stage)</span><span class="track"><i style="margin-left:\(left / 10).\(left % 10)%;\
        width:\(length / 10).\(length % 10)%"></i></span><span class="time">\(forPeople(seconds: stage.seconds))</span>\(detail)</li>

        """
    }
    return "<h4>How far it came</h4>\n<ol class=\"stages\">\n\(rows)</ol>\n"
  }

  private func findingList(_ findings: [Finding], _ purpose: Boot.Purpose) -> Markup? {
    if findings.isEmpty { return nil }
    let sorted = findings.enumerated().sorted { a, b in
      let (first, second) = (a.element.standing.weight, b.element.standing.weight)
      return first != second ? first < second : a.offset < b.offset
    }
    return "<h4>Checks</h4>\n<ul class=\"findings\">\n\(sorted.map { findingRow($0.element, purpose) })</ul>\n"
  }

  private func findingRow(_ finding: Finding, _ purpose: Boot.Purpose) -> Markup {
    let mark = Mark(finding, in: purpose)
    let isQuiet = finding.standing == .passed
    let sentence: Markup? = isQuiet ? nil : "<p>\(finding.sentence)</p>\n"
    let notes: Markup? =
      finding.notes.isEmpty
      ? nil
      : "<p class=\"notes\">\(finding.notes.sorted { $0.key < $1.key }.map { "<code>\($0.key)=\($0.value)</code> " as Markup })</p>\n"
    // What a check that passed has seen stays in the journal: a page with all of it would be too long to load.
    let evidence = isQuiet ? finding.evidence.filter { $0.text == nil } : finding.evidence
    return """
      <li class="\(mark.tone.rawValue)"><span class="sign" aria-hidden="true">\(mark.sign)</span><div>
      <p><code>\(finding.check)</code> <span class="word">\(mark.word)</span> \(finding.title)\
      <span class="time">\(forPeople(seconds: finding.seconds))</span></p>
      \(sentence)\(notes)\(evidenceMarkup(evidence, open: false))</div></li>

      """
  }

  private func fileList(_ boot: BootReport, _ files: [String]) -> Markup? {
    let links: [Markup] = files.compactMap { name in
      isSafe(path: "boots/\(boot.id)/\(name)") ? "<li>\(link("boots/\(boot.id)/\(name)", name))</li>\n" : nil
    }
    return links.isEmpty ? nil : "<h4>Files</h4>\n<ul class=\"files\">\n\(links)</ul>\n"
  }
}

/// Evidence: short texts to unfold, files to follow.
func evidenceMarkup(_ evidence: [Evidence], open: Bool) -> Markup? {
  if evidence.isEmpty { return nil }
  let parts: [Markup] = evidence.map { item in
    if let text = item.text {
      let lines = text.count(where: { $0 == "\n" })
      return """
        <details class="evidence"\(open && lines <= 24 ? " open" : "")><summary>\(item.name)</summary><pre>\(text)</pre></details>

        """
    }
    let file = item.file ?? ""
    return isSafe(path: file)
      ? "<p class=\"evidence\">\(item.name): \(link(file, file))</p>\n"
      : "<p class=\"evidence\">\(item.name): <code>\(file)</code></p>\n"
  }
  return "\(parts)"
}

private func link(_ path: String, _ text: String) -> Markup { "<a href=\"\(percentEncoded(path: path))\">\(text)</a>" }
