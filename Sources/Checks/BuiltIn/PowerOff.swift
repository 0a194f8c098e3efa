import Consoles
package import Guests
import Model
package import SecureShell

/// `poweroff`, run by root, switches the machine off.
package struct PowerOff: IntrusiveCheck {
  package static let info = CheckInfo(
    id: "power.off", title: "'poweroff' from inside switches the machine off within 60 s", level: .must, clauses: [54],
    kind: .host,
    remedy:
      "Let 'poweroff' end in ACPI power-off, not in a halt: with 'halt' the machine stays on and is paid for. Look at the console log for a service that does not stop.",
    description: """
      Runs 'poweroff' over SSH and waits for the machine's own power-off, as QEMU sees it. Starts from a guest that was \
      saved when it was up; done in one boot of a run.
      """)

  package static func judge(
    _ guest: Guest, over session: SecureShell, _ terms: IntrusiveTerms
  ) async throws -> Judgement {
    let began = ContinuousClock.now
    let limit = Duration.seconds(60) * guest.timeoutScale
    let sign = try await guest.powerSign(after: "poweroff", over: session, until: .after(limit))
    let found: String
    switch sign {
    case .poweredOff:
      return Judgement(.passed, notes: ["seconds": String(Int((ContinuousClock.now - began).inSeconds))])
    case .restarted: found = "the machine was reset instead"
    case .panicked: found = "the kernel panicked instead"
    case .halted: found = "the kernel halted and left the machine on"
    case nil: found = "it was still on"
    }
    return .failed(
      "'poweroff' must switch the machine off within \(limit.forPeople); \(found); \(await guest.console.lastSeen)",
      evidence: await guest.consoleEvidence())
  }
}
