import Checks
import Intake
import Model
import Testing

@testable import Verification

/// Which checks of the image are told, by what was selected.
struct ImageChecksTests {
  private let reading = Manifest.read(Array("{}".utf8))
  private let all = Catalogue(guestChecks: [], hostChecks: BuiltIn.infos, helpers: "")

  @Test func everySelectedCheckIsTold() throws {
    #expect(ImageChecks.judge(manifest: reading, catalogue: all).map(\.check) == ["manifest.valid", "manifest.advice"])
    let taken = Intaken(facts: IntakeFacts(), problems: [], disk: nil)
    let manifest = try #require(Manifest.read(Array(VerifyTests.sound.utf8)).manifest)
    let findings = ImageChecks.judge(taken, match: ManifestMatch(), manifest: manifest, catalogue: all)
    #expect(
      findings.map(\.check) == ["image.digest", "image.stream", "image.advice", "image.smartos", "image.partitions"])
    #expect(findings.allSatisfy { $0.boot == nil })
  }

  @Test func whatEndsTheRunIsToldAlsoWhenItWasNotSelected() throws {
    let none = try all.select(only: ["power.acpi"])
    #expect(ImageChecks.judge(manifest: reading, catalogue: none).map(\.check) == ["manifest.valid"])
    let manifest = try #require(Manifest.read(Array(VerifyTests.sound.utf8)).manifest)
    var match = ManifestMatch()
    match.warnings = ["not packed"]
    let good = Intaken(facts: IntakeFacts(), problems: [], disk: nil)
    #expect(ImageChecks.judge(good, match: match, manifest: manifest, catalogue: none) == [])
    match.streamProblems = ["another size"]
    let bad = Intaken(facts: IntakeFacts(), problems: ["damaged"], disk: nil)
    let findings = ImageChecks.judge(bad, match: match, manifest: manifest, catalogue: none)
    #expect(findings.map(\.check) == ["image.stream"])
    #expect(findings.first?.outcome == .failed(reason: "damaged (and 1 more)"))
  }
}
