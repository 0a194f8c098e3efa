import Consoles
package import Guests
import Metadata
import Model

/// The firmware finds boot code on the disk, and that code brings something up.
package struct BootCode: BootCheck {
  package static let info = CheckInfo(
    id: "boot.boot-code", title: "A BIOS finds boot code on the disk, and it loads a system", level: .must,
    clauses: [1], kind: .host,
    remedy:
      "Install the BIOS boot loader to the disk: 'grub-install --target=i386-pc DISK' (with GPT it needs a bios_grub partition).",
    description: """
      Reads SeaBIOS' own log (boots/BOOT/firmware.log) and watches both serial ports: after the firmware has jumped to \
      the boot sector, a boot loader, a kernel or the metadata client must speak. A boot sector with a signature but \
      no code shows as a loop of restarts.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    let firmware = await guest.firmware.state
    let evidence =
      (awakening.examination?.evidence ?? []) + [guest.file("firmware.log"), guest.file("console.log")]
    let notes = ["hand-overs": String(firmware.handOvers)]
    switch awakening.end {
    case .noBootDevice, .bootLoop: return .failed(awakening.sentence, evidence: evidence, notes: notes)
    case .alarm(let alarm) where alarm.stop == .noBootCode:
      return .failed(
        awakening.sentence, evidence: try await guest.report(of: alarm) + evidence, notes: notes)
    default: break
    }
    if await guest.hasSpoken { return Judgement(.passed, notes: notes) }
    guard firmware.handOvers > 0 else {
      throw VerifyError(
        .hypervisorFailed, "SeaBIOS did not get as far as a boot sector; its log ends with '\(firmware.lastBootLine)'")
    }
    return .failed(awakening.sentence, evidence: evidence, notes: notes)
  }
}
