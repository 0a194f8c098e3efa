import Foundation
import Model
import Planning
import Reports
import Testing
import Verification

/// The conductor on inputs that never get to a boot: journal, reports and exit code.
@Suite struct VerifyTests {
  private struct Result {
    var code: Int32
    var report: Report
    var files: Set<String>
  }

  private func run(image: Data?, manifest: Data?, _ change: (inout VerifyOptions) -> Void = { _ in }) async throws
    -> Result
  {
    let folder = NSTemporaryDirectory() + "verify-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try image?.write(to: URL(fileURLWithPath: "\(folder)/i.zfs.gz"))
    try manifest?.write(to: URL(fileURLWithPath: "\(folder)/m.json"))
    var options = VerifyOptions(image: "\(folder)/i.zfs.gz", manifest: "\(folder)/m.json")
    options.output = "\(folder)/out"
    options.progress = .none
    change(&options)
    let code = await verify(options)
    let report = Report(try Journal.readJournal(path: "\(folder)/out/journal.jsonl"))
    return Result(
      code: code, report: report, files: Set(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out")))
  }

  private let reports: Set<String> = ["journal.jsonl", "report.xml", "report.json", "report.html"]

  @Test func aManifestThatIsNoJSONIsABadManifest() async throws {
    let result = try await run(image: Data("x".utf8), manifest: Data("{".utf8))
    #expect(result.code == 1)
    #expect(result.report.verdict == .rejected)
    #expect(result.report.problems(.rejects).map(\.check) == ["manifest.valid"])
    #expect(result.files == reports)
  }

  @Test func aFileThatIsNotThereCannotBeOpened() async throws {
    let noManifest = try await run(image: Data("x".utf8), manifest: nil)
    #expect(noManifest.code == 66)
    #expect(noManifest.files == reports)
    let noImage = try await run(image: nil, manifest: Data(Self.sound.utf8))
    #expect(noImage.code == 66)
  }

  @Test func anImageThatIsNoStreamIsRejectedForStreamAndDigest() async throws {
    let result = try await run(image: Data("nothing of the kind".utf8), manifest: Data(Self.sound.utf8))
    #expect(result.code == 1)
    #expect(Set(result.report.problems(.rejects).map(\.check)) == ["image.digest", "image.stream"])
  }

  @Test(arguments: ["no.such-check", "net/work", "disk.*"]) func aPatternThatLeavesNoCheckIsUsageAndNoRun(
    pattern: String
  )
    async throws
  {
    let folder = NSTemporaryDirectory() + "verify-\(UUID().uuidString)"
    var options = VerifyOptions(image: "/nonexistent", manifest: "/nonexistent")
    (options.output, options.progress) = (folder, .none)
    (options.only, options.skip) = ([pattern], ["disk"])
    #expect(await verify(options) == 64)
    (options.only, options.skip) = ([], [pattern, "*"])
    #expect(await verify(options) == 64)
    // An earlier run's folder would not have lost anything.
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  /// A whole run on a manifest that names a brand, which warns.
  @Test func aFailureThatIsWaivedIsToldAsSuch() async throws {
    let folder = NSTemporaryDirectory() + "waivers-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/w.yaml"
    let text = """
      - {check: image.advice, reason: it is only a test, by: me, until: 2099-12-31}
      - {check: manifest.hybrid, reason: old, by: you, until: 2001-01-01}
      """
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    let branded = Self.sound.replacing(
      #""image_size": 64}"#, with: #""image_size": 64, "requirements": {"brand": "bhyve"}}"#)
    let result = try await run(image: Data("x".utf8), manifest: Data(branded.utf8)) { $0.waivers = file }
    #expect(result.report.problems(.warns).map(\.check).contains("manifest.hybrid"))
    #expect(result.report.waivers.map(\.isExpired) == [false, true])
    #expect(result.report.idleWaivers.first?.contains("manifest.hybrid (\(file):2) expired on 2001-01-01") == true)
    try Data(text.replacing("2001-01-01", with: "2098-01-01").utf8).write(to: URL(fileURLWithPath: file))
    let waived = try await run(image: Data("x".utf8), manifest: Data(branded.utf8)) { $0.waivers = file }
    #expect(waived.report.problems(.waived).map(\.check) == ["manifest.hybrid"])
    let generic = try await run(image: Data("x".utf8), manifest: Data(branded.utf8)) { $0.profile = .generic }
    #expect(generic.report.terms?.profile == "generic")
    #expect(generic.report.findings.allSatisfy { $0.check != "manifest.hybrid" })
    #expect(generic.report.clauseStates.count == 74)
  }

  @Test func badWaiversAreUsageAndNoRun() async throws {
    let file = NSTemporaryDirectory() + "w-\(UUID().uuidString).yaml"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data("- {check: no.such, reason: r, by: b, until: 2099-01-01}".utf8).write(to: URL(fileURLWithPath: file))
    var options = VerifyOptions(image: "/nonexistent", manifest: "/nonexistent")
    (options.output, options.progress, options.waivers) = (file + ".out", .none, file)
    #expect(await verify(options) == 64)
    #expect(!FileManager.default.fileExists(atPath: file + ".out"))
    let missing = try await run(image: nil, manifest: nil) { $0.waivers = "/nonexistent/w.yaml" }
    #expect(missing.code == 66)
  }

  @Test func aFolderThatCannotBeWrittenIsOurTrouble() async throws {
    var options = VerifyOptions(image: "/nonexistent", manifest: "/nonexistent")
    options.output = "/proc/imgverify-out"
    options.progress = .none
    #expect(await verify(options) == 2)
  }

  @Test(arguments: [
    (VerifyError.Code.cannotOpen, 66 as Int32), (.usage, 64), (.badImage, 1), (.badManifest, 1), (.toolMissing, 2),
    (.hypervisorFailed, 2), (.timedOut, 2), (.system, 2),
  ])
  func errorsHaveTheExitCodesOfTheDesign(code: VerifyError.Code, exit: Int32) {
    #expect(exitCode(of: VerifyError(code, "")) == exit)
  }

  @Test func axesComeFromTheManifest() throws {
    let path = NSTemporaryDirectory() + "m-\(UUID().uuidString).json"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let asking = Self.sound.replacing(
      #""image_size": 64}"#, with: #""image_size": 64, "requirements": {"min_ram": 768}}"#)
    try Data(asking.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try axesOf(manifest: path, maximumCPUs: 1).leastMemory == .mebibytes(768))
    #expect(try axesOf(manifest: nil, maximumCPUs: 1).leastMemory == .mebibytes(512))
    let missing = #expect(throws: VerifyError.self) { try axesOf(manifest: "/nonexistent/m.json", maximumCPUs: 1) }
    #expect(missing?.code == .cannotOpen)
    try Data("[]".utf8).write(to: URL(fileURLWithPath: path))
    let bad = #expect(throws: VerifyError.self) { try axesOf(manifest: path, maximumCPUs: 1) }
    #expect(bad?.code == .badManifest)
  }

  static let sound = """
    {"v": 2, "uuid": "0f3c1c52-5a3e-4c6e-9d43-7a4f2b1e6c01", "owner": "00000000-0000-0000-0000-000000000000",
     "name": "test", "version": "1", "type": "zvol", "os": "linux", "public": true, "disabled": false,
     "files": [{"sha1": "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12", "size": 19, "compression": "gzip"}],
     "nic_driver": "virtio", "disk_driver": "virtio", "cpu_type": "host", "image_size": 64}
    """
}
