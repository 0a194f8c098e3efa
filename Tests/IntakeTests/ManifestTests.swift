import Foundation
import Model
import Testing

@testable import Intake

/// `fixtures/manifests/NAME.json`: the two valid examples of the reference, section 7.
func example(_ name: String) throws -> JSONValue {
  let path = fixtures.deletingLastPathComponent().appending(path: "manifests/\(name).json")
  return try JSONValue(parsing: [UInt8](Data(contentsOf: path)))
}

extension JSONValue {
  /// This document with the member at `path` (`requirements.min_ram`, `files[0].size`) replaced, or removed when nil.
  func with(_ path: String, _ value: JSONValue?) -> JSONValue {
    var members = object ?? [:]
    if path.hasPrefix("files[0].") {
      members["files"] = .array([(members["files"]?.array?[0] ?? [:]).with(String(path.dropFirst(9)), value)])
    } else if let dot = path.firstIndex(of: ".") {
      let (outer, inner) = (String(path[..<dot]), String(path[path.index(after: dot)...]))
      members[outer] = (members[outer] ?? [:]).with(inner, value)
    } else {
      members[path] = value
    }
    return .object(members)
  }

  /// What comes of reading this document as a manifest, from its bytes.
  var reading: ManifestReading { Manifest.read(Array(text.utf8)) }
}

@Suite struct ManifestTests {
  static let good = Result { try example("kvm-style") }

  @Test(arguments: [("kvm-style", [], ["owner"]), ("bhyve-uefi", ["public", "files[0].dataset_guid"], [])])
  func theReferencesExamplesAreValid(name: String, warned: [String], noted: [String]) throws {
    let reading = try example(name).reading
    #expect(reading.violations == [])
    #expect(reading.warnings.map(\.field) == warned)
    #expect(reading.notes.map(\.field) == noted)
    #expect(reading.manifest != nil)
  }

  @Test func theValuesAreThere() throws {
    let manifest = try #require(try example("kvm-style").reading.manifest)
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
    #expect((manifest.brand, manifest.bootrom) == (nil, nil))
    let other = try #require(try example("bhyve-uefi").reading.manifest)
    #expect(other.brand == "bhyve")
    #expect(other.bootrom == "uefi")
    #expect(other.file.datasetGUID == nil)
  }

