import Consoles
package import Guests
import Model
import SecureShell

/// The ACPI power button shuts the guest down.
package struct PowerButton: BootCheck {
  package static let info = CheckInfo(
    id: "power.acpi", title: "The ACPI power button shuts the guest down within 60 s", level: .must, clauses: [52],
    kind: .host,
    remedy: "Run acpid or systemd-logind (HandlePowerKey=poweroff), and load the 'button' driver.",
    description: "'vmadm stop' presses this button. Presses it through QEMU and waits for the guest's own power-off.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard awakening.ssh != nil || awakening.loginPrompt != nil else {
      return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
    let began = ContinuousClock.now
    let limit = Duration.seconds(60) * guest.timeoutScale
    guard try await guest.pressPowerButton(until: .after(limit)) else {
      return .failed(
        "the guest was still on \(limit.forPeople) after the power button was pressed; \(await guest.console.lastSeen)",
        evidence: await guest.consoleEvidence())
    }
    return Judgement(.passed, notes: ["seconds": String(Int((ContinuousClock.now - began).inSeconds))])
  }
}
