import Foundation
import Model
import Testing

@testable import Checks

/// What a check may do to the shell that runs it, and to the checks after it.
struct BundleWorkerTests {
  let helpers: String

  init() throws { helpers = try String(contentsOfFile: shippedChecks + "/helpers.sh", encoding: .utf8) }

  /// Runs `checks` over a pipe and hands back their findings by id.
  func judge(
    _ checks: [GuestCheck], in shell: Shell, helpers: String? = nil, without missing: String? = nil
  ) throws -> [String: Finding] {
    try withFolder { folder in
      let bundle = try CheckBundle(
        checks: checks, helpers: helpers ?? self.helpers, expectations: expectations, transport: "ssh",
        timeoutScale: 1, ready: .zero)
      var script = bundle.script
      if let missing {
        try #require(script.contains("command -v \(missing)"))
        script = script.replacing("command -v \(missing)", with: "command -v no-such-command")
      }
      let (status, output) = try runScript(script, in: shell, temporary: folder)
      var reader = BundleReader(for: bundle)
      _ = reader.receive(output)
      #expect(status == 0)
      #expect(reader.isDone, "\(String(decoding: output, as: UTF8.self).suffix(2000))")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != "bin" }
      #expect(left.isEmpty, "the bundle leaves nothing behind")
      return Dictionary(uniqueKeysWithValues: bundle.findings(reader, boot: "01").map { ($0.check, $0) })
    }
  }

  /// Whether the process sleeps on; a zombie that its new parent has not yet fetched does not.
  func isAlive(_ process: String?) throws -> Bool {
    let number = try #require(process.flatMap { pid_t($0) })
    let state = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
    return state.contains("sleep) S")
  }

  @Test(arguments: Shell.installed) func nothingReachesTheNextCheck(_ shell: Shell) throws {
    let found = try judge(
      [
        fakeCheck(
          "a.rude",
          """
          fail() { exit 0; }; note() { :; }; problem() { :; }; imgv_end() { :; }; printf() { :; }
          R=/nowhere problems=left IFS=: PATH=/nowhere left=left; export left
          set -- one two; trap 'exit 3' EXIT TERM; trap '' USR1; umask 0; cd /proc; set -f
          exit 77
          """),
        fakeCheck(
          "a.next",
          """
          note "found=$R,$problems,${left:-unset},$#,$(pwd),$(umask),$-"
          words='one two'
          # shellcheck disable=SC2086
          set -- $words
          note "words=$#"
          fail "$(sed -n p </dev/null)works"
          """),
        fakeCheck("a.strict", "set -eu; false; note never=1; fail 'went on'"),
        fakeCheck("a.trap", "trap 'echo trapped; exit 5' EXIT; exit 0"),
        fakeCheck("a.exec", "exec sh -c 'echo from another program; exit 9'"),
        fakeCheck("a.returns", "return 4"),
        fakeCheck("a.reads", "read -r line || fail 'no input'"),
        fakeCheck("a.last", "problem one; conclude"),
      ], in: shell)
    #expect(found["a.rude"]?.outcome.name == "broken")
    #expect(found["a.rude"]?.outcome.text.hasPrefix("ended with status 3") == true)
    #expect(found["a.next"]?.outcome == .failed(reason: "works"))
    #expect(found["a.next"]?.notes["words"] == "2")
    let state = found["a.next"]?.notes["found"] ?? ""
    #expect(state.hasPrefix(",,unset,0,"))
    #expect(!state.contains("/proc") && state.contains("0077") && !state.hasSuffix("f"), "\(state)")
    #expect(found["a.strict"]?.outcome == .failed(reason: "the check gave no reason"))
    #expect(found["a.trap"]?.outcome == .broken(error: "ended with status 5: trapped"))
    #expect(found["a.exec"]?.outcome == .broken(error: "ended with status 9: from another program"))
    #expect(found["a.returns"]?.outcome == .broken(error: "ended with status 4: no output"))
    #expect(found["a.reads"]?.outcome == .failed(reason: "no input"))
    #expect(found["a.last"]?.outcome == .failed(reason: "one"))
  }

  @Test(arguments: Shell.installed) func aWorkerThatIsKilledBreaksOneCheck(_ shell: Shell) throws {
    let killers = [
      "b.self": ("kill -s KILL $$", 137), "b.parent": ("kill $PPID; sleep 100", 143),
      "b.parent-hard": ("kill -s KILL $PPID; sleep 100", 137), "b.group": ("kill 0; sleep 100", 143),
      "b.group-hard": ("kill -s KILL 0", 137),
    ]
    var checks = [fakeCheck("b.before", "fail before")]
    for (id, (body, _)) in killers.sorted(by: { $0.key < $1.key }) {
      checks.append(fakeCheck(id, "note seen=1; echo words; \(body)"))
      checks.append(fakeCheck(id + "-after", "fail after"))
    }
    checks.append(fakeCheck("b.last", "kill -s KILL $$"))
    let found = try judge(checks, in: shell)
    #expect(found["b.before"]?.outcome == .failed(reason: "before"))
    for (id, (_, status)) in killers {
      #expect(found[id]?.outcome == .broken(error: "ended with status \(status): words"), "\(id)")
      #expect(found[id]?.notes == ["seen": "1"], "\(id)")
      #expect(found[id + "-after"]?.outcome == .failed(reason: "after"), "\(id)")
    }
    #expect(found["b.last"]?.outcome.text.hasPrefix("ended with status 137") == true)
  }

