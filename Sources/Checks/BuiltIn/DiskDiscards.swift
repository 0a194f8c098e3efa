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
      Writes 8 MiB into a file, removes it, runs 'fstrim /' over SSH, and looks how much the disk's overlay shrinks on the \
      host (QEMU does not count the discards of virtio-blk). Machines whose disk takes none (virtio-blk before QEMU 4.0, as \
      on SmartOS' KVM) are left out.
      """)

  private static let written = ByteCount.mebibytes(8)
  private static let write = """
    command -v fstrim >/dev/null || exit 77
    dd if=/dev/zero of=/var/tmp/imgverify-trim bs=65536 count=128 2>/dev/null && sync && echo written
    """
  private static let trim = "rm -f /var/tmp/imgverify-trim; sync; fstrim -v / && echo trimmed"

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard let session = awakening.ssh else { return .skipped("there is no SSH session: \(awakening.end.sentence)") }
    // The property is virtio-blk's; disks of SCSI take discards with any machine type.
    let takes =
      guest.boot.layout.bootDisk.model == .virtioSCSI ? true : try await guest.bootDiskTakesDiscards()
    guard takes == true else { return .skipped("this machine's boot disk takes no discards") }
    func run(_ script: String) async throws -> (status: Int32?, said: String) {
      let result = try await session.run(
        "exec /bin/sh -s", input: Array(script.utf8), outputLimit: ByteCount(bytes: 16 << 10),
        until: guest.patience(120))
      return (result.status, String(decoding: result.standardOutput + result.standardError, as: UTF8.self))
    }
    let first = try await run(write)
    if first.status == 77 { return .skipped("this guest has no command 'fstrim'") }
    guard first.said.contains("written") else { return .skipped("no file of \(written) could be written to /var/tmp") }
    guard let full = try await guest.bootDiskUse() else { return .skipped("QEMU does not tell what the disk takes") }
    let second = try await run(trim)
    let left = try await guest.bootDiskUse() ?? full
    return judge(
      freed: max(0, full.bytes - left.bytes), hasTrimmed: second.said.contains("trimmed"), said: second.said)
  }

  /// - Parameter freed: bytes on the host.
  static func judge(freed: Int64, hasTrimmed: Bool, said: String) -> Judgement {
    let notes = ["freed": "\(ByteCount(bytes: freed))"]
    if hasTrimmed, freed >= written.bytes / 2 { return Judgement(.passed, notes: notes) }
    let found =
      hasTrimmed ? "\(ByteCount(bytes: freed)), though fstrim succeeded" : "fstrim failed: \(said.prefix(300))"
    return .failed(
      "expected 'fstrim /' to give the \(written) of a removed file back to the host, found \(found)",
      evidence: [Evidence(name: "fstrim", text: said)], notes: notes)
  }
}
