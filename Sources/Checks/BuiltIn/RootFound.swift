import Consoles
package import Guests
import Metadata
import Model
import SecureShell

/// The initramfs finds the root file system wherever the disk is and whatever it calls itself.
package struct RootFound: BootCheck {
  package static let info = CheckInfo(
    id: "disk.root-found", title: "The root file system is found wherever the disk sits", level: .must,
    clauses: [3, 4], kind: .host,
    remedy:
      "Name the root by UUID or label (root=UUID=… and in fstab), never by device, path or serial number, and keep all virtio drivers in the initramfs.",
    description: """
      Watches COM1 for the initramfs' shell and for a kernel that cannot mount its root. Slot, bus and serial number \
      of the disk differ from boot to boot.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    if case .alarm(let alarm) = awakening.end, alarm.stop == .rootMissing {
      let disk = guest.boot.layout.bootDisk
      let place = "\(disk.model.rawValue) in \(disk.place), serial '\(disk.serial)'"
      return try await .failed(guest, awakening, also: " (the disk: \(place))")
    }
    let reachedInit = await guest.metadata.transcript.firstResetSeconds != nil
    guard awakening.loginPrompt != nil || awakening.ssh != nil || reachedInit else {
      return .skipped("the guest did not get that far")
    }
    return .passed
  }
}
