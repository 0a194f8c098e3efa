import Model

@testable import Reports

/// Journals to report on.
enum Samples {
  static func boot(_ number: Int, _ machine: Layout.Machine, _ model: Layout.DiskModel) -> Boot {
    let nic = Instance.NIC(
      interface: "net0", mac: "90:b8:d0:00:00:0\(number)", address: "10.88.\(number).7", prefix: 24,
      gateway: "10.88.\(number).1", resolver: "10.88.\(number).3", dhcpStart: "10.88.\(number).100", primary: true,
      mtu: number == 2 ? 1400 : nil)
    let instance = Instance(
      uuid: "5f0c0a52-0000-4000-8000-00000000000\(number)", hostname: "guest-\(number)",
      rootPassword: "secret-\(number)",
      nics: [nic], nonce: "n\(number)")
    let layout = Layout(
      machine: machine, cpus: 1, memory: .mebibytes(256),
      bootDisk: .init(
        model: model, place: .init(bus: number == 3 ? .bridge : .root, slot: 3 + number),
        serial: number == 2 ? "" : "sn-\(number)"),
      extraDisk: number == 2
        ? .init(order: .before, place: .init(slot: 3), serial: "extra", size: .mebibytes(64)) : nil,
      nics: [.init(place: .init(slot: 9))])
    return Boot(id: "0\(number)-qemu-\(machine.rawValue)", hypervisor: "qemu", instance: instance, layout: layout)
  }

  static let plan = Plan(
    seed: 42, boots: [boot(1, .pc, .virtioBlk), boot(2, .q35, .virtioSCSI), boot(3, .q35, .virtioBlk)])

  static let runStarted = JournalEvent.runStarted(
    RunStarted(
      version: "0.1.0", arguments: ["tiny.zfs.gz", "tiny.json", "--seed", "42"], image: "tiny.zfs.gz",
      manifest: "tiny.json", date: "2025-11-21T03:55:00Z"))

  static let intake: JournalEvent = {
    var facts = IntakeFacts()
    facts.name = "tiny"
    facts.version = "1.0.0"
    facts.uuid = "c8a6ec2e-1111-4222-8333-444455556666"
    facts.sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    facts.fileSize = 12_345_678
    facts.volumeSize = 67_108_864
    facts.blockSize = 8192
    (facts.container, facts.format) = (.gzip, .zfs)
    facts.snapshot = "zones/tiny@final"
    facts.stream = StreamFacts(
      guid: "12305893021877563921", creationTime: 1_763_697_300, features: ["lz4", "embed_data"],
      records: ["BEGIN": 1, "END": 1, "WRITE": 812], blocks: ["lz4": 800, "plain": 12], length: 45_678_912,
      smartOS: [SmartOSRefusal("S7", "lz4 and embedded blocks need pool features", oldPoolsOnly: true)])
    let root = FileSystemFacts(kind: "ext4", label: "root", uuid: "5f0c0a52-0000-4000-8000-0000000000ff")
    facts.disk = DiskFacts(
      table: .mbr, bootCode: true,
      partitions: [
        PartitionFacts(
          number: 1, start: 1 << 20, size: 62 << 20, type: "83", typeName: "Linux", active: true, fileSystem: root)
      ])
    facts.seconds = 0.8
    return .intake(facts)
  }()

  static let accelerator = JournalEvent.accelerator(
    AcceleratorChoice(
      accelerator: "tcg", reason: "KVM opened, but its probe reached no boot message in 10 s", timeoutScale: 2.5,
      hypervisor: "QEMU emulator version 7.2.22"))

  static func finding(
    _ check: String, _ title: String, _ boot: String?, _ outcome: Outcome = .passed, level: Level = .must,
    remedy: String = "", evidence: [Evidence] = [], notes: [String: String] = [:]
  ) -> JournalEvent {
    .finding(
      Finding(
        check: check, title: title, level: level, boot: boot, outcome: outcome, remedy: remedy, clauses: "G1",
        evidence: evidence, notes: notes, seconds: 0.125))
  }