  @Test(arguments: Shell.installed) func aTimeOutIsInTheMiddle(_ shell: Shell) throws {
    let found = try judge(
      [
        fakeCheck("c.before", "fail before"),
        fakeCheck(
          "c.slow", "note seen=1; echo started; trap '' TERM; (sleep 1000; true) & sleep 1000; true", timeout: 1),
        fakeCheck("c.after", "fail after"),
      ], in: shell)
    #expect(found["c.before"]?.outcome == .failed(reason: "before"))
    #expect(found["c.slow"]?.outcome.text.contains("no result within its time limit") == true)
    #expect(found["c.slow"]?.outcome.text.hasSuffix("last: started") == true)
    #expect(found["c.slow"]?.notes == ["seen": "1"])
    #expect((found["c.slow"]?.seconds ?? 0) >= 1)
    #expect(found["c.after"]?.outcome == .failed(reason: "after"))
  }

  @Test(arguments: Shell.installed) func whatIsLeftRunningIsEnded(_ shell: Shell) throws {
    let found = try judge(
      [
        fakeCheck("d.leaves", "sleep 1000 & note child=$!; echo $! >\"$(dirname \"$IMGVERIFY_REPORT\")/pid\""),
        fakeCheck(
          "d.next",
          """
          read -r pid <"$(dirname "$IMGVERIFY_REPORT")/pid"
          gone() { case $(cat "/proc/$pid/stat" 2>/dev/null) in *') S'*) false ;; esac }
          eventually 2 gone || fail 'it is still there'
          fail next
          """),
        fakeCheck(
          "d.hidden",
          "(sleep 1000 & echo $! >\"$IMGVERIFY_REPORT.pid\"); note \"child=$(cat \"$IMGVERIFY_REPORT.pid\")\""),
        fakeCheck("d.last", "fail last"),
      ], in: shell)
    #expect(found["d.leaves"]?.outcome == .passed)
    #expect(found["d.hidden"]?.outcome == .passed)
    #expect(try !isAlive(found["d.leaves"]?.notes["child"]))
    #expect(try !isAlive(found["d.hidden"]?.notes["child"]))
    #expect(found["d.next"]?.outcome == .failed(reason: "next"))
    #expect(found["d.last"]?.outcome == .failed(reason: "last"))
  }

  /// A check that says too much still gives its verdict, and one that wants to write a large file can.
  @Test(arguments: Shell.installed) func onlyOutputIsBounded(_ shell: Shell) throws {
    let file = "\"$IMGVERIFY_REPORT.large\""
    let write = "head -c 200000 /dev/zero >\(file)"
    let found = try judge(
      [
        fakeCheck(
          "e.much", "text=$(head -c 100000 /dev/zero | tr '\\0' x); printf '%s\\n' \"$text\"; fail 'said much'"),
        fakeCheck("e.large", "\(write) && fail 'was not told'; note told=yes"),
        fakeCheck("e.raised", "ulimit -f unlimited; \(write) || fail 'too large'; note size=$(($(wc -c <\(file))))"),
        fakeCheck("e.after", "\(write) && fail 'was not told'; note told=yes"),
      ], in: shell)
    #expect(found["e.much"]?.outcome == .failed(reason: "said much"))
    #expect((found["e.much"]?.evidence.first?.text?.utf8.count ?? .max) <= BundleDriver.outputLimit + 1)
    #expect(found["e.large"]?.notes == ["told": "yes"])
    #expect(found["e.raised"]?.notes == ["size": "200000"])
    #expect(found["e.after"]?.notes == ["told": "yes"])
  }

  @Test(arguments: Shell.installed) func worksWithoutSessions(_ shell: Shell) throws {
    let found = try judge(
      [
        fakeCheck("f.before", "fail before"), fakeCheck("f.slow", "echo started; while :; do :; done", timeout: 1),
        fakeCheck("f.killed", "kill -s KILL $$"), fakeCheck("f.leaves", "sleep 3 & note x=y"),
        fakeCheck("f.after", "fail after"),
      ], in: shell, without: "setsid")
    #expect(found["f.before"]?.outcome == .failed(reason: "before"))
    #expect(found["f.slow"]?.outcome.text.hasSuffix("last: started") == true)
    #expect(found["f.killed"]?.outcome.text.hasPrefix("ended with status 137") == true)
    #expect(found["f.leaves"]?.outcome == .passed)
    #expect(found["f.after"]?.outcome == .failed(reason: "after"))
  }

  /// Helpers that end the shell, or that kill it, end the bundle and are named.
  @Test(arguments: Shell.installed, ["exit 3\n", "exit 0\n", "kill -s KILL $$\n", "if then\n"])
  func givesUpWithoutAWorker(_ shell: Shell, _ helpers: String) throws {
    let found = try judge([fakeCheck("g.a", "fail x"), fakeCheck("g.b", "fail y")], in: shell, helpers: helpers)
    for id in ["g.a", "g.b"] {
      #expect(found[id]?.outcome.text.contains("the shell that runs the checks ended with status") == true, "\(id)")
    }
  }
}
