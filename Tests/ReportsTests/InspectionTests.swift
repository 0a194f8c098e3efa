import Foundation
import Model
import Reports
import Testing

@Suite struct InspectionTests {
  private static func facts() -> IntakeFacts {
    var facts = IntakeFacts()
    (facts.name, facts.version, facts.uuid) = ("debian-12", "20260310", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01")
    (facts.sha1, facts.fileSize) = ("4f1c0e2d9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d", 412_345_678)
    (facts.container, facts.format) = (.gzip, .zfs)
    (facts.volumeSize, facts.blockSize, facts.snapshot) = (10 << 30, 8192, "zones/0f3c1c52@final")
    facts.stream = StreamFacts(
      guid: "12345678901234567890", creationTime: 1_773_134_062, features: [], records: ["WRITE": 104_857, "BEGIN": 1],
      blocks: ["plain": 104_857], length: 900_000_000)
    facts.disk = DiskFacts(
      table: .gpt, bootCode: true,
      partitions: [
        PartitionFacts(
          number: 1, start: 1 << 20, size: 1 << 20, type: "21686148-6449-6E6F-744E-656564454649", typeName: "BIOS boot"),
        PartitionFacts(
          number: 15, start: 2 << 20, size: 10_735_304_192, type: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
          typeName: "Linux", active: true, name: "root",
          fileSystem: FileSystemFacts(kind: "ext4", label: "root", uuid: "6a1f5d4e-0c1b-4e7a-9d3c-2b8e7f601234")),
      ])
    facts.seconds = 3.25
    return facts
  }

  private static func bad() -> Inspection {
    var facts = facts()
    facts.snapshot = "zones/\u{1b}[31mred\u{202e}@final"
    facts.stream?.features = ["largeBlocks", "zstd"]
    facts.stream?.bigEndian = true
    facts.stream?.smartOS = [
      SmartOSRefusal("S3", "blocks of 1 MiB; SmartOS takes at most 128 KiB"),
      SmartOSRefusal("S7", "lz4 blocks need the feature lz4_compress", oldPoolsOnly: true),
    ]
    facts.disk?.bootCode = false
    facts.disk?.problems = ["partitions 1 and 15 overlap: sector 4096 belongs to both; partition the disk anew"]
    facts.disk?.notes = ["the protective MBR has 2 entries (hybrid MBR); guests read the GPT"]
    return Inspection(
      image: "image\u{1b}[2J.zfs.gz", facts: facts,
      problems: ["the ZFS stream is damaged: record 7 at byte 9752: the checksum differs"],
      manifest: .init(
        path: "m.json", violations: [.init("uuid", "is 'x'; it must be a UUID")],
        warnings: [.init("homepage", "is missing; say where people find out more about the image")],
        mismatches: ["the volume has 10737418240 bytes, but image_size in the manifest says 9 MiB"]))
  }

  @Test func aGoodImageReadsWell() throws {
    let inspection = Inspection(
      image: "debian-12.zfs.gz", facts: Self.facts(), problems: [], manifest: .init(path: "m.json", violations: []))
    #expect(inspection.good)
    try expectGolden(inspection.text(colour: false, width: 100), "inspect-good.txt")
    try expectGolden(inspection.json() + "\n", "inspect-good.json")
  }

  @Test func aBadImageSaysAllThatIsWrong() throws {
    let inspection = Self.bad()
    #expect(!inspection.good)
    try expectGolden(inspection.text(colour: false, width: 80), "inspect-bad.txt")
    try expectGolden(inspection.json() + "\n", "inspect-bad.json")
  }

  @Test func nothingOfTheImageReachesTheTerminal() throws {
    for text in [Self.bad().text(colour: false, width: 80), try Self.bad().json()] {
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0 == "\u{202e}" || $0 == "\u{a0}" })
    }
    #expect(Self.bad().text(colour: true, width: 80).contains("\u{1b}[1;31m"))
  }

  @Test func theJSONReadsBack() throws {
    let inspection = Self.bad()
    #expect(try JSONDecoder().decode(Inspection.self, from: Data(inspection.json().utf8)) == inspection)
  }

  @Test func anImageOfWhichNothingIsKnownIsBadAndShort() {
    let inspection = Inspection(image: "x", facts: IntakeFacts(), problems: ["the file is empty"])
    #expect(
      inspection.text(colour: false, width: 80) == """
        x

        Wrong with the image
          ✗ the file is empty

        BAD: 1 thing wrong

        """)
  }

  @Test func whatTheFilesAreFoundToBeIsTold() {
    func finding(_ check: String, _ level: Level, _ outcome: Outcome) -> Finding {
      Finding(check: check, title: "", level: level, boot: nil, outcome: outcome)
    }
    func text(_ findings: [Finding]) -> String {
      Inspection(image: "x", facts: Self.facts(), problems: [], findings: findings).text(colour: false, width: 100)
    }
    let should = finding("clean.logs", .should, .failed(reason: "found '/var/log/\u{1b}[2Jx'"))
    let warned = text([should, finding("clean.journal", .should, .passed)])
    #expect(warned.contains("Not clean in the image's files\n  ! clean.logs: found '/var/log/x'"))
    #expect(warned.hasSuffix("GOOD: nothing is wrong with the image\n") && !warned.contains("clean.journal"))
    let wrong = text([should, finding("clean.host-keys", .must, .failed(reason: "found a key"))])
    #expect(wrong.contains("Wrong with the image's files\n  ✗ clean.host-keys: found a key"))
    #expect(wrong.hasSuffix("BAD: 1 thing wrong\n"))
    let broken = text([finding("clean.logs", .should, .broken(error: "it crashed"))])
    #expect(broken.contains("? clean.logs broken: it crashed") && broken.hasSuffix("could not be read\n"))
    let skipped = text(["a", "b"].map { finding("clean.\($0)", .must, .skipped(why: "it is xfs")) })
    #expect(skipped.contains("· 2 checks skipped: it is xfs") && skipped.contains("GOOD"))
  }

  @Test func bootCodeIsNotAskedOfUEFIImages() {
    var facts = Self.facts()
    facts.disk?.bootCode = false
    #expect(!Inspection(image: "x", facts: facts, problems: []).good)
    #expect(Inspection(image: "x", facts: facts, problems: [], needsBootCode: false).good)
  }

  @Test(arguments: [0, 253_402_300_799, 253_402_300_800, .max] as [UInt64])
  func noTimeOfCreationStopsUs(seconds: UInt64) {
    var facts = Self.facts()
    facts.stream?.creationTime = seconds
    facts.volumeSize = -5
    facts.disk?.partitions[0].start = .min
    let text = Inspection(image: "x", facts: facts, problems: []).text(colour: false, width: 80)
    #expect(text.contains(seconds < 253_402_300_800 ? "T" : "\(seconds) seconds after 1970"))
  }
}
