import Intake
import Model
import Testing

@testable import Checks

/// The checks of the image as a whole: each with an input that it refuses and one that it passes.
struct ImageCheckTests {
  private func manifest(_ requirements: JSONValue) throws -> Manifest {
    let document: JSONValue = [
      "v": 2, "uuid": "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01", "owner": "00000000-0000-0000-0000-000000000000",
      "name": "n", "version": "1", "type": "zvol", "os": "linux", "requirements": requirements,
      "files": [["sha1": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "size": 1, "compression": "gzip"]],
      "nic_driver": "virtio", "disk_driver": "virtio", "cpu_type": "host", "image_size": 1,
    ]
    return try #require(Manifest.read(Array(document.text.utf8)).manifest)
  }

  private func reason(_ judgement: Judgement) -> String? {
    if case .failed(let reason) = judgement.outcome { return reason }
    return nil
  }

  @Test func aManifestIsValidWhenNoRuleIsBroken() {
    var reading = ManifestReading(manifest: nil, violations: [])
    reading.notes = [ManifestViolation("owner", "is the zero UUID")]
    #expect(ManifestValid.judge(reading).outcome == .passed)
    #expect(ManifestValid.judge(reading).notes == ["owner": "is the zero UUID"])
    reading.violations = [.init("uuid", "is 'X'"), .init("os", "is 'Linux'")]
    let judgement = ManifestValid.judge(reading)
    #expect(reason(judgement) == "uuid: is 'X' (and 1 more)")
    #expect(judgement.evidence.first?.text == "uuid: is 'X'\nos: is 'Linux'")
  }

  @Test func adviceIsAWarning() {
    #expect(ManifestAdvice.info.level == .should)
    #expect(ManifestAdvice.judge([]).outcome == .passed)
    #expect(reason(ManifestAdvice.judge([.init("v", "is '2'")])) == "v: is '2'")
    #expect(ImageAdvice.info.level == .should)
    #expect(ImageAdvice.judge([]).outcome == .passed)
    #expect(reason(ImageAdvice.judge(["not packed"])) == "not packed")
  }

