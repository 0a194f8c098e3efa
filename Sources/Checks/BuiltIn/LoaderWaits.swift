package import Guests
import Model

/// The boot loader goes on by itself.
package struct LoaderWaits: BootCheck {
  package static let info = CheckInfo(
    id: "boot.loader-waits", title: "The boot loader does not wait for a key", level: .should, clauses: [7],
    kind: .host,
    remedy: "Set GRUB_TIMEOUT=1 (and on Ubuntu GRUB_RECORDFAIL_TIMEOUT=1) and run update-grub.",
    description: """
      From the jump to the boot sector to the kernel's first word on COM1: ten seconds for the menu, and twenty, \
      multiplied by the measured slowness of the host, to load kernel and initramfs. A kernel that speaks only once its \
      serial port is registered has that time as well.
      """)

  static let menuSeconds = 10.0
  static let loadSeconds = 20.0

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let stages = guest.stages.all
    guard let start = stages.first(where: { $0.stage == .bootSector })?.time else {
      return .skipped("the firmware's log does not tell when it jumped to the boot sector")
    }
    guard let kernel = stages.first(where: { $0.stage == .kernel })?.time else {
      return .skipped("the kernel's first word was not seen on COM1")
    }
    return judge(
      seconds: (kernel - start).inSeconds, timeoutScale: guest.timeoutScale, share: guest.processorShare)
  }

  /// - Parameter share: of the processor time that the machine wanted and got; a loader that waits wants little.
  static func judge(seconds: Double, timeoutScale: Double, share: Double) -> Judgement {
    let notes = ["seconds": String(Int(seconds))]
    // Under load only the work takes longer, not the wait.
    let limit = menuSeconds + loadSeconds * max(1, timeoutScale) / max(0.1, share)
    guard seconds > limit else { return Judgement(.passed, notes: notes) }
    return .failed(
      "expected the kernel's first word within \(Int(limit)) s of the boot sector, found it after \(Int(seconds)) s",
      notes: notes)
  }
}
