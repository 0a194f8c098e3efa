package import Guests
import Model
import SecureShell

/// What the guest frees reaches the host.
package struct DiskDiscards: BootCheck {
  package static let info = CheckInfo(
    id: "disk.discards", title: "'fstrim /' in the guest gives blocks back to the host", level: .should, clauses: [37],
    kind: .host,
    remedy:
      "Use a file system that knows discard (ext4, XFS) and a kernel whose virtio_blk passes it on; with LVM or encryption allow discards there.",
    description: """
      Writes and removes a file, runs 'fstrim /' over SSH and compares QEMU's count of unmapped pieces before and after. \
      Machines whose disk takes no discards (virtio-blk before QEMU 4.0, as on SmartOS' KVM) are left out.
      """)

  /// A file system may remember what it has trimmed (ext4 does), so something has to become free first.
  private static let script = """
    command -v fstrim >/dev/null || exit 77
    file=/var/tmp/imgverify-trim
    dd if=/dev/zero of=$file bs=65536 count=64 2>/dev/null
    sync
    rm -f $file
    sync
    fstrim -v / && echo trimmed
    """

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard let session = awakening.ssh else { return .skipped("there is no SSH session: \(awakening.end.sentence)") }
    // The property is virtio-blk's; disks of SCSI take discards with any machine type.
    let takes =
      guest.boot.layout.bootDisk.model == .virtioSCSI ? true : try await guest.bootDiskTakesDiscards()
    guard takes == true else { return .skipped("this machine's boot disk takes no discards") }
    guard let before = try await guest.bootDiskStatistics() else { return .skipped("QEMU tells no block statistics") }
    let result = try await session.run(
      "exec /bin/sh -s", input: Array(script.utf8), outputLimit: ByteCount(bytes: 16 << 10), until: guest.patience(120))
    let said = String(decoding: result.standardOutput + result.standardError, as: UTF8.self)
    if result.status == 77 { return .skipped("this guest has no command 'fstrim'") }
    let after = try await guest.bootDiskStatistics() ?? before
    return judge(unmapped: after.unmaps - before.unmaps, hasTrimmed: said.contains("trimmed"), said: said)
  }

  static func judge(unmapped: Int64, hasTrimmed: Bool, said: String) -> Judgement {
    let notes = ["unmapped": String(unmapped)]
    if hasTrimmed, unmapped > 0 { return Judgement(.passed, notes: notes) }
    let found = hasTrimmed ? "none, though fstrim succeeded" : "fstrim failed: \(said.prefix(300))"
    return .failed(
      "expected 'fstrim /' to give blocks back to the host, found \(found)",
      evidence: [Evidence(name: "fstrim", text: said)], notes: notes)
  }
}
