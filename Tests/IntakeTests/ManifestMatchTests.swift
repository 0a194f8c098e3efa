import Intake
import Model
import Testing

@Suite struct ManifestMatchTests {
  /// The facts that fit the KVM-style example.
  private static func facts(_ change: (inout IntakeFacts) -> Void = { _ in }) -> IntakeFacts {
    var facts = IntakeFacts()
    facts.sha1 = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12"
    facts.fileSize = 612_345_678
    (facts.container, facts.format) = (.gzip, .zfs)
    (facts.volumeSize, facts.blockSize) = (10240 << 20, 8192)
    facts.stream = StreamFacts(guid: "12305893021877563921", creationTime: 0, length: 1)
    change(&facts)
    return facts
  }

  private func match(
    _ facts: IntakeFacts, problems: [String] = [], _ change: (JSONValue) -> JSONValue = { $0 }
  ) throws -> ManifestMatch {
    let manifest = try #require(change(try ManifestTests.good.get()).reading.manifest)
    let taken = Intaken(facts: facts, problems: problems, disk: "/disk")
    return Intake.match(taken, image: "a\u{1b}b.zfs.gz", manifest: manifest)
  }

  @Test func whatFitsFits() throws {
    let match = try match(Self.facts())
    #expect(match == ManifestMatch())
    #expect(match.isGood)
  }

  @Test func whatIntakeDidNotGetToIsNotCompared() throws {
    #expect(try match(IntakeFacts()) == ManifestMatch())
  }

  @Test func sizeAndDigestAreThoseOfTheFile() throws {
    let other = try match(Self.facts { ($0.fileSize, $0.sha1) = (5, String(repeating: "a", count: 40)) })
    let problem = try #require(other.digestProblem)
    #expect(problem.contains("has 5 bytes where the manifest says 612345678"))
    #expect(problem.contains("has the SHA-1 \(String(repeating: "a", count: 40)) where the manifest says '2fd4"))
    #expect(problem.hasPrefix(#"'a\u{1b}b.zfs.gz' has"#))
    #expect(other.streamProblems == [])
    #expect(!other.isGood)
    #expect(try match(Self.facts { $0.fileSize = 5 }).digestProblem?.contains("SHA-1") == false)
  }

  static let containers = Container.allCases.flatMap { a in Manifest.Compression.allCases.map { (a, $0) } }

  @Test(arguments: containers) func theContainerIsTheOneOfTheManifest(
    container: Container, compression: Manifest.Compression
  ) throws {
    let match = try match(Self.facts { $0.container = container }) {
      $0.with("files[0].compression", .string(compression.rawValue))
    }
    let said = (match.streamProblems + match.warnings).joined()
    if container.rawValue == compression.rawValue {
      #expect(match == ManifestMatch())
    } else if container == .none, compression == .gzip {
      // gzip -cdfq lets it through.
      #expect(match.isGood)
      #expect(match.warnings.count == 1)
      #expect(said.contains("is not packed") && said.contains("says gzip"))
    } else {
      #expect(match.streamProblems.count == 1)
      #expect(said.contains(container == .none ? "not packed" : "packed with \(container.rawValue)"))
      #expect(said.contains("says \(compression.rawValue)"))
      #expect(said.contains("pack the stream with one of them") == (container == .zstd))
    }
  }

  @Test func aPlainFileThatIsNoSoundStreamIsNoGzip() throws {
    let plain = Self.facts { $0.container = Container.none }
    #expect(try match(plain, problems: ["this is no stream"]).streamProblems.first?.contains("says gzip") == true)
    let raw = Self.facts { ($0.container, $0.format, $0.stream) = (Container.none, .raw, nil) }
    #expect(try match(raw).isGood == false)
  }

  @Test(arguments: ["12305893021877563920", "abc", "-1"]) func theGUIDIsTheOneOfTheStream(guid: String) throws {
    let match = try match(Self.facts()) { $0.with("files[0].dataset_guid", .string(guid)) }
    #expect(match.streamProblems.count == 1)
    #expect(match.streamProblems[0].contains("GUID 12305893021877563921"))
    #expect(match.streamProblems[0].contains("'\(guid)'"))
  }

  @Test func aGUIDThatIsNotGivenIsNotCompared() throws {
    #expect(try match(Self.facts()) { $0.with("files[0].dataset_guid", nil) } == ManifestMatch())
    let small = Self.facts { $0.stream?.guid = "42" }
    #expect(try match(small) { $0.with("files[0].dataset_guid", 42) } == ManifestMatch())
  }

  @Test(arguments: [(ImageFormat.zfs, "volume"), (.raw, "disk"), (.qcow2, "disk")])
  func theSizeIsTheOneOfTheVolume(format: ImageFormat, word: String) throws {
    let facts = Self.facts { ($0.format, $0.volumeSize) = (format, 8192 << 20) }
    let problem = try #require(try match(facts).streamProblems.first)
    #expect(problem.contains("the \(word) has 8589934592 bytes"))
    #expect(problem.contains("says 10240 MiB (10737418240 bytes): write 8192"))
    let odd = try match(Self.facts { $0.volumeSize = 1000 }).streamProblems
    #expect(odd.first?.contains("whole MiB") == true)
  }

  @Test func aWholeStreamNeedsNoOrigin() throws {
    let match = try match(Self.facts()) { $0.with("origin", "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c02") }
    #expect(match.isGood)
    #expect(match.warnings.first?.contains("'0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c02'") == true)
  }
}
