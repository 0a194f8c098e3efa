import Checks
import Foundation
import Guests
import Model
import SecureShell

/// Sixty trivial checks in one bundle over our SSH, against the same sixty bodies in one `ssh host sh -s` by hand.
///
/// Both connect, log in, and run their script with a local sshd; the two take turns, so that a busy moment falls on both.
/// By hand each body is in a subshell of its own, with the same helpers and no time limit. Exit 1 when the ratio of the
/// medians is over the bar.
@main struct BatchingBench {
  static let count = 60
  static let bar = 1.2

  static func main() async throws {
    let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 15
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgverify-bench-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let key = try KeyPair.generate(comment: "bench")
    let server = try await Server(in: folder, key: key)
    defer { server.stop() }

    let helpers = try String(contentsOfFile: "checks/helpers.sh", encoding: .utf8)
    try FileManager.default.createDirectory(atPath: folder + "/checks/bench", withIntermediateDirectories: true)
    try helpers.write(toFile: folder + "/checks/helpers.sh", atomically: true, encoding: .utf8)
    for number in 0..<count {
      let text = """
        #!/bin/sh
        # title: Trivial check number \(number)
        # level: must
        # clause: 1
        # transports: ssh serial
        # timeout: 30
        # remedy: none
        #
        # Hardly anything is looked at.
        . "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"
        note "number=\(number)"
        [ -d /proc ] || fail "expected /proc, found none"

        """
      try text.write(toFile: folder + "/checks/bench/c\(number).sh", atomically: true, encoding: .utf8)
    }
    let checks = try Catalogue.load(folders: [folder + "/checks"], hostChecks: []).guestChecks
    let byHand = """
      umask 077; helpers=$(mktemp); export IMGVERIFY_HELPERS="$helpers" IMGVERIFY_REPORT=/dev/null IMGVERIFY_NEEDS=
      cat >"$helpers" <<'END_OF_HELPERS'
      \(helpers)END_OF_HELPERS

      """ + checks.map { "(\n\($0.body)\n) </dev/null\necho \($0.id) $?\n" }.joined() + "rm -f \"$helpers\"\n"

    var ours: [Double] = []
    var theirs: [Double] = []
    var alike: [Double] = []
    for round in 0..<(rounds + 1) {
      let hand = try await measured { try server.ssh(byHand) }
      let bundled = try await measured { try await bundle(checks, helpers, server, key) }
      let same = try await measured { try await script(byHand, server, key) }
      // The first round warms everything up.
      if round > 0 { (ours, theirs, alike) = (ours + [bundled], theirs + [hand], alike + [same]) }
    }
    let ratio = median(ours) / median(theirs)
    let milliseconds = { (seconds: Double) in String(Int((seconds * 1000).rounded())) }
    print("\(count) trivial checks over SSH, medians of \(rounds), milliseconds (least to most)")
    let rows = [
      ("  ssh host sh -s, by hand", theirs), ("  the same over our session", alike),
      ("  one bundle over our session", ours),
    ]
    for (name, all) in rows {
      let padded = name.padding(toLength: 30, withPad: " ", startingAt: 0)
      print("\(padded) \(milliseconds(median(all))) (\(milliseconds(all.min()!)) to \(milliseconds(all.max()!)))")
    }
    // Without the difference between ssh and our session: what the bundle itself adds.
    print("  ratio \((median(ours) / median(alike) * 100).rounded() / 100) to the same over our session; no bar")
    let holds = ratio <= bar
    print("  ratio \((ratio * 100).rounded() / 100), bar <= \(bar): \(holds ? "holds" : "DOES NOT HOLD")")
    if !holds {
      // Whoever exits here defers nothing.
      server.stop()
      try? FileManager.default.removeItem(atPath: folder)
      exit(1)
    }
  }

  /// Connects and runs all checks, as a boot does.
  static func bundle(_ checks: [GuestCheck], _ helpers: String, _ server: Server, _ key: KeyPair) async throws {
    let bundle = try CheckBundle(
      checks: checks, helpers: helpers, expectations: Expectations(), transport: "ssh", timeoutScale: 1, ready: .zero)
    let session = try await SecureShell.connect(
      to: "127.0.0.1", port: server.port, user: NSUserName(), key: key, until: .after(.seconds(30)))
    let findings = try await bundle.judge(
      through: SSHGuestShell(session), boot: "01", until: .after(.seconds(120)))
    await session.close()
    guard findings.count == count, findings.allSatisfy({ $0.outcome == .passed && !$0.notes.isEmpty }) else {
      let bad = findings.first { $0.outcome != .passed }
      throw VerifyError(.toolFailed, "a trivial check has not passed: \(bad.map { "\($0)" } ?? "no findings")")
    }
  }

  /// Connects and runs the script that is run by hand.
  static func script(_ script: String, _ server: Server, _ key: KeyPair) async throws {
    let session = try await SecureShell.connect(
      to: "127.0.0.1", port: server.port, user: NSUserName(), key: key, until: .after(.seconds(30)))
    let status = try await SSHGuestShell(session).run(script, until: .after(.seconds(120))) { _ in }
    await session.close()
    guard status == 0 else { throw VerifyError(.toolFailed, "the script by hand ended with status \(status)") }
  }

  static func measured(_ body: () async throws -> Void) async throws -> Double {
    let began = ContinuousClock.now
    try await body()
    return (ContinuousClock.now - began).inSeconds
  }

  static func median(_ all: [Double]) -> Double { all.sorted()[all.count / 2] }
}