  @Test func allViolationsComeAtOnce() throws {
    var document = try Self.good.get()
    for (path, value) in [
      ("uuid", "X"), ("os", "Linux"), ("image_size", 0), ("files[0].sha1", "abc"), ("requirements.disk", 1),
      ("requirements.min_ram", "1"), ("kernel_args", "x"),
    ] as [(String, JSONValue)] { document = document.with(path, value) }
    #expect(
      document.reading.violations.map(\.field) == [
        "uuid", "os", "image_size", "kernel_args", "files[0].sha1", "requirements.min_ram", "requirements.disk",
      ])
    #expect(document.reading.manifest == nil)
  }

  @Test func aValueThatBreaksOnlyItsFormIsKept() throws {
    let reading = try Self.good.get().with("name", "a (b)").reading
    #expect(reading.manifest?.name == "a (b)")
    #expect(reading.violations.count == 1)
  }

  @Test func textThatIsANumberPassesAsInIMGAPI() throws {
    let reading = try Self.good.get().with("v", "2").with("image_size", "10240").reading
    #expect(reading.violations == [])
    #expect(reading.manifest?.imageSize == .gibibytes(10))
    #expect(reading.warnings.map(\.field) == ["v", "image_size"])
  }

  @Test func onlyTheTypeIsSaidOfAnImageOfAnotherType() throws {
    var document = try Self.good.get().with("type", "docker")
    for field in ["nic_driver", "disk_driver", "cpu_type", "image_size"] { document = document.with(field, nil) }
    #expect(document.reading.violations.map(\.field) == ["type"])
    #expect(document.reading.manifest == nil)
  }

  // MARK: Hostile documents

  @Test func hostileTextIsEscapedAndBounded() throws {
    let nasty = "\u{1b}[2J\u{202e}\u{0}" + String(repeating: "x", count: 9000)
    let document = try Self.good.get().with("name", .string(nasty)).with(nasty, 1).with(
      "requirements", .object([nasty: 1]))
    let messages = document.reading.violations.map { "\($0.field) \($0.message)" }
    #expect(messages.count == 4)
    for message in messages {
      #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 && !$0.properties.isBidiControl })
      #expect(message.utf8.count < 1000)
    }
    #expect(messages[0].contains(#"\u{1b}[2J\u{202e}\u{0}xxx"#))
  }

  @Test(arguments: ["", "not json", "{\"v\": 2", "[1,2]", "\"text\"", "\u{0}", "\u{feff}{}", "{} {}", "{\"v\": 1e999}"])
  func noJSONObjectIsAViolation(text: String) {
    let reading = Manifest.read(Array(text.utf8))
    #expect(reading.violations.map(\.field) == ["manifest"])
    #expect(reading.manifest == nil)
  }

  @Test func badJSONIsShownWithItsPlace() {
    let message = Manifest.read(Array("{\n  \"v\": 2,\n  \"uuid\" 1\n}".utf8)).violations.first?.message
    #expect(message?.contains("no colon behind a name (line 3, byte 10)") == true, "\(message ?? "")")
  }

  @Test(arguments: ["[", "{\"a\":", "[{\"a\":["]) func deepNestingIsAViolation(opening: String) {
    let text = String(repeating: opening, count: Manifest.sizeLimit / opening.utf8.count)
    let reading = Manifest.read(Array(text.utf8))
    #expect(reading.violations.map(\.field) == ["manifest"])
    #expect(reading.violations.first?.message.contains("nested too deeply") == true)
  }

  @Test func aDocumentOfManySmallValuesIsReadQuickly() throws {
    let text = "{\"tags\": {\"a\": [" + String(repeating: "[],", count: 340_000) + "1]}}"
    #expect(text.utf8.count < Manifest.sizeLimit)
    let clock = ContinuousClock.now
    let reading = Manifest.read(Array(text.utf8))
    #expect(ContinuousClock.now - clock < .seconds(20))
    #expect(reading.violations.contains { $0.field == "tags" && $0.message.contains("102400") })
  }

  @Test func thousandsOfUnknownFieldsAreCounted() throws {
    let many = (0..<5000).map { ("field-\($0)", JSONValue.null) }
    let document = JSONValue.object(try Self.good.get().object!.merging(many) { $1 })
    let violations = document.reading.violations
    #expect(violations.count == 17)
    #expect(violations.last?.message == "has 4984 more members that are not known")
  }

  @Test func aFieldThatStandsThereTwiceIsAViolation() {
    let text = "{\"name\": \"a\",\n\"name\": \"b\", \"tags\": {\"\u{1b}\": 1, \"\u{1b}\": 2}}"
      .replacing("\u{1b}", with: "\\u001b")
    let twice = Manifest.read(Array(text.utf8)).violations.filter { $0.message.contains("appears again") }
    #expect(twice.map(\.field) == ["name", #"'\u{1b}'"#])
    #expect(twice.first?.message.contains("line 2") == true)
  }

  @Test func hugeNumbersAreRefused() throws {
    for number in ["9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e300", "0.5"] {
      for field in ["image_size", "v", "files[0].size", "requirements.min_ram", "requirements.max_ram"] {
        let document = try Self.good.get().with(field, "@")
        let text = document.text.replacing("\"@\"", with: number)
        let reading = Manifest.read(Array(text.utf8))
        let said = (reading.violations + reading.warnings).map(\.field)
        #expect(said.contains(field), "\(field) \(number)")
      }
    }
  }

  /// Damaged copies of the examples: whatever comes of them, what is said of them is fit for a terminal.
  @Test(arguments: ["kvm-style", "bhyve-uefi"]) func damagedManifestsAreJudged(name: String) throws {
    let path = fixtures.deletingLastPathComponent().appending(path: "manifests/\(name).json")
    let good = [UInt8](try Data(contentsOf: path))
    var state: UInt64 = 42
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let pieces = [
      "null", "-1", "1e308", "[", "}", "\"", "\\u0000", "{\"a\":1}", "9223372036854775807", "true", ",", "",
    ]
    for _ in 0..<2000 {
      var bytes = good
      for _ in 0...random(3) {
        let at = random(bytes.count)
        if random(2) == 0 {
          bytes[at] = UInt8(random(256))
        } else {
          bytes.replaceSubrange(at..<min(bytes.count, at + random(12)), with: pieces[random(pieces.count)].utf8)
        }
      }
      let reading = Manifest.read(bytes)
      for said in reading.violations + reading.warnings + reading.notes {
        #expect("\(said.field)\(said.message)".unicodeScalars.allSatisfy { $0.value >= 0x20 })
      }
      #expect(reading.manifest != nil || !reading.violations.isEmpty)
    }
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