  @Test func aHybridImageNamesNeitherBrandNorROM() throws {
    #expect(ManifestHybrid.info.level == .should)
    #expect(ManifestHybrid.judge(try manifest(["min_ram": 512])).outcome == .passed)
    let bhyve = ManifestHybrid.judge(try manifest(["brand": "bhyve", "bootrom": "uefi"]))
    #expect(
      reason(bhyve)
        == "requirements.brand: is 'bhyve'; requirements.bootrom: is 'uefi': the image is not hybrid")
    let kvm = ManifestHybrid.judge(try manifest(["brand": "k\u{1b}vm"]))
    #expect(reason(kvm) == #"requirements.brand: is 'k\u{1b}vm': the image is not hybrid"#)
  }

  @Test func theDigestIsTheManifests() {
    #expect(ImageDigest.judge(nil).outcome == .passed)
    #expect(reason(ImageDigest.judge("has 5 bytes")) == "has 5 bytes")
  }

  @Test func theStreamIsWholeAndTheManifests() {
    var facts = IntakeFacts()
    (facts.container, facts.format, facts.blockSize) = (.xz, .zfs, 8192)
    let good = ImageStream.judge([], facts)
    #expect(good.outcome == .passed)
    #expect(good.notes == ["container": "xz", "format": "zfs", "block size": "8192"])
    let bad = ImageStream.judge(["damaged", "another size"], IntakeFacts())
    #expect(reason(bad) == "damaged (and 1 more)")
    #expect(bad.evidence.first?.text == "damaged\nanother size")
    #expect(bad.notes == [:])
  }

  @Test func aStreamOfOpenZFSAloneDoesNotInstallOnSmartOS() {
    var facts = IntakeFacts()
    facts.format = .zfs
    #expect(ImageSmartOS.judge(facts).outcome == .skipped(why: "the stream could not be read to its end"))
    facts.stream = StreamFacts(guid: "1", creationTime: 0, length: 1)
    #expect(ImageSmartOS.judge(facts).outcome == .passed)
    facts.stream?.smartOS = [
      SmartOSRefusal("S7", "blocks of 1 MiB", oldPoolsOnly: true), SmartOSRefusal("S7", "lz4", oldPoolsOnly: true),
    ]
    let old = ImageSmartOS.judge(facts)
    #expect(old.outcome == .passed)
    #expect(old.notes == ["S7": "on old pools: blocks of 1 MiB; on old pools: lz4"])
    facts.stream?.smartOS += [SmartOSRefusal("S1", "feature bit 25 (zstd)"), SmartOSRefusal("S3", "zstd blocks")]
    let bad = ImageSmartOS.judge(facts)
    #expect(reason(bad) == "would not install on SmartOS: S1 feature bit 25 (zstd) (and 1 more)")
    #expect(bad.notes.keys.sorted() == ["S7"])
  }

  @Test(arguments: [ImageFormat.raw, .qcow2]) func otherDisksAreNotForSmartOS(format: ImageFormat) {
    var facts = IntakeFacts()
    facts.format = format
    guard case .skipped(let why) = ImageSmartOS.judge(facts).outcome else {
      Issue.record("not skipped")
      return
    }
    #expect(why.contains("\(format.rawValue) disk") && why.contains("imgverify pack"))
  }

  private static let linux = PartitionFacts(
    number: 1, start: 1 << 20, size: 62 << 20, type: "83", typeName: "Linux", active: true,
    fileSystem: FileSystemFacts(kind: "ext4", label: "root", uuid: "8a1c"))

  @Test func aDiskHasASoundTableAndBootCode() {
    let good = ImagePartitions.judge(DiskFacts(table: .mbr, bootCode: true, partitions: [Self.linux]), bootrom: nil)
    #expect(good.outcome == .passed)
    #expect(good.notes == ["table": "mbr"])
    #expect(
      good.evidence.first?.text
        == """
        table: mbr
        boot code: yes
        1: from byte 1048576, 62.0 MiB, type 83 (Linux) active - ext4 'root' 8a1c
        """)
    #expect(ImagePartitions.judge(nil, bootrom: nil).outcome == .skipped(why: "no disk was rebuilt"))
  }

  @Test func problemsOfTheTableFail() {
    let disk = DiskFacts(table: .gpt, bootCode: true, problems: ["the backup header is damaged", "2 overlaps 1"])
    let judgement = ImagePartitions.judge(disk, bootrom: nil)
    #expect(reason(judgement) == "the backup header is damaged (and 1 more)")
    #expect(judgement.notes["BIOS boot partition"]?.contains("GRUB") == true)
  }

  @Test func aDiskWithoutBootCodeFailsUnlessItIsForUEFI() {
    let bare = DiskFacts(table: .mbr, bootCode: false, partitions: [Self.linux])
    #expect(reason(ImagePartitions.judge(bare, bootrom: nil))?.contains("no boot code") == true)
    #expect(reason(ImagePartitions.judge(bare, bootrom: "bios"))?.contains("no boot code") == true)
    let uefi = ImagePartitions.judge(bare, bootrom: "uefi")
    #expect(uefi.outcome == .passed)
    #expect(uefi.notes["boot code"] != nil)
    let empty = ImagePartitions.judge(DiskFacts(table: .none, bootCode: false), bootrom: nil)
    #expect(reason(empty)?.contains("neither a partition table nor boot code") == true)
  }

  @Test func anInactivePartitionIsOnlyNoted() {
    var partition = Self.linux
    partition.active = false
    let judgement = ImagePartitions.judge(
      DiskFacts(table: .mbr, bootCode: true, partitions: [partition]), bootrom: nil)
    #expect(judgement.outcome == .passed)
    #expect(judgement.notes["active"]?.contains("SeaBIOS") == true)
  }

  @Test func allAreInTheCatalogue() {
    #expect(
      BuiltIn.imageChecks.map { $0.info.id } == [
        "manifest.valid", "manifest.advice", "manifest.hybrid", "image.digest", "image.stream", "image.advice",
        "image.smartos", "image.partitions",
      ])
    for check in BuiltIn.imageChecks {
      #expect(check.info.title.count <= 80 && !check.info.remedy.isEmpty && !check.info.description.isEmpty)
    }
  }
}
