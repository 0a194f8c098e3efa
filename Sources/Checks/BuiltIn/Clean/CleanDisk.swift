import FileTrees
import Model

// The file systems themselves.

extension CleanCheck {
  static let ofDisk = [
    CleanCheck(
      volumes: "clean.file-system", "The file systems are whole, and were left clean", .should, [69],
      remedy: "Unmount the disk, run 'e2fsck -f' on it, and pack it only after a clean shutdown of the build machine.",
      description: """
        Each ext2, ext3 and ext4 file system of the disk is read to its last folder. Its superblock must say that it was \
        unmounted, with no journal to replay, no errors and no check due; checksums are verified where it has some.
        """
    ) { files in
      let read = files.volumes.filter { $0.state != nil }
      guard !read.isEmpty else { return .skipped(files.why) }
      var notes: [String: String] = [:]
      for volume in read {
        if let cut = volume.state?.cut { notes[volume.name] = "not all of it was read: \(cut)" }
      }
      return .judged(
        read.flatMap { volume in
          (volume.state?.damage ?? []).map { "\(volume.name) is damaged: \($0)" }
            + (volume.state?.pending ?? []).map { "\(volume.name) was not left clean: \($0)" }
        }, evidence: "file systems", notes: notes)
    },
    CleanCheck(
      volumes: "clean.sparse", "Free space of the disk holds no old data", .may, [38],
      remedy: "Zero or trim the free space before packing: 'fstrim -av', or a file of zeros that is then removed.",
      description: """
        Compares what the rebuilt disk takes up with what its file systems say is in use. Blocks of deleted files make the \
        image larger, and show what was deleted. Up to 16 MiB, or a quarter of what is in use, is taken for granted.
        """
    ) { files in
      guard let allocated = files.allocated else { return .skipped("nobody looked at how much the disk takes up") }
      let read = files.volumes.compactMap(\.state)
      guard !read.isEmpty else { return .skipped(files.why) }
      // Of what we do not read, all may be in use.
      let unread = files.volumes.filter { $0.state == nil }.reduce(Int64(0)) { $0.saturating($1.size) }
      let used = read.reduce(unread) { $0.saturating($1.used) }
      let notes = ["in use": amount(used), "taken up": amount(allocated)]
      let allowance = max(16 << 20, used / 4)
      guard allocated > used.saturating(allowance) else { return Judgement(.passed, notes: notes) }
      return .failed(
        "expected the disk to take up about what is in use, \(amount(used)); it takes up \(amount(allocated))",
        notes: notes)
    },
    CleanCheck(
      volumes: "image.uefi-loader", "The EFI system partition has a loader for a machine that is new", .should, [2],
      remedy:
        "Install the loader to the removable path too: 'grub-install --target=x86_64-efi --force-extra-removable'.",
      description: """
        A new virtual machine has no boot entries, so its UEFI firmware starts EFI/BOOT/BOOTX64.EFI alone. An installer \
        that writes only EFI/debian and a boot entry makes a disk that no other machine starts. Skipped when there is no \
        EFI system partition that can be read.
        """
    ) { files in
      let told = files.volumes.filter { $0.hasFallbackLoader != nil }
      guard !told.isEmpty else { return .skipped("the disk has no EFI system partition with a FAT file system") }
      if told.contains(where: { $0.hasFallbackLoader == true }) { return .passed }
      return .failed(
        "expected EFI/BOOT/BOOTX64.EFI on \(told.map(\.name).joined(separator: ", ")), found no such file")
    },
  ]

  private static func amount(_ bytes: Int64) -> String { "\(bytes >> 20) MiB" }
}

extension Int64 {
  fileprivate func saturating(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