  /// The events of one whole boot; `outcomes` replaces what a check says.
  static func events(of boot: Boot, _ outcomes: [String: Outcome] = [:]) -> [JournalEvent] {
    let id = boot.id
    func judged(
      _ check: String, _ title: String, level: Level = .must, remedy: String = "", evidence: [Evidence] = [],
      notes: [String: String] = [:]
    ) -> JournalEvent {
      let outcome = outcomes[check] ?? .passed
      return finding(
        check, title, id, outcome, level: level, remedy: outcome == .passed ? "" : remedy,
        evidence: outcome == .passed ? [] : evidence, notes: notes)
    }
    return [
      .bootStarted(BootStarted(boot: id)),
      .stage(StageReached(boot: id, stage: "firmware", seconds: 0.8)),
      .stage(StageReached(boot: id, stage: "kernel", seconds: 8.6, detail: "Linux 6.1.0-41-cloud-amd64")),
      .stage(StageReached(boot: id, stage: "login prompt", seconds: 17.5)),
      .stage(StageReached(boot: id, stage: "ssh", seconds: 19.1)),
      judged(
        "boot.firmware", "the image boots from BIOS",
        evidence: [Evidence(name: "firmware", file: "boots/\(id)/firmware.log")]),
      judged(
        "disk.root-found", "the root file system is found on every layout",
        remedy: "name the root file system by UUID= or LABEL=, in fstab and on the kernel's command line",
        evidence: [
          Evidence(
            name: "console", text: "Gave up waiting for root file system device.\nALERT!  /dev/vda1 does not exist."),
          Evidence(name: "console", file: "boots/\(id)/console.log"),
        ]),
      judged(
        "network.address", "each NIC has the address that metadata promises",
        notes: ["net0": boot.instance.nics[0].address]),
      judged(
        "network.hostname", "the hostname is the one of the metadata", level: .should, remedy: "let cloud-init set it"),
      judged("system.failed-units", "no unit has failed", level: .should),
      judged("system.swap", "there is swap space", level: .may),
      .bootEnded(BootEnded(boot: id, seconds: 41.25, cpuSeconds: 30.5, cpuShare: 0.74)),
    ]
  }

  static func journal(
    _ outcomes: [Int: [String: Outcome]] = [:], before: [JournalEvent] = [], after: [JournalEvent] = [.runEnded]
  )
    -> [JournalEntry]
  {
    let image = [
      finding("image.manifest", "the manifest keeps the rules", nil),
      finding("image.digest", "the file has its SHA-1", nil),
      finding("image.stream", "the ZFS stream is whole", nil),
    ]
    var events = [runStarted, intake] + image + [accelerator, .planned(plan)] + before
    for (index, boot) in plan.boots.enumerated() { events += Self.events(of: boot, outcomes[index + 1] ?? [:]) }
    return timed(events + after)
  }

  static func timed(_ events: [JournalEvent]) -> [JournalEntry] {
    events.enumerated().map { JournalEntry(seconds: Double($0.offset) * 2.5, event: $0.element) }
  }

  static let accepted = journal()
  static let notFound = Outcome.failed(reason: "waited 90 s for the root file system; /dev/vda1 does not exist")
  static let rejected = journal([
    1: ["system.swap": .failed(reason: "no swap")],
    2: [
      "disk.root-found": notFound, "network.address": .broken(error: "no shell was reached"),
      "network.hostname": .failed(reason: "localhost instead of guest-2"),
      "system.failed-units": .skipped(why: "no systemd"),
    ],
    3: [
      "disk.root-found": notFound,
      "system.failed-units": .waived(reason: "apt-daily fails", until: "2026-01-01", by: "ops#12"),
    ],
  ])
  static let inconclusive = journal(
    [2: ["disk.root-found": .broken(error: "QEMU ended with signal 9")]],
    after: [
      .trouble(Trouble(boot: "02-qemu-q35", code: "hypervisorFailed", message: "QEMU ended with signal 9 after 12 s")),
      .runEnded,
    ])
  static let interrupted =
    Array(accepted.prefix(16)) + [
      JournalEntry(seconds: 44, event: .interrupted(Interrupted(signal: "SIGINT"))),
      JournalEntry(seconds: 45, event: .runEnded),
    ]
  static let cannotOpen = timed([
    runStarted,
    .trouble(Trouble(boot: nil, code: "cannotOpen", message: "cannot open tiny.zfs.gz: No such file or directory")),
    .runEnded,
  ])

  static let named: [(name: String, journal: [JournalEntry])] = [
    ("accepted", accepted), ("rejected", rejected), ("inconclusive", inconclusive), ("interrupted", interrupted),
    ("cannot-open", cannotOpen), ("empty", []), ("hostile", hostile), ("layouts", LayoutSamples.journal),
    ("hostile-search", LayoutSamples.hostile), ("contract", contract), ("hostile-contract", hostileContract),
  ]

