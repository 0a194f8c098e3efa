package import Guests
import Model
import SecureShell

/// QEMU sees the guest's own virtio drivers at work on the boot disk and every NIC.
package struct VirtioFromHost: BootCheck {
  package static let info = CheckInfo(
    id: "virtio.driven", title: "The guest's own virtio drivers drive its disk and NICs, as QEMU sees it",
    level: .should, clauses: [58, 59], kind: .host,
    remedy: "Build virtio_pci, virtio_blk, virtio_scsi and virtio_net into the kernel or its initramfs.",
    description: """
      Asks QEMU's monitor. SeaBIOS drives every virtio disk as well, so only signs that an operating system's driver \
      gives count: negotiated features that SeaBIOS never takes, and interrupts.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard awakening.ssh != nil || awakening.loginPrompt != nil else {
      return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
    guard let disk = try await guest.virtioDisk() else { return .skipped("this QEMU does not tell of virtio drivers") }
    var wrong: [String] = []
    if !disk.diskHasOSDriver {
      wrong.append("the boot disk (\(guest.boot.layout.bootDisk.model.rawValue)) is driven by the firmware alone")
    }
    for (index, nic) in guest.boot.instance.nics.enumerated() {
      guard let facts = try await guest.virtioNIC(index) else { continue }
      if !facts.nicHasDriver {
        wrong.append("NIC \(nic.mac) in \(guest.boot.layout.nics[index].place) has no driver")
      }
    }
    return wrong.isEmpty ? .passed : .failed(wrong.joined(separator: "; "))
  }
}
