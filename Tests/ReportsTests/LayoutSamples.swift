import Model

@testable import Reports

/// A run with a failure whose cause was found, one that shows only after a move, a flaky check, and a boot for
/// compatibility that fails.
enum LayoutSamples {
  static let usual = [
    "machine": "pc", "disk.model": "virtio-blk", "disk.slot": "4", "extra": "none", "nics": "1", "nic.slot": "3",
  ]

  /// A boot whose choices are ``usual`` but for `others`.
  static func boot(
    _ id: String, _ others: [String: String] = [:], purpose: Boot.Purpose = .gate, continues: String? = nil,
    covers: Boot.Covers? = nil
  ) -> Boot {
    let choices = usual.merging(others) { $1 }
    let model = Layout.DiskModel(rawValue: choices["disk.model"]!)!
    var boot = Samples.boot(Int(id.prefix(2))!, choices["machine"] == "q35" ? .q35 : .pc, model)
    boot.id = id
    boot.layout.choices = choices
    boot.layout.bootDisk.place = .init(slot: Int(choices["disk.slot"]!)!)
    (boot.continues, boot.purpose, boot.covers) = (continues, purpose, covers)
    return boot
  }

  static let kvm: Boot = {
    var boot = LayoutSamples.boot(
      "01-smartos-kvm", covers: .init(combinations: 6, values: ["machine=pc", "disk.model=virtio-blk"]))
    boot.layout.profile = "smartos-kvm"
    return boot
  }()
  static let slots = boot(
    "02-qemu-q35", ["machine": "q35", "disk.slot": "14", "nic.slot": "6"],
    covers: .init(combinations: 3, values: ["machine=q35", "disk.slot=14"]))
  static let scsi = boot("03-qemu-q35", ["machine": "q35", "disk.model": "virtio-scsi", "nic.slot": "6"])
  static let again = boot("04-qemu-q35", ["machine": "q35", "disk.slot": "14", "nic.slot": "6"])
  static let moved = boot(
    "05-moved-q35", ["machine": "q35", "disk.slot": "14", "nic.slot": "6"], continues: "01-smartos-kvm")
  static let nvme = boot("06-compat-nvme", ["machine": "q35", "disk.model": "nvme"], purpose: .compatibility)
  static let torn = boot("07-compat-ide", ["disk.model": "ide"], purpose: .compatibility)
  static let found = boot(
    "08-search", ["machine": "q35", "disk.model": "virtio-scsi", "disk.slot": "14", "nic.slot": "6"], purpose: .search)
  static let lost = boot("09-search", ["machine": "q35", "disk.model": "virtio-blk"], purpose: .search)

  static let explanation = Explanation(
    check: "disk.root-found", boots: ["03-qemu-q35"], result: .cause,
    factors: [
      .init(axis: "disk.model", title: "the boot disk's model", fails: "virtio-scsi", passes: "virtio-blk")
    ],
    failing: "08-search", passing: "02-qemu-q35", confirmed: true, spent: 5,
    sentence: "fails when the boot disk's model is virtio-scsi; passes when it is virtio-blk, all else equal")

  static let renamed = Outcome.failed(reason: "eth1 has the address of net0; a rule for 90:b8:d0:00:00:01 is left over")

  static let journal: [JournalEntry] = {
    let events: [[JournalEvent]] = [
      [Samples.runStarted, Samples.intake, Samples.finding("image.stream", "the ZFS stream is whole", nil)],
      [Samples.accelerator, .planned(Plan(seed: 42, boots: [kvm, slots, scsi, again, moved, nvme, torn]))],
      Samples.events(of: kvm), Samples.events(of: slots),
      Samples.events(of: scsi, ["disk.root-found": Samples.notFound]),
      Samples.events(of: again, ["boot.firmware": .failed(reason: "no boot message in 30 s")]),
      Samples.events(of: moved, ["network.address": renamed]),
      Samples.events(
        of: nvme, ["disk.root-found": Samples.notFound, "network.address": .broken(error: "no shell was reached")]),
      [
        .bootStarted(BootStarted(boot: torn.id)),
        .trouble(Trouble(boot: torn.id, code: "hypervisorFailed", message: "QEMU ended with signal 9")),
      ],
      [.bootAdded(found)],
      Samples.events(of: found, ["disk.root-found": Samples.notFound, "system.swap": .failed(reason: "no swap")]),
      [.bootAdded(lost)],
      Samples.events(of: lost),
      [Samples.finding("disk.growth", "the root file system fills the disk", lost.id, .failed(reason: "2 GiB of 3"))],
      [.explained(explanation), .runEnded],
    ]
    return Samples.timed(events.flatMap { $0 })
  }()

  /// Events of the search that hold hostile text and are too many.
  static let hostile: [JournalEntry] = {
    let nasty = Samples.nasty
    let long = String(repeating: "A<\u{1B}", count: 700)
    var added = boot("09-search", purpose: .search, continues: nasty)
    added.id = "09-\(nasty)"
    added.layout.choices = [nasty: nasty, long: long, "": "", "disk.slot": "4"]
    added.layout.profile = long
    added.covers = .init(combinations: .min, values: Array(repeating: nasty, count: 70))
    (added.instance.hostname, added.hypervisor) = (nasty, long)
    let factor = Explanation.Factor(axis: nasty, title: long, fails: nasty, passes: long)
    let explanation = Explanation(
      check: "a", boots: ["01-qemu-pc"] + Array(repeating: nasty, count: 70), result: .unfinished,
      factors: Array(repeating: factor, count: 40), failing: nasty, passing: added.id, confirmed: true, spent: .min,
      sentence: long + nasty)
    let bad = Samples.boot(1, .pc, .virtioBlk)
    return Samples.timed(
      [
        Samples.runStarted, .planned(Plan(seed: 1, boots: [bad])), .bootAdded(added),
        Samples.finding("a", "a", bad.id, .failed(reason: nasty)), Samples.finding("a", "a", added.id),
        Samples.finding(nasty, nasty, added.id, .failed(reason: nasty)),
      ] + Array(repeating: .explained(explanation), count: 70)
        + [
          .bootAdded(added), .bootAdded(boot("10-search", purpose: .search, continues: "10-search")),
          .explained(Explanation(check: "", boots: [], result: .cause, sentence: "")), .runEnded,
        ])
  }()
}
