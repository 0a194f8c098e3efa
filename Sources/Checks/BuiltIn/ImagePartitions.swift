package import Model

/// The disk has a sound partition table and code for a BIOS to start, seen without booting.
package struct ImagePartitions: HostCheck {
  package static let info = CheckInfo(
    id: "image.partitions", title: "The disk's partition table is sound, and its boot sector holds code", level: .must,
    clauses: [1], kind: .host,
    remedy: """
      Mend the table with 'sgdisk --verify' or 'sfdisk --verify', and install the BIOS boot loader to the disk: \
      'grub-install --target=i386-pc DISK' (with GPT it needs a bios_grub partition).
      """,
    description: """
      Reads the rebuilt disk: MBR or GPT with its checksums and its backup, partitions that lie on the disk and do \
      not overlap, and the boot code of the first sector. The active flag is only noted: SeaBIOS does not need it.
      """)

  /// - Parameters:
  ///   - disk: nil when no disk was rebuilt.
  ///   - bootrom: `requirements.bootrom` of the manifest; an image that asks for UEFI needs no boot code.
  package static func judge(_ disk: DiskFacts?, bootrom: String?) -> Judgement {
    guard let disk else { return .skipped("no disk was rebuilt") }
    var problems = disk.problems
    var notes = ["table": disk.table.rawValue]
    if !disk.bootCode, bootrom == "uefi" {
      notes["boot code"] = "none; the manifest asks for UEFI"
    } else if !disk.bootCode {
      problems.append(
        disk.table == .none
          ? "there is neither a partition table nor boot code on the disk: it is empty, or no disk at all"
          : "the first sector holds no boot code: a BIOS finds nothing to start")
    }
    if disk.table == .mbr, !disk.partitions.contains(where: \.active) {
      notes["active"] = "no partition is; SeaBIOS does not need it"
    }
    if disk.table == .gpt, !disk.partitions.contains(where: { $0.typeName == "BIOS boot" }) {
      notes["BIOS boot partition"] = "none; GRUB wants one on a GPT disk"
    }
    var judgement = Judgement.judged(problems, evidence: "problems", notes: notes)
    judgement.evidence.append(Evidence(name: "partitions", text: disk.listing))
    return judgement
  }
}
