import Consoles
package import Guests
import Model
package import SecureShell

/// `reboot`, run by root, resets the machine, and the guest comes up again.
package struct PowerReboot: IntrusiveCheck {
  package static let info = CheckInfo(
    id: "power.reboot", title: "'reboot' from inside resets the machine, and the guest comes up again", level: .must,
    clauses: [53], kind: .host,
    remedy:
      "Look at the console log: a service that does not stop, a halt instead of a reset, a 'reboot=' quirk on the kernel's command line, or a second boot that waits for somebody.",
    description: """
      Runs 'reboot' over SSH, waits for the machine's reset, then for a question to the metadata service or a login \
      prompt on COM1. Starts from a guest that was saved when it was up; done in one boot of a run.
      """)

  package static func judge(
    _ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms
  ) async throws -> Judgement {
    let began = ContinuousClock.now
    // A second boot banner is bad unless it was asked for.
    await guest.console.note("[imgverify: the guest is told to restart]")
    let limit = Duration.seconds(60) * guest.timeoutScale
    let sign = try await guest.powerSign(after: "reboot", over: session, until: .after(limit))
    let found: String
    switch sign {
    case .restarted:
      let seconds = Int((ContinuousClock.now - began).inSeconds)
      return try await ComingUpAgain(after: "after 'reboot'", limit: terms.bootLimit)
        .judge(guest, notes: ["seconds to reset": String(seconds)])
    case .poweredOff: found = "it switched itself off instead"
    case .panicked: found = "the kernel panicked instead"
    case .halted: found = "the kernel halted instead"
    case nil: found = "it had not"
    }
    return .failed(
      "'reboot' must reset the machine within \(limit.forPeople); \(found); \(await guest.console.lastSeen)",
      evidence: await guest.consoleEvidence())
  }
}
