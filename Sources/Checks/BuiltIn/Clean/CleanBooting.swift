import FileTrees
import Intake
import Model

// What the boot loader and the kernel would do.

extension CleanCheck {
  static let ofBooting = [
    CleanCheck(
      "clean.boot-arguments", "The kernel's command lines hold nothing of the installer", .should, [8, 63],
      remedy: "Remove the words from /etc/default/grub and run update-grub (grub2-mkconfig, grubby --remove-args).",
      description: """
        Words that an installer was started with (ds=nocloud, autoinstall, inst.ks, ks=, preseed, url=) in the boot \
        loader's files make instances look for the installer's sources, and cloud-init for another one's metadata.
        """
    ) { tree, _ in .judged(installerWords(in: tree), evidence: "words") },
    CleanCheck(
      "clean.one-kernel", "The image holds one kernel only", .should, [68],
      remedy: "Remove the older kernels: 'apt-get autoremove --purge', 'dnf remove --oldinstallonly'.",
      description: """
        Counted are the kernels in /boot that belong to a version (vmlinuz-VERSION), rescue kernels left out, and the \
        folders of /lib/modules that hold modules. An older kernel is what a confused boot loader may start.
        """
    ) { tree, _ in
      let kernels = tree.found(["/boot/vmlinuz-*", "/boot/vmlinux-*", "/boot/Image-*"])
        .filter { !$0.contains("rescue") && !$0.hasSuffix(".old") && tree.entry($0)?.kind == .file }.sorted()
      let modules = tree.matches("/lib/modules/*").filter { !tree.matches($0 + "/kernel/*").isEmpty }
      let notes = ["kernels": String(kernels.count), "module folders": String(modules.count)]
      if kernels.count > 1 { return several(kernels, "kernel", notes) }
      return modules.count > 1 ? several(modules, "folder of modules", notes) : Judgement(.passed, notes: notes)
    },
  ]

  private static func several(_ paths: [String], _ what: String, _ notes: [String: String]) -> Judgement {
    .failed(
      "expected one \(what), found \(paths.count): " + paths.prefix(4).map(quoted).joined(separator: ", "),
      notes: notes)
  }

  private static func installerWords(in tree: FileTree) -> [String] {
    let starts = [
      "ds=nocloud", "autoinstall", "inst.ks=", "ks=", "preseed/", "preseed=", "url=", "inst.repo=", "inst.stage2=",
    ]
    var problems: [String] = []
    for path in tree.bootFiles.prefix(50) {
      for line in tree.lines(path) {
        let words = line.split { " \t\"'".contains($0) }
        for word in words.prefix(1000) where starts.contains(where: { word.lowercased().hasPrefix($0) }) {
          problems.append(
            "expected no words of the installer, found \(quoted(String(word.prefix(60)))) in \(quoted(path))")
        }
      }
    }
    return Array(Set(problems)).sorted().prefix(50).map { $0 }
  }
}
