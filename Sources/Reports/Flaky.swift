import Model

extension Report {
  /// Turns what failed in one boot, and passed in another of equal hardware and history, into a flaky finding.
  ///
  /// Every boot may be the witness, whatever its purpose. Findings of the image as a whole stay as they are.
  mutating func markFlaky() {
    let kinds = machineKinds()
    struct Question: Hashable {
      var check: String
      var kind: Int
    }
    // Two witnesses suffice: one of them is another boot.
    var witnesses: [Question: [Int]] = [:]
    for (index, boot) in boots.enumerated() {
      guard let kind = kinds[index] else { continue }
      for finding in boot.findings where finding.outcome == .passed {
        let question = Question(check: finding.check, kind: kind)
        if witnesses[question, default: []].count < 2 { witnesses[question, default: []].append(index) }
      }
    }
    for (index, kind) in kinds.enumerated() {
      guard let kind else { continue }
      for place in boots[index].findings.indices {
        let finding = boots[index].findings[place]
        guard case .failed(let reason) = finding.outcome,
          let other = witnesses[Question(check: finding.check, kind: kind)]?.first(where: { $0 != index })
        else { continue }
        let (failed, passed) = (boots[index], boots[other])
        boots[index].findings[place].outcome = .flaky(
          reason: "failed in \(failed.id) and passed in \(passed.id) on the same hardware: \(reason)")
        boots[index].findings[place].remedy = [finding.remedy, advice(failed, passed)].filter { !$0.isEmpty }
          .joined(separator: "\n")
      }
    }
  }

  /// For each boot a number that it shares with those of equal hardware and history; nil where that is not known.
  private func machineKinds() -> [Int?] {
    struct Machine: Hashable {
      var hypervisor: String
      /// This boot's choices, then those of the boot that it continues, and so on.
      var choices: [[String: String]]
      /// What fails while the metadata service misbehaves may well pass when it does not.
      var metadataFault: MetadataFault?
      /// So may what fails on a used disk, or with other metadata.
      var isCopy: Bool
      var edition: MetadataEdition?
    }
    let places = Dictionary(boots.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    var numbers: [Machine: Int] = [:]
    return boots.map { report in
      guard let boot = report.boot else { return nil }
      var machine = Machine(
        hypervisor: boot.hypervisor, choices: [], metadataFault: boot.metadataFault, isCopy: boot.copies != nil,
        edition: boot.edition)
      var step: Boot? = boot
      while let current = step {
        // A chain without end is one that goes in a circle.
        guard !current.layout.choices.isEmpty, machine.choices.count < 16 else { return nil }
        machine.choices.append(current.layout.choices)
        guard let earlier = current.startsFrom else { break }
        guard let place = places[earlier], let known = boots[place].boot else { return nil }
        step = known
      }
      let number = numbers[machine] ?? numbers.count
      numbers[machine] = number
      return number
    }
  }
}

private func advice(_ failed: BootReport, _ passed: BootReport) -> String {
  var shares = ""
  if let one = failed.ended?.cpuShare, let two = passed.ended?.cpuShare {
    shares = " (which got \(Int(one * 100))% and \(Int(two * 100))% of the processor time that they wanted)"
  }
  return "It fails and passes on equal hardware: a race in the image or a starved host is likely. "
    + "Look at both boots, \(failed.id) and \(passed.id)\(shares)."
}
