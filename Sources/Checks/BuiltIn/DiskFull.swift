import Consoles
package import Guests
import Model
package import SecureShell

/// A guest whose root file system is full can still be logged in to and shut down.
package struct DiskFull: IntrusiveCheck {
  package static let info = CheckInfo(
    id: "disk.full", title: "With a full root file system root still logs in, and the power button works",
    level: .should, clauses: [], kind: .host,
    remedy:
      "Let no log-in wait for something to be written (audit rules that stop on a full disk, wrappers that log first), so that whoever filled the disk can get in and clean up.",
    description: """
      Fills the root file system to its last block, opens a new SSH session and runs a command in it, then presses the \
      power button. Starts from a guest that was saved when it was up; done in one boot of a run.
      """)

  /// Reserves most of the room at once and writes the rest; its last line is `full`, or why it is not.
  private static let script = """
    LC_ALL=C; export LC_ALL
    free() { set -- $(df -Pk / | tail -n 1); echo "$4"; }
    n=0
    while [ "$(free)" -gt 8192 ] && [ $n -lt 12 ] && fallocate -l $(($(free) * 900)) /imgverify-full.$n; do
      n=$((n + 1))
    done >/dev/null 2>&1
    dd if=/dev/zero of=/imgverify-full.big bs=64k >/dev/null 2>&1
    said=$(dd if=/dev/zero of=/imgverify-full.small bs=512 2>&1)
    case $said in *'No space left on device'*) echo full ;; *) echo "$said" | tail -n 1 ;; esac
    """

  package static func judge(
    _ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms
  ) async throws -> Judgement {
    do {
      let result = try await session.run(
        "exec /bin/sh -s", input: Array(script.utf8), outputLimit: ByteCount(bytes: 4096), until: guest.patience(120))
      let said = String(decoding: result.standardOutput, as: UTF8.self).split(whereSeparator: \.isNewline).last ?? ""
      guard said == "full" else { return .skipped("the root file system could not be filled: \(said.prefix(200))") }
    } catch let error as VerifyError where [.timedOut, .closed].contains(error.code) {
      return .skipped("the root file system could not be filled: \(error.message)")
    }
    await session.close()

    if let problem = try await logIn(guest, terms) {
      return .failed(
        "the root file system is full; a new SSH session must still run a command; \(problem)",
        evidence: await guest.consoleEvidence())
    }
    let limit = Duration.seconds(60) * guest.timeoutScale
    guard try await guest.pressPowerButton(until: .after(limit)) else {
      return .failed(
        "the root file system is full; the power button must still shut the guest down within \(limit.forPeople); "
          + "it was still on; \(await guest.console.lastSeen)",
        evidence: await guest.consoleEvidence())
    }
    return .passed
  }

  /// - Returns: what was wrong; nil for a session that runs commands.
  private static func logIn(_ guest: Guest, _ terms: IntrusiveTerms) async throws -> String? {
    do {
      let session = try await guest.reconnect(key: terms.key, until: guest.patience(60))
      let result: CommandResult
      do {
        result = try await session.run(
          "echo still here", outputLimit: ByteCount(bytes: 4096), until: guest.patience(60))
      } catch {
        await session.close()
        throw error
      }
      await session.close()
      if String(decoding: result.standardOutput, as: UTF8.self).contains("still here") { return nil }
      let said = String(decoding: result.standardError + result.standardOutput, as: UTF8.self)
      return "the command gave status \(result.status.map(String.init) ?? "none") and said: \(said.prefix(300))"
    } catch let error as VerifyError where error.code != .hypervisorFailed { return "\(error)" }
  }
}
