import Model

/// `report.xml`: JUnit in the dialect that Jenkins reads (`fixtures/junit-jenkins.xsd`), which GitLab, GitHub's test
/// reporters and Buildkite read, too.
///
/// Shape: a suite `image`, then one for each boot of the plan; a test case is one check, `imgverify.<boot>` its class.
///
/// | finding | element | why |
/// |---|---|---|
/// | *must*, failed | `<failure>` | the image is bad |
/// | *must*, broken | `<error>` | we could not tell |
/// | *must*, flaky | `<error type="flaky">` | each of its boots contradicts another |
/// | *should*, failed, broken or flaky | `<skipped message="warning: …">` | CI shows skipped tests with their message and does not gate on them; the output of a passed test nobody sees |
/// | *may*, failed, broken or flaky | `<skipped message="note: …">` | the same |
/// | waived | `<skipped message="waived …">` | |
/// | skipped | `<skipped>` | |
/// | any of ``Report/doubts`` | test case `harness` with `<error>` | |
/// | bad in a boot for compatibility | `<skipped message="compatibility: …">` | told, and not gated on |
/// | trouble of a boot for compatibility | test case `harness` with `<skipped message="compatibility: …">` | the same |
/// | bad, or a trouble, in a trial | `<skipped message="trial: …">` | the same |
/// | of a boot that searched for a cause | none | it repeats a failure that stands in the file; suites that come and go with each search would spoil the history that CI keeps of its tests |
///
/// What a search found stands in the text of the failure that it explains, with the boots that prove it, and as property
/// `explanation.<check>` of that boot's suite; the boots that it took are named by the property `search.boots` of suite
/// `image`, their troubles by `search.troubles`, and what failed only there by `search.failed`.
///
/// So the file holds a `<failure>` or an `<error>` exactly when the exit code is not 0.
extension Report {
  /// - Parameter folder: Absolute path of the output folder. The attachments plug-in wants absolute paths, each alone on
  ///   its line; without it the paths stay relative to the output folder.
  package func junit(folder: String? = nil) -> String {
    let doubts = self.doubts
    var suites = [Suite(name: "image", findings: findings, doubts: doubts.filter { $0.boot == nil })]
    suites[0].seconds = image.seconds ?? findings.reduce(0) { $0 + $1.seconds }
    suites[0].offset = 0
    suites[0].properties = imageProperties
    let asides = self.asides
    let problems =
      [.rejects, .doubtful, .warns, .informs].flatMap { self.problems($0) } + compatibilityProblems + trialProblems
    for boot in boots where boot.purpose != .search {
      let troubles = (boot.purpose == .gate ? doubts : asides).filter { $0.boot == boot.id }
      var suite = Suite(name: boot.id, findings: boot.findings, doubts: troubles)
      suite.purpose = boot.purpose
      suite.seconds = boot.seconds
      suite.offset = boot.started
      suite.host = boot.boot?.instance.hostname
      suite.properties = properties(of: boot)
      suite.clues = clues(to: problems, in: boot.id)
      suites.append(suite)
    }
    var names = UniqueNames()
    for index in suites.indices { suites[index].name = names.unique(inert(suites[index].name)) }
    var xml = XMLWriter()
    xml.element(
      "testsuites",
      [
        ("name", "imgverify"), ("tests", "\(suites.reduce(0) { $0 + $1.tests })"),
        ("failures", "\(suites.reduce(0) { $0 + $1.failures })"),
        ("errors", "\(suites.reduce(0) { $0 + $1.errors })"), ("skipped", "\(suites.reduce(0) { $0 + $1.skipped })"),
        ("time", decimal(seconds)),
      ]
    ) { xml in
      for suite in suites { suite.write(to: &xml, started: run?.date, folder: folder) }
    }
    return xml.text
  }

  private var imageProperties: [(String, String?)] {
    [
      ("imgverify.version", run?.version), ("imgverify.verdict", verdict.rawValue),
      ("imgverify.exitCode", "\(verdict.exitCode)"), ("imgverify.sentence", sentence),
      ("imgverify.arguments", run?.arguments.joined(separator: " ")), ("seed", seed.map { "\($0)" }),
      ("image.file", run?.image), ("image.manifest", run?.manifest), ("image.name", image.name),
      ("image.version", image.version), ("image.uuid", image.uuid), ("image.sha1", image.sha1),
      ("image.fileSize", image.fileSize.map { "\($0)" }), ("image.volumeSize", image.volumeSize.map { "\($0)" }),
      ("image.container", image.container?.rawValue), ("image.format", image.format?.rawValue),
      ("image.blockSize", image.blockSize.map { "\($0)" }), ("image.snapshot", image.snapshot),
      ("image.stream.guid", image.stream?.guid), ("image.stream.features", image.stream?.peculiarities),
      ("image.disk", image.disk.map { cleaned($0.summary, atMost: 4 << 10, lines: false) }),
      ("hypervisor", accelerator?.hypervisor),
      ("accelerator", accelerator?.accelerator), ("accelerator.reason", accelerator?.reason),
      ("timeoutScale", accelerator.map { "\($0.timeoutScale)" }), ("profile", terms?.profile),
      ("waivers.idle", idleWaivers.prefix(64).joined(separator: "; ")),
    ] + searchProperties
  }

  /// The search's boots, and every explanation that belongs to no suite.
  private var searchProperties: [(String, String?)] {
    let search = boots(.search)
    let ids = Set(search.map(\.id))
    let suites = Set(boots.lazy.filter { $0.purpose != .search }.map(\.id))
    let troubles = asides.filter { $0.boot.map(ids.contains) ?? false }.prefix(32).map(oneLine)
    return [
      ("search.boots", search.prefix(256).map(\.id).joined(separator: ", ")),
      ("search.troubles", troubles.joined(separator: "; ")),
      ("search.failed", searchProblems.prefix(64).map(\.check).joined(separator: ", ")),
    ] + explanations.filter { !$0.boots.contains(where: suites.contains) }.map { ("explanation.\($0.check)", $0.text) }
  }

  /// By check, what is known of why it fails in this boot: `cause: …`, `when: …`.
  private func clues(to problems: [Problem], in boot: String) -> [String: [String]] {
    var clues: [String: [String]] = [:]
    for problem in problems where problem.boots.contains(boot) {
      let known = explanations(of: problem.check, in: [boot]).map { "\($0.label): \($0.text)" }
      let pattern = pattern(of: problem).map { ["when: \($0)"] } ?? []
      clues[problem.check, default: []] += known + pattern
    }
    return clues
  }

  private func properties(of report: BootReport) -> [(String, String?)] {
    var properties: [(String, String?)] = [("seed", seed.map { "\($0)" }), ("accelerator", accelerator?.accelerator)]
    if let boot = report.boot { properties += boot.facts.map { ($0.name, $0.value) } }
    properties += explanations.filter { $0.boots.contains(report.id) }.map { ("explanation.\($0.check)", $0.text) }
    if let boot = report.boot { properties += boot.choices.map { ("layout.\($0.name)", $0.value) } }
    properties += [
      ("boot.lastStage", report.lastStage), ("boot.stages", report.standstill.map { _ in report.way }),
      ("boot.standstill", report.standstill?.sentence),
    ]
    if let ended = report.ended {
      properties += [("boot.cpuSeconds", decimal(ended.cpuSeconds)), ("boot.cpuShare", decimal(ended.cpuShare))]
    }
    return properties
  }
}
