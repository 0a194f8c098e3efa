import Model

@testable import Reports

/// Journals that tell the contract and waivers.
extension Samples {
  static let terms = ContractTerms(
    profile: "generic",
    clauses: [
      ContractClause(id: 1, title: "Boots from BIOS", level: .must, checks: ["x.passes", "x.absent"]),
      ContractClause(id: 2, title: "Boots from UEFI", level: .should, untested: "no such machine is booted"),
      ContractClause(id: 3, title: "Root is found", level: .must, checks: ["x.fails", "x.passes", "x.waived"]),
      ContractClause(id: 4, title: "A clean log", level: .should, checks: ["x.warns"]),
      ContractClause(id: 5, title: "No failed unit", level: .should, checks: ["x.waived", "x.skipped"]),
      ContractClause(id: 6, title: "Systemd", level: .may, checks: ["x.skipped"]),
      ContractClause(id: 7, title: "The loader waits for nobody", level: .should),
      ContractClause(id: 8, title: "mdata-get works", level: .should, promisedBy: "smartos", checks: ["x.mdata"]),
      ContractClause(id: 9, title: "The host <name> comes", level: .must, checks: ["x.absent"]),
      ContractClause(id: 10, title: "Works without virtio", level: .should, checks: ["x.aside"]),
      ContractClause(id: 11, title: "A clock", level: .must, checks: ["x.breaks"]),
    ], leftOut: ["x.mdata", "x.smartos"])

  static let waivers = WaiversRead(
    records: [
      WaiverRecord(
        Waiver(check: "x.waived", reason: "known", by: "ops", until: "2027-01-01", place: "w.yaml:1"), isExpired: false,
        findings: 1),
      WaiverRecord(
        Waiver(check: "x.fails", boot: "01-*", reason: "old", by: "ops#3", until: "2020-01-01", place: "w.yaml:7"),
        isExpired: true, findings: 0),
      WaiverRecord(
        Waiver(check: "x.passes", reason: "mended", by: "ops", until: "2027-01-01", place: "w.yaml:13"),
        isExpired: false, findings: 0),
    ])

  static let contract: [JournalEntry] = {
    let boot = Samples.boot(1, .pc, .virtioBlk)
    var aside = Samples.boot(2, .q35, .virtioBlk)
    aside.purpose = .compatibility
    let id = boot.id
    let waived = Outcome.waived(reason: "known (it failed with: one unit)", until: "2027-01-01", by: "ops")
    return timed([
      runStarted, .contract(terms), .waivers(waivers), intake, accelerator,
      .planned(Plan(seed: 1, boots: [boot, aside])), .bootStarted(BootStarted(boot: id)),
      finding("x.passes", "It passes", id), finding("x.fails", "It fails", id, .failed(reason: "no root")),
      finding("x.warns", "It warns", id, .failed(reason: "a line"), level: .should),
      finding("x.waived", "It is waived", id, waived),
      finding("x.skipped", "It is skipped", id, .skipped(why: "no systemd"), level: .may),
      finding("x.breaks", "It breaks", id, .broken(error: "no answer")),
      .bootEnded(BootEnded(boot: id, seconds: 10, cpuSeconds: 8, cpuShare: 1)),
      .bootStarted(BootStarted(boot: aside.id)), finding("x.passes", "It passes", aside.id, .failed(reason: "slow")),
      finding("x.aside", "Comes up", aside.id),
      .bootEnded(BootEnded(boot: aside.id, seconds: 10, cpuSeconds: 8, cpuShare: 1)), .runEnded,
    ])
  }()

  /// A stranger's clauses and waivers.
  static let hostileContract: [JournalEntry] = {
    let long = String(repeating: "A<\u{1B}", count: 1_000)
    let clause = ContractClause(
      id: .min, title: nasty, level: .must, promisedBy: nasty, untested: long,
      checks: Array(repeating: nasty, count: 230))
    let bare = ContractClause(id: .max, title: long, level: .may, promisedBy: long, untested: nasty)
    let waiver = Waiver(check: nasty, boot: long, reason: long, by: nasty, until: nasty, place: long)
    return timed([
      runStarted,
      .contract(
        ContractTerms(
          profile: nasty, clauses: [clause, bare, bare],
          leftOut: [nasty, long])),
      .waivers(
        WaiversRead(records: Array(repeating: WaiverRecord(waiver, isExpired: true, findings: .max), count: 2))),
      .runEnded,
    ])
  }()
}
