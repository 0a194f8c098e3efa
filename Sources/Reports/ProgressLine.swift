package import Model

/// One line of progress for one entry of the journal.
package enum ProgressLine {
  /// For `--progress plain`; nil for an entry that is no news, such as a check that passed.
  ///
  /// Shape: seconds since the run began, the boot or `image`, what happened; no colours, no control characters.
  package static func line(for entry: JournalEntry) -> String? {
    guard let (place, news) = news(entry.event) else { return nil }
    let time = decimal(entry.seconds).dropLast(2)
    let padding = String(repeating: " ", count: max(0, 7 - time.count))
    return
      "\(padding)\(time) s  \(cleaned(place, atMost: 80, lines: false)): \(cleaned(news, atMost: 600, lines: false))"
  }

  /// For `--progress json`: the journal's own line.
  package static func json(for entry: JournalEntry) -> String {
    guard let line = try? entry.jsonLine() else { return "{}" }
    return String(decoding: line, as: UTF8.self)
  }

  private static func news(_ event: JournalEvent) -> (place: String, news: String)? {
    switch event {
    case .runStarted(let run): return ("image", "imgverify \(run.version) verifies \(run.image)")
    case .contract(let terms):
      return terms.leftOut.isEmpty
        ? nil : ("image", "profile \(terms.profile): \(counted(terms.leftOut.count, "check")) left out")
    case .waivers(let read):
      // Said again at the end, with counts, which the summary tells.
      let expired = read.records.filter { $0.isExpired && $0.findings == nil }.map { $0.expiredSentence }
      return expired.isEmpty ? nil : ("waivers", expired.joined(separator: "; "))
    case .intake(let facts):
      let size = facts.volumeSize.flatMap { $0 >= 0 ? ", \(ByteCount(bytes: $0))" : nil } ?? ""
      let time = facts.seconds.map { ", in \(forPeople(seconds: $0))" } ?? ""
      return ("image", "read \([facts.name, facts.version].compactMap { $0 }.joined(separator: " "))\(size)\(time)")
    case .accelerator(let choice):
      return ("host", "\(choice.hypervisor), \(choice.accelerator): \(choice.reason)")
    case .planned(let plan): return ("plan", "\(counted(plan.boots.count, "boot")) from seed \(plan.seed)")
    case .bootAdded(let boot): return (boot.id, "planned, to search for the cause")
    case .explained(let explanation): return (explanation.check, explanation.sentence)
    case .bootStarted(let data): return (data.boot, "power on")
    case .stage(let data):
      let detail = data.detail.isEmpty ? "" : " (\(data.detail))"
      return (data.boot, "\(data.stage) after \(forPeople(seconds: data.seconds))\(detail)")
    case .standstill(let data): return (data.boot, "did not come up: \(data.sentence)")
    case .finding(let finding):
      let word: String
      switch finding.standing {
      case .passed, .skipped: return nil
      case .rejects: word = "FAILED"
      case .doubtful: word = finding.isFlaky ? "FLAKY" : "BROKEN"
      case .warns: word = "warning"
      case .informs: word = "note"
      case .waived: word = "waived"
      }
      return (finding.boot ?? "image", "\(word) \(finding.check): \(finding.sentence)")
    case .trouble(let trouble): return (trouble.boot ?? "run", "trouble: \(trouble.message)")
    case .bootSkipped(let data): return (data.boot, "not run: \(cleaned(data.why, atMost: 1024, lines: false))")
    case .bootEnded(let data):
      let share = Int(min(1, sane(seconds: data.cpuShare)) * 100)
      return (
        data.boot, "power off after \(forPeople(seconds: data.seconds)), had \(share)% of the processor time it wanted"
      )
    case .interrupted(let data): return ("run", "interrupted by \(data.signal)")
    case .runEnded: return nil
    }
  }
}
