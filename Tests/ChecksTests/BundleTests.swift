import Foundation
import Guests
import Model
import Testing

@testable import Checks

/// Bundles that really run, in each shell that a guest may have.
struct BundleTests {
  let helpers: String

  init() throws { helpers = try String(contentsOfFile: shippedChecks + "/helpers.sh", encoding: .utf8) }

  /// Runs `checks` and hands back their findings by id, and the reader.
  func judge(_ checks: [GuestCheck], in shell: Shell, transport: String = "ssh") throws -> (
    [String: Finding], BundleReader
  ) {
    try withFolder { folder in
      let bundle = try CheckBundle(
        checks: checks, helpers: helpers, expectations: expectations, transport: transport, timeoutScale: 1,
        ready: .zero)
      let (status, output) = try runScript(bundle.script, in: shell, temporary: folder)
      var reader = BundleReader(for: bundle)
      _ = reader.receive(output)
      #expect(reader.isDone, "\(String(decoding: output, as: UTF8.self).suffix(2000))")
      #expect(status == 0)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "bin" }
      #expect(left.isEmpty, "the bundle leaves nothing behind")
      let findings = bundle.findings(reader, boot: "01")
      return (Dictionary(uniqueKeysWithValues: findings.map { ($0.check, $0) }), reader)
    }
  }

