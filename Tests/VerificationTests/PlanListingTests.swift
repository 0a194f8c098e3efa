import Hypervisors
import Model
import Planning
import Testing
import Verification

@Suite struct PlanListingTests {
  let axes = Axes.qemu(minimumMemory: nil, maximumCPUs: 1)

  private func listed(_ wishes: PlanWishes) throws -> (plan: Plan, lines: [String]) {
    let plan = try makePlan(wishes, axes: axes)
    let text = planTable(plan, audit: CoverageAudit(plan, axes: axes))
    return (plan, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }

  @Test func aPlanHasALineForEachBoot() throws {
    let (plan, lines) = try listed(PlanWishes(seed: 42))
    #expect(lines[0] == "seed 42, 8 boots")
    #expect(lines[2].hasPrefix("boot ") && lines[2].contains("  new        machine  "))
    for (boot, line) in zip(plan.boots, lines.dropFirst(3)) {
      #expect(line.hasPrefix(boot.id))
      #expect(line.contains("  \(boot.covers?.combinations ?? -1) value"))
      #expect(line.contains(boot.layout.bootDisk.model.rawValue) && line.contains(boot.layout.choices["nic.mac"]!))
    }
    #expect(lines[3].hasPrefix("01-smartos-kvm ") && lines[3].contains("  28 values  "))
    #expect(lines[3].contains("uhci, platform 2014"))
    #expect(lines[9].contains("continues 01-smartos-kvm"))
    #expect(lines[10].contains("new instance on the disk of 01-smartos-kvm"))
    #expect(lines.last == "covers all 72 values that can be (checked); 0 are ruled out by constraints")
    #expect(lines.allSatisfy { !$0.hasSuffix(" ") })
  }

  @Test func aPlanThatWasCutSaysWhatIsMissing() throws {
    let (plan, lines) = try listed(PlanWishes(seed: 42, coverage: .pairs, boots: 3, moves: false))
    let audit = try #require(CoverageAudit(plan, axes: axes))
    let gone = audit.missing.count
    #expect(lines[0] == "seed 42, 3 boots, and 3 for compatibility, which cover nothing and decide nothing")
    #expect(lines.contains("\(gone) are missing, such as:"))
    #expect(Array(lines.suffix(3)) == audit.missing.prefix(3).map { "  \($0[0]) + \($0[1])" })
    let all = audit.possible
    #expect(
      lines.contains(
        "covers \(all - gone) of \(all) pairs that can be (checked); \(audit.impossible) are ruled out by constraints"))
  }

  @Test func metadataFaultsAreListed() throws {
    var wishes = PlanWishes(seed: 42)
    wishes.metadataFaults = [.silent, .late(seconds: 90)]
    let (_, lines) = try listed(wishes)
    #expect(lines[0].hasSuffix("boots, and 2 with metadata that misbehaves, which cover nothing and decide nothing"))
    #expect(lines.contains { $0.contains("-mdata-silent ") && $0.contains("metadata silent") })
    #expect(lines.contains { $0.contains("-mdata-late ") && $0.contains("metadata late=90") })
    wishes.metadataFaultsDecide = true
    #expect(try listed(wishes).1[0].hasSuffix("boots"))
  }

  @Test func axesAreListedWithTheirReasons() {
    let text = axesText(axes)
    for axis in axes.axes { #expect(text.contains(axis.title)) }
    for constraint in axes.constraints { #expect(text.contains(constraint.because)) }
    for profile in axes.profiles + axes.compatibility { #expect(text.contains("  \(profile.name)\n")) }
    #expect(text.contains("pc (3), q35 (2), pc-i440fx-2.4, pc-q35-2.6"))
    #expect(text.contains("  disk.slot=4 + nics=2 + nic.slot=3 + nic.place=slots\n"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 130 })
  }

  /// The devices of each compatibility machine, as QEMU is asked for them; 7.2 starts all three.
  @Test func compatibilityMachinesAreLaunched() throws {
    let plan = try makePlan(PlanWishes(seed: 1, compatibility: true), axes: axes)
    let devices = plan.boots.filter { $0.purpose == .compatibility }.map { boot in
      let files = LaunchFiles(disk: "/s/disk.qcow2", extraDisk: "/s/extra.qcow2", folder: "/s")
      return qemuLaunch(boot, files: files, accelerator: .tcg).arguments.filter {
        $0.contains("disk0,boot") || $0.contains("ahci0,addr") || $0.contains("nic0")
      }.map { $0.split(separator: ",mac=").first.map(String.init) ?? $0 }
    }
    #expect(
      devices == [
        ["ide-hd,bus=ide.0,id=bootdisk,drive=disk0,bootindex=0", "e1000,id=nic0,netdev=net0"],
        [
          "ich9-ahci,id=ahci0,addr=4", "ide-hd,bus=ahci0.0,id=bootdisk,drive=disk0,bootindex=0",
          "e1000,id=nic0,netdev=net0",
        ],
        ["nvme,id=bootdisk,drive=disk0,bootindex=0,serial=NVME0,addr=4", "virtio-net-pci,id=nic0,netdev=net0"],
      ])
  }
}
