import Consoles
package import Guests
import Model
package import SecureShell

/// A machine that is stopped hard, in the middle of its work, comes up again by itself.
package struct PowerCut: IntrusiveCheck {
  package static let info = CheckInfo(
    id: "power.cut", title: "After a hard stop the guest comes up again, and asks nobody", level: .should,
    clauses: [55], kind: .host,
    remedy:
      "Look at the console log: a file-system check that asks (let fsck mend by itself), a boot loader that waits after a boot that did not end well, a lock file that nobody removes.",
    description: """
      Has the guest write files, and then resets the machine from outside without a word, as a host does that fails or \
      'vmadm stop -F'. Waits for a question to the metadata service or a login prompt on COM1. Starts from a guest that \
      was saved when it was up; done in one boot of a run.
      """)

  /// Files that are half on the disk when the machine stops.
  private static let script = """
    i=0
    while [ $i -lt 100 ]; do
      echo "imgverify $i" >/var/tmp/imgverify-cut.$i
      i=$((i + 1))
    done
    echo written
    """

  package static func judge(
    _ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms
  ) async throws -> Judgement {
    do {
      let result = try await session.run(
        "exec /bin/sh -s", input: Array(script.utf8), outputLimit: ByteCount(bytes: 4096), until: guest.patience(60))
      guard String(decoding: result.standardOutput, as: UTF8.self).contains("written") else {
        return .skipped("the guest could not be set to work: status \(result.status.map(String.init) ?? "none")")
      }
    } catch let error as VerifyError where [.timedOut, .closed].contains(error.code) {
      return .skipped("the guest could not be set to work: \(error.message)")
    }
    // A second boot banner is bad unless it was asked for.
    await guest.console.note("[imgverify: the machine is reset]")
    try await guest.reset()
    return try await ComingUpAgain(after: "after a hard stop", limit: terms.bootLimit).judge(guest)
  }
}
