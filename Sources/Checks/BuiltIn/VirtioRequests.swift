package import Guests
import Model
import SecureShell

/// What the guest writes and syncs reaches its disk as requests.
package struct VirtioRequests: BootCheck {
  package static let info = CheckInfo(
    id: "virtio.requests", title: "What the guest writes and syncs reaches its disk", level: .should, clauses: [58],
    kind: .host,
    remedy:
      "Keep the root file system on the disk: no overlay in memory (overlayroot, a live medium's), and no driver that loses writes.",
    description: """
      Writes 1 MiB to /var/tmp over SSH, syncs, and compares QEMU's statistics of the boot disk before and after: they \
      must have grown by as much. A guest that runs from memory answers as well, and forgets everything.
      """)

  static let size: Int64 = 1 << 20

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard let session = awakening.ssh else { return .skipped("there is no SSH session: \(awakening.end.sentence)") }
    guard let before = try await guest.bootDiskStatistics() else { return .skipped("QEMU tells no block statistics") }
    let result = try await session.run(
      """
      f=/var/tmp/imgverify.requests; dd if=/dev/urandom of=$f bs=65536 count=16 2>/dev/null && sync && echo written
      rm -f $f
      """, outputLimit: ByteCount(bytes: 16 << 10), until: guest.patience(60))
    let said = String(decoding: result.standardOutput + result.standardError, as: UTF8.self)
    let after = try await guest.bootDiskStatistics() ?? before
    return judge(before, after, hasWritten: said.contains("written"), said: said)
  }

  static func judge(_ before: BlockStatistics, _ after: BlockStatistics, hasWritten: Bool, said: String) -> Judgement {
    let bytes = after.bytesWritten - before.bytesWritten
    let notes = ["writes": String(after.writes - before.writes), "bytes": String(bytes)]
    guard hasWritten else {
      return .failed("expected 1 MiB written to /var/tmp, found: \(said.prefix(300))", notes: notes)
    }
    // File systems with compression do not shrink random bytes.
    if bytes >= size { return Judgement(.passed, notes: notes) }
    return .failed(
      "expected at least \(size) bytes to reach the boot disk after a write of as many and a sync, found \(bytes)",
      notes: notes)
  }
}
