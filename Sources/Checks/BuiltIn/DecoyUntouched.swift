package import Guests
import Model

/// The guest writes nothing to a disk that has a partition table already.
package struct DecoyUntouched: BootCheck {
  package static let info = CheckInfo(
    id: "disk.decoy-untouched", title: "The guest writes nothing to a second disk that is not empty", level: .must,
    clauses: [33], kind: .host,
    remedy:
      "Format a data disk only when nothing at all is on it (cloud-init: 'overwrite: false' in disk_setup and fs_setup), and never by its name alone.",
    description: """
      Some boots have a second disk with the image's own partition table, as a disk of another machine would have. \
      QEMU counts what is written to it: nothing may be.
      """)

  package static func judge(_ guest: Guest, _ awakening: Awakening) async throws -> Judgement {
    guard guest.boot.layout.extraDisk?.content == .decoy else { return .skipped("this boot has no second disk in use") }
    guard awakening.ssh != nil || awakening.loginPrompt != nil else {
      return .skipped("the boot did not get that far: \(awakening.end.sentence)")
    }
    guard let statistics = try await guest.extraDiskStatistics() else {
      throw VerifyError(.hypervisorFailed, "QEMU does not tell what was written to the second disk")
    }
    return judge(statistics)
  }

  static func judge(_ statistics: BlockStatistics) -> Judgement {
    let notes = ["reads": String(statistics.reads), "writes": String(statistics.writes)]
    guard statistics.writes > 0 || statistics.unmaps > 0 else { return Judgement(.passed, notes: notes) }
    return .failed(
      "expected nothing written to the second disk, which has a partition table; found \(statistics.writes) writes "
        + "(\(statistics.bytesWritten) bytes) and \(statistics.unmaps) discards", notes: notes)
  }
}
