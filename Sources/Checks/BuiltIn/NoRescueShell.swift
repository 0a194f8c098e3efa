import Consoles
package import Guests
import Model

/// The boot does not stop in a shell of the boot loader or of systemd.
package struct NoRescueShell: BootCheck {
  package static let info = CheckInfo(
    id: "boot.no-rescue-shell", title: "The boot stops in no rescue shell", level: .must, clauses: [3, 5, 10],
    kind: .host, remedy: "The console log shows what was missing; look at the lines before the prompt.",
    description: "Watches COM1 for the prompts of a boot loader's rescue shell and of systemd's emergency mode.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard case .alarm(let alarm) = awakening.end, alarm.stop == .rescueShell else { return .passed }
    return try await .failed(guest, awakening)
  }
}
