import Foundation
import Intake
import Model
import Testing

@Suite struct ManifestTests {
  /// The example of the reference, section 7.
  static let good: JSONValue = [
    "v": 2, "uuid": "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01", "owner": "00000000-0000-0000-0000-000000000000",
    "name": "debian-12", "version": "20260310", "type": "zvol", "os": "linux",
    "files": [
      [
        "sha1": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "size": 612_345_678, "compression": "gzip",
        "dataset_guid": "12305893021877563921",
      ]
    ],
    "requirements": ["networks": [["name": "net0", "description": "public"]], "ssh_key": true, "min_ram": 512],
    "users": [["name": "root"]], "nic_driver": "virtio", "disk_driver": "virtio", "cpu_type": "host",
    "image_size": 10240,
  ]

  private func reading(_ change: (inout [String: JSONValue]) -> Void) -> ManifestReading {
    var object = Self.good.object!
    change(&object)
    return Manifest.read(Array(JSONValue.object(object).text.utf8))
  }

  private func file(_ change: [String: JSONValue?]) -> ManifestReading {
    reading { object in
      var file = object["files"]!.array![0].object!
      for (key, value) in change { file[key] = value }
      object["files"] = .array([.object(file)])
    }
  }

  @Test func theReferencesExampleIsValid() throws {
    let reading = reading { _ in }
    #expect(reading.violations == [])
    let manifest = try #require(reading.manifest)
    #expect(manifest.uuid == "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01")
    #expect(manifest.name == "debian-12")
    #expect(manifest.imageSize == .gibibytes(10))
    #expect(manifest.file.sha1 == "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")
    #expect(manifest.file.size == 612_345_678)
    #expect(manifest.file.compression == .gzip)
    #expect(manifest.file.datasetGUID == 12_305_893_021_877_563_921)
    #expect(manifest.minimumRAM == .mebibytes(512))
    #expect(manifest.users == ["root"])
    #expect(manifest.json["owner"] == "00000000-0000-0000-0000-000000000000")
  }

  /// Field, the value that breaks its rule (nil: missing), and a word of the message.
  static let broken: [(String, JSONValue?, String)] = [
    ("v", nil, "missing"), ("v", 0, "is 0"), ("v", "", "''"), ("v", true, "true"),
    ("uuid", "0F3C1C52-5A3E-4C6E-9D43-7A4F2B1E6C01", "lower-case"), ("uuid", nil, "missing"), ("uuid", 7, "is 7"),
    ("uuid", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c0", "UUID"), ("uuid", "0f3c1c525a3e4c6e9d437a4f2b1e6c01", "UUID"),
    ("name", "debian-12 (bookworm)", "letters"), ("name", "", "letters"), ("name", nil, "missing"),
    ("name", 12, "string"),
    ("version", "12:20260310", "'12:20260310'"), ("version", nil, "missing"),
    ("type", "zvol-dataset", "one of"), ("type", "docker", "zvol"), ("type", nil, "missing"),
    ("os", "Linux", "'Linux'"), ("os", nil, "missing"),
    ("nic_driver", nil, "missing"), ("disk_driver", nil, "missing"), ("cpu_type", 5, "is 5"),
    ("image_size", "10G", "'10G'"), ("image_size", 0, "is 0"), ("image_size", -5, "-5"), ("image_size", nil, "missing"),
    ("image_size", 9_000_000_000_000, "MiB"),
    ("users", ["root"], "root"), ("users", "root", "'root'"),
    ("requirements", [], "object"),
    ("files", nil, "missing"), ("files", [], "0 entries"), ("files", [1], "exactly one"), ("files", "x", "'x'"),
  ]

  @Test(arguments: broken.indices) func aBrokenRuleIsNamed(index: Int) {
    let (field, value, word) = Self.broken[index]
    let reading = reading { $0[field] = value }
    #expect(reading.violations.map(\.field) == [field])
    #expect(reading.violations.first?.message.contains(word) == true, "\(reading.violations)")
  }

  @Test func theFileIsHeldToItsRules() {
    #expect(file(["sha1": "2FD4"]).violations.map(\.field) == ["files[0].sha1"])
    #expect(file(["sha1": nil]).violations.map(\.field) == ["files[0].sha1"])
    #expect(file(["size": 0]).violations.map(\.field) == ["files[0].size"])
    #expect(file(["size": 21_474_836_481]).violations.map(\.field) == ["files[0].size"])
    #expect(file(["compression": "gz"]).violations.map(\.field) == ["files[0].compression"])
    let xz = file(["compression": "xz"])
    #expect(xz.violations.first?.message.contains("valid, but imgverify does not unpack it yet") == true)
    #expect(xz.manifest?.file.compression == .xz)
    #expect(file(["compression": "none"]).violations == [])
  }

  @Test func twoFilesAreOneTooMany() {
    let reading = reading { $0["files"] = .array($0["files"]!.array! + $0["files"]!.array!) }
    #expect(reading.violations.map(\.message).first?.contains("2 entries") == true)
  }

  @Test func allViolationsComeAtOnce() {
    let reading = reading {
      $0["uuid"] = "X"
      $0["os"] = "Linux"
      $0["image_size"] = 0
    }
    #expect(reading.violations.map(\.field) == ["uuid", "os", "image_size"])
    #expect(reading.manifest == nil)
  }

  @Test func aValueThatBreaksOnlyItsFormIsKept() {
    let reading = reading { $0["name"] = "a (b)" }
    #expect(reading.manifest?.name == "a (b)")
    #expect(reading.violations.count == 1)
  }

  @Test func theVersionAsTextPassesAsInIMGAPI() {
    #expect(reading { $0["v"] = "2" }.violations == [])
    #expect(reading { $0["image_size"] = "10240" }.manifest?.imageSize == .gibibytes(10))
  }

  @Test func hostileTextIsEscapedAndBounded() throws {
    let reading = reading { $0["name"] = .string("\u{1b}[2J\u{202e}" + String(repeating: "x", count: 9000)) }
    let messages = reading.violations.map(\.message).joined()
    #expect(messages.contains(#"\u{1b}[2J\u{202e}xxx"#))
    #expect(!messages.contains("\u{1b}"))
    #expect(messages.utf8.count < 1000)
  }

  @Test(arguments: ["", "not json", "{\"v\": 2", "[1,2]", "\"text\"", "\u{0}"]) func noJSONObjectIsAViolation(
    text: String
  ) {
    let reading = Manifest.read(Array(text.utf8))
    #expect(reading.violations.map(\.field) == ["manifest"])
    #expect(reading.manifest == nil)
  }

  @Test func deepNestingIsAViolation() {
    let text = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(Manifest.read(Array(text.utf8)).violations.map(\.field) == ["manifest"])
  }

  @Test func aMissingManifestCannotBeOpened() {
    let error = #expect(throws: VerifyError.self) { try Manifest.read(path: "/no/such/manifest.json") }
    #expect(error?.code == .cannotOpen)
    #expect(error?.message.contains("/no/such/manifest.json") == true)
  }

  @Test func aHugeManifestIsNotRead() async throws {
    try await withScratch { folder in
      let path = folder.appending(path: "m.json")
      try Data(repeating: 0x20, count: Manifest.sizeLimit + 1).write(to: path)
      #expect(try Manifest.read(path: path.path).violations.map(\.field) == ["manifest"])
    }
  }
}