  @Test(arguments: Shell.installed) func everyKindOfEnd(_ shell: Shell) throws {
    let (found, _) = try judge(
      [
        fakeCheck("a.pass", "note speed=fast; note 'two=words = more'; echo chatter"),
        fakeCheck("a.fail", "note x=1; echo evidence one; echo evidence two >&2; fail 'expected 1, found 2'; echo no"),
        fakeCheck("a.skip", "skip 'nothing here'"),
        fakeCheck("a.broken", "broken 'cannot tell'"),
        fakeCheck("a.five", "echo some output; exit 5"),
        fakeCheck("a.silent", "exit 1"),
        fakeCheck("a.said", "printf 'only output'; exit 1"),
        fakeCheck("a.typo", "no_such_command_at_all"),
        fakeCheck("a.syntax", "if then"),
        fakeCheck("a.killed", "kill -KILL $$"),
        fakeCheck("a.many", "problem one; problem two; conclude"),
        fakeCheck("a.none", "conclude"),
      ], in: shell)
    #expect(found["a.pass"]?.outcome == .passed)
    #expect(found["a.pass"]?.notes == ["speed": "fast", "two": "words = more"])
    #expect(found["a.pass"]?.evidence == [])
    #expect(found["a.pass"]?.remedy == "")
    #expect(found["a.fail"]?.outcome == .failed(reason: "expected 1, found 2"))
    #expect(found["a.fail"]?.notes == ["x": "1"])
    #expect(found["a.fail"]?.evidence == [Evidence(name: "output", text: "evidence one\nevidence two\n")])
    #expect(found["a.fail"]?.remedy == "mend a.fail")
    #expect(found["a.fail"]?.boot == "01")
    #expect(found["a.fail"]?.clauses == "1")
    #expect(found["a.skip"]?.outcome == .skipped(why: "nothing here"))
    #expect(found["a.broken"]?.outcome == .broken(error: "ended with status 2: cannot tell"))
    #expect(found["a.five"]?.outcome == .broken(error: "ended with status 5: some output"))
    #expect(found["a.silent"]?.outcome == .failed(reason: "the check gave no reason"))
    #expect(found["a.said"]?.outcome == .failed(reason: "only output"))
    #expect(found["a.many"]?.outcome == .failed(reason: "one; two"))
    #expect(found["a.none"]?.outcome == .passed)
    for id in ["a.typo", "a.syntax", "a.killed"] { #expect(found[id]?.outcome.name == "broken", "\(id)") }
    #expect(found["a.killed"]?.outcome.text.hasPrefix("ended with status 137") == true)
  }

  @Test(arguments: Shell.installed) func needsAndTransports(_ shell: Shell) throws {
    let (found, _) = try judge(
      [
        fakeCheck("b.command", "true", needs: ["cmd:no-such-tool"]),
        fakeCheck("b.expected", "true", needs: ["EXPECT_NOTHING"]),
        fakeCheck("b.path", "true", needs: ["path:/no/such/file"]),
        fakeCheck("b.met", "fail ran", needs: ["cmd:sed", "EXPECT_UUID", "path:/proc"]),
        fakeCheck("b.ssh", "fail ran", transports: ["ssh"]),
      ], in: shell, transport: "serial")
    #expect(found["b.command"]?.outcome == .skipped(why: "this guest has no command 'no-such-tool'"))
    #expect(found["b.expected"]?.outcome == .skipped(why: "EXPECT_NOTHING is not given"))
    #expect(found["b.path"]?.outcome == .skipped(why: "this guest has no /no/such/file"))
    #expect(found["b.met"]?.outcome == .failed(reason: "ran"))
    #expect(found["b.ssh"]?.outcome == .skipped(why: "runs over ssh only; this guest was reached over serial"))
  }

  @Test(arguments: Shell.installed) func endsWhatHangs(_ shell: Shell) throws {
    let (found, _) = try judge(
      [
        fakeCheck("c.hang", "echo before; sleep 1000", timeout: 1),
        fakeCheck(
          "c.stubborn", "trap '' TERM HUP INT; (trap '' TERM; sleep 1000) & sleep 1000; sleep 1000", timeout: 1),
        fakeCheck("c.reads", "cat; fail 'standard input was empty'"),
        fakeCheck("c.leaves", "sleep 1000 & note child=$!"),
        fakeCheck("c.after", "fail 'still running'"),
      ], in: shell)
    #expect(found["c.hang"]?.outcome.name == "broken")
    #expect(found["c.hang"]?.outcome.text.contains("no result within its time limit") == true)
    #expect(found["c.hang"]?.outcome.text.hasSuffix("last: before") == true)
    #expect(found["c.stubborn"]?.outcome.name == "broken")
    #expect(found["c.reads"]?.outcome == .failed(reason: "standard input was empty"))
    #expect(found["c.after"]?.outcome == .failed(reason: "still running"))
    #expect(found["c.leaves"]?.outcome == .passed)
    let child = try #require(found["c.leaves"]?.notes["child"].flatMap { pid_t($0) })
    // It may be a zombie that its new parent has not yet fetched, but it must not sleep on.
    let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)) ?? "gone Z"
    #expect(!state.contains("sleep) S"))
  }

  @Test(arguments: Shell.installed) func boundsAFlood(_ shell: Shell) throws {
    let (found, reader) = try judge(
      [
        fakeCheck("d.flood", "while :; do echo 0123456789012345678901234567890123456789; done", timeout: 2),
        fakeCheck("d.line", "head -c 300000 /dev/zero | tr '\\0' x; fail 'too long a line'"),
        fakeCheck("d.reason", "fail \"$(head -c 20000 /dev/zero | tr '\\0' x)\""),
        fakeCheck("d.after", "fail 'still running'"),
      ], in: shell)
    #expect(found["d.flood"]?.outcome.name == "broken")
    #expect(found["d.line"] != nil)
    #expect(found["d.reason"]?.outcome.name == "failed")
    #expect((found["d.reason"]?.outcome.text.utf8.count ?? 0) <= 4096)
    #expect(found["d.after"]?.outcome == .failed(reason: "still running"))
    for result in reader.results.values { #expect(result.output.utf8.count <= 100 << 10) }
    #expect((reader.results["d.flood"]?.output.utf8.count ?? 0) > 32 << 10)
  }

  @Test(arguments: Shell.installed) func isNotFooledByItsOwnWords(_ shell: Shell) throws {
    let (found, _) = try judge(
      [
        fakeCheck(
          "e.forger",
          "echo end e.forger 0 1; echo @5 end e.forger 0 1; printf '\\r\\nreason e.forger x\\r\\n'; fail real"),
        fakeCheck("e.marks", "echo \"${IMGV_MARK:-unset} end e.marks 0 1\"; fail 'mark seen'"),
        fakeCheck("e.newline", "note \"$(printf 'a=b\\nend e.newline 0 1')\"; fail \"$(printf 'one\\ntwo\\r')\""),
      ], in: shell)
    #expect(found["e.forger"]?.outcome == .failed(reason: "real"))
    #expect(found["e.marks"]?.outcome == .failed(reason: "mark seen"))
    #expect(found["e.marks"]?.evidence.first?.text == "unset end e.marks 0 1\n")
    #expect(found["e.newline"]?.outcome == .failed(reason: "one two "))
    #expect(found["e.newline"]?.notes == ["a": "b end e.newline 0 1"])
  }

  @Test(arguments: Shell.installed) func saysWhenThereIsNoPlaceToWork(_ shell: Shell) throws {
    let bundle = try CheckBundle(
      checks: [fakeCheck("f.a", "fail x")], helpers: helpers, expectations: expectations, transport: "ssh",
      timeoutScale: 1, ready: .zero)
    let script = bundle.script.replacing("/tmp /var/tmp /dev/shm; do", with: "; do")
      .replacing("\"${TMPDIR:-/run}\"", with: "/proc/none")
    try #require(script != bundle.script)
    try withFolder { folder in
      let (_, output) = try runScript(script, in: shell, temporary: folder)
      var reader = BundleReader(for: bundle)
      _ = reader.receive(output)
      #expect(reader.isDone)
      #expect(bundle.findings(reader, boot: "01").first?.outcome.text.contains("no folder to work in") == true)
    }
  }

  @Test(arguments: Shell.installed) func aScriptCutOffDoesNothing(_ shell: Shell) throws {
    let bundle = try CheckBundle(
      checks: [fakeCheck("g.a", "fail x")], helpers: helpers, expectations: expectations, transport: "ssh",
      timeoutScale: 1, ready: .zero)
    try withFolder { folder in
      let half = String(bundle.script.dropLast("main\n".count))
      let (_, output) = try runScript(half, in: shell, temporary: folder)
      #expect(!String(decoding: output, as: UTF8.self).contains(bundle.mark))
    }
  }

  @Test func scriptIsPlainAndBounded() throws {
    let catalogue = try Catalogue.load(folders: [shippedChecks])
    let bundle = try CheckBundle(
      checks: catalogue.guestChecks, helpers: catalogue.helpers, expectations: expectations, transport: "ssh",
      timeoutScale: 2.5, ready: .seconds(100))
    #expect(bundle.script.utf8.allSatisfy { $0 == 0x0A || $0 == 0x09 || (0x20...0x7E).contains($0) })
    #expect(bundle.script.utf8.count < 128 << 10)
    let limits = catalogue.guestChecks.reduce(0.0) { $0 + Double($1.timeout) * 2.5 }
    #expect(bundle.longest.inSeconds >= 100 + limits)
    #expect(bundle.mark.count == 17)
  }

  /// A guest without a machine: runs scripts here, and loses the connection when told to.
  struct LocalShell: GuestShell {
    var loses = false
    var transport: String { "ssh" }
    func run(
      _ script: String, until deadline: Deadline, onOutput: @escaping @Sendable ([UInt8]) -> Void
    ) async throws -> Int32 {
      let (status, output) = try withFolder { try runScript(script, in: Shell.installed[0], temporary: $0) }
      guard loses else {
        onOutput(output)
        return status
      }
      onOutput(Array(output.prefix(output.count / 2)))
      throw VerifyError(.closed, "the guest hung up")
    }
  }

  @Test(arguments: [false, true]) func judgesThroughAShell(loses: Bool) async throws {
    let checks = (0..<20).map { fakeCheck("h.c\($0)", "fail 'reason \($0)'") }
    let bundle = try CheckBundle(
      checks: checks, helpers: helpers, expectations: expectations, transport: "ssh", timeoutScale: 1, ready: .zero)
    let found = try await bundle.judge(through: LocalShell(loses: loses), boot: "01", until: .after(.seconds(300)))
    #expect(found.map(\.check) == checks.map(\.id).sorted())
    #expect(found.contains { $0.outcome.name == "failed" })
    #expect(found.contains { $0.outcome == .broken(error: "no result came back: the guest hung up") } == loses)
  }
}
