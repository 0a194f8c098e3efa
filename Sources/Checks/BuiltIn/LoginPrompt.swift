import Consoles
package import Guests
import Model

/// A login prompt appears on the first serial port.
package struct LoginPrompt: BootCheck {
  package static let info = CheckInfo(
    id: "console.login-prompt", title: "A login prompt appears on the first serial port", level: .must, clauses: [11],
    kind: .host,
    remedy:
      "Run a getty on ttyS0 (systemd: 'systemctl enable serial-getty@ttyS0'), and make console=ttyS0 the last console on the kernel's command line.",
    description: "Waits for 'login:' on COM1 within the boot time-out.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let time = awakening.loginPrompt { return Judgement(.passed, notes: ["seconds": String(Int(time.inSeconds))]) }
    guard await guest.hasSpoken else { return .skipped("the boot did not get that far: nothing was ever said on COM1") }
    switch awakening.end {
    case .ready, .deadline:
      return .failed(
        "no login prompt on COM1 within \(awakening.duration.forPeople); \(await guest.console.lastSeen)",
        evidence: await guest.consoleEvidence())
    case .poweredOff(let reason):
      return .failed(
        "the guest powered itself off (\(reason)) before a login prompt", evidence: await guest.consoleEvidence())
    default: return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
  }
}