  /// One of every event.
  static let everyEvent: [JournalEvent] = [
    runStarted, .contract(terms), .waivers(waivers), intake, .intake(IntakeFacts()), accelerator, .planned(plan),
    .bootStarted(BootStarted(boot: "b")),
    .stage(StageReached(boot: "b", stage: "s", seconds: 1.5, detail: nasty)),
    .standstill(Standstill(boot: "b", sentence: nasty, seconds: 2.5, lastLine: nasty, processor: .spinning)),
    finding("a.b", nasty, nil, .passed), finding("a.b", "t", "b", .failed(reason: nasty), remedy: nasty),
    finding("a.b", "t", "b", .skipped(why: nasty), level: .should),
    finding("a.b", "t", "b", .broken(error: nasty), level: .may),
    finding("a.b", "t", "b", .waived(reason: nasty, until: "2026-01-01", by: "me"), notes: ["k": nasty]),
    finding("a.b", "t", "b", .passed, evidence: [Evidence(name: "n", text: nasty), Evidence(name: "n", file: "f")]),
    .trouble(Trouble(boot: nil, code: "timedOut", message: nasty)),
    .bootEnded(BootEnded(boot: "b", seconds: 1, cpuSeconds: 2, cpuShare: 0.5)),
    .bootAdded(LayoutSamples.moved), .bootAdded(LayoutSamples.found), .bootSkipped(BootSkipped(boot: "b", why: nasty)),
    .explained(LayoutSamples.explanation), .interrupted(Interrupted(signal: "SIGTERM")), .runEnded,
  ]

  /// Text that a guest might send to whoever reads the report.
  static let nasty =
    "\u{0}\u{1B}[31mred\u{1B}[0m\u{1B}]0;title\u{7}\u{1B}[2J <script>alert(1)</script> ]]> & \" ' \u{202E}txet\u{202C} \u{9B}31m \u{FFFE} \u{7F}\r\n"
    + "[[ATTACHMENT|/etc/passwd]]\n${jndi:x} \u{1F600} é"

  /// Every text that can come from outside is ``nasty`` or a megabyte long.
  static let hostile: [JournalEntry] = {
    let long = String(repeating: "A<\u{1B}", count: 350_000)
    var facts = IntakeFacts()
    (facts.name, facts.version, facts.uuid, facts.snapshot) = (nasty, nasty, nasty, long)
    (facts.fileSize, facts.volumeSize, facts.blockSize, facts.seconds) = (-1, .max, .min, -.infinity)
    (facts.container, facts.format) = (.zstd, .qcow2)
    facts.stream = StreamFacts(
      guid: long, creationTime: .max, features: Array(repeating: nasty, count: 500), records: [nasty: .min],
      blocks: [long: .max, nasty: 1], length: -1,
      smartOS: Array(repeating: SmartOSRefusal(nasty, long), count: 500))
    let system = FileSystemFacts(kind: nasty, label: long, uuid: nasty)
    let partition = PartitionFacts(
      number: -1, start: .min, size: -5, type: nasty, typeName: long, active: true, name: nasty, fileSystem: system)
    facts.disk = DiskFacts(
      table: .gpt, bootCode: false, partitions: Array(repeating: partition, count: 5000), fileSystem: system,
      problems: Array(repeating: long, count: 100))
    let id = "04-\(nasty)"
    let evidence = [
      Evidence(name: nasty, text: nasty + long), Evidence(name: nasty, file: "../../etc/passwd"),
      Evidence(name: "n", file: "javascript:alert(1)"),
      Evidence(name: "n", file: "boots/\"><script>"), Evidence(name: "n", file: "a]]|b"),
    ]
    return timed([
      .runStarted(RunStarted(version: nasty, arguments: [nasty, long], image: nasty, manifest: nasty, date: nasty)),
      .intake(facts),
      .accelerator(AcceleratorChoice(accelerator: nasty, reason: long, timeoutScale: .nan, hypervisor: nasty)),
      .planned(Plan(seed: .max, boots: [boot(1, .pc, .virtioBlk)])), .bootStarted(BootStarted(boot: id)),
      .stage(StageReached(boot: id, stage: nasty, seconds: .infinity, detail: long)),
      .standstill(
        Standstill(
          boot: id, sentence: long, seconds: .nan, stage: nasty, stageSeconds: .infinity, lastLine: nasty,
          silence: -.infinity, address: nasty, load: .nan, starved: long)),
      finding(nasty, nasty, id, .failed(reason: long), remedy: nasty, evidence: evidence, notes: [nasty: nasty]),
      finding("", "", id, .failed(reason: ""), remedy: long), finding("a", "a", id, .failed(reason: nasty)),
      finding("a", "a", id, .broken(error: nasty)), finding("a", "a", id, .skipped(why: "")),
      finding("a", "a", nil, .waived(reason: nasty, until: nasty, by: nasty), level: .should, notes: [long: long]),
      .trouble(Trouble(boot: id, code: nasty, message: long)), .trouble(Trouble(boot: "image", code: "", message: "")),
      .bootEnded(BootEnded(boot: id, seconds: .nan, cpuSeconds: .infinity, cpuShare: -.nan)), .runEnded,
    ])
  }()
}
