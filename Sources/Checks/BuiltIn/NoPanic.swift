import Consoles
package import Guests
import Model

/// The kernel does not panic.
package struct NoPanic: BootCheck {
  package static let info = CheckInfo(
    id: "boot.no-panic", title: "The kernel does not panic", level: .must, clauses: [9], kind: .host,
    remedy: "The console log holds the kernel's last words.",
    description: "Watches COM1 for the kernel's panic message, and QEMU for the guest's panic event.")

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    switch awakening.end {
    case .alarm(let alarm) where alarm.stop == .panic:
      return try await .failed(guest, awakening)
    case .panicked: return try await .failed(guest, awakening)
    default: return .passed
    }
  }
}
