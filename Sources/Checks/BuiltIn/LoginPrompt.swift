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
    description: """
      Waits for 'login:' on COM1 within the boot time-out. When it does not come, the guest is looked at where it \
      stands: its last stage and words, its processors, a picture of its screen, and over SSH, or by SysRq keys on \
      COM1, what it still does.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if let time = awakening.loginPrompt { return Judgement(.passed, notes: ["seconds": String(Int(time.inSeconds))]) }
    guard await guest.hasSpoken else { return .skipped("the boot did not get that far: nothing was ever said on COM1") }
    switch awakening.end {
    case .ready, .deadline, .prompt, .poweredOff: return try await .failed(guest, awakening)
    default: return .skipped("the boot did not get that far: \(awakening.sentence)")
    }
  }
}
