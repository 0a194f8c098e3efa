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
    let evidence = [guest.file("firmware.log"), guest.file("console.log")]
    let notes = ["hand-overs": String(firmware.handOvers)]
    switch awakening.end {
    case .noBootDevice:
      return .failed("SeaBIOS found no bootable device: no disk has a boot sector", evidence: evidence, notes: notes)
    case .alarm(let alarm) where alarm.stop == .noBootCode:
      return .failed(
        alarm.description, evidence: try await guest.consoleEvidence(of: alarm) + evidence.prefix(1), notes: notes)
    case .bootLoop(let times):
      return .failed(
        "boot loop: SeaBIOS jumped to the boot sector \(times) times, and nothing came of it; the sector holds no boot code",
        evidence: evidence, notes: notes)
    default: break
    }
    if await guest.hasSpoken { return Judgement(.passed, notes: notes) }
    guard firmware.handOvers > 0 else {
      throw VerifyError(
        .hypervisorFailed, "SeaBIOS did not get as far as a boot sector; its log ends with '\(firmware.lastBootLine)'")
    }
    // Zeros and garbage run on and on, a halted processor was halted on purpose.
    let busy = guest.processorSeconds > awakening.duration.inSeconds / 2
    return .failed(
      "SeaBIOS jumped to the boot sector, and then nothing was said on either serial port for "
        + "\(awakening.duration.forPeople); the processor \(busy ? "spins" : "is halted")",
      evidence: evidence, notes: notes)
  }
}
