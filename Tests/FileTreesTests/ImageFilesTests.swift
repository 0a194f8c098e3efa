import Model
import Testing

@testable import FileTrees

struct ImageFilesTests {
  private func volume(_ number: Int, _ kind: String, uuid: String? = nil, label: String? = nil) -> ImageFiles.Volume {
    .init(partition: number, size: 1 << 20, fileSystem: FileSystemFacts(kind: kind, label: label, uuid: uuid))
  }

  @Test func fstabSaysWhereTheOthersGo() {
    var (root, boot, home) = (FileTree(), FileTree(), FileTree())
    root.add(file: "/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    root.add(
      file: "/etc/fstab",
      "UUID=AA-1 / ext4 rw 0 1\nLABEL=\"home\" /home ext4 rw 0 2\nUUID=bb-2\t/boot ext3 rw 0 2\n/dev/sdb /data ext4\n")
    root.add(folder: "/boot")
    root.add(folder: "/home")
    boot.add(file: "/vmlinuz-1")
    home.add(file: "/me/.bash_history", "x")
    let files = ImageFiles(
      volumes: [volume(1, "ext3", uuid: "bb-2"), volume(2, "ext4", uuid: "aa-1"), volume(3, "ext4", label: "home")],
      trees: [0: boot, 1: root, 2: home])
    #expect(files.tree?.entry("/boot/vmlinuz-1")?.kind == .file)
    #expect(files.tree?.entry("/home/me/.bash_history")?.kind == .file)
    #expect(files.isWhole)
  }

  @Test func whatCannotBeReadIsNamed() {
    let xfs = ImageFiles(volumes: [volume(1, "vfat"), volume(2, "xfs")], trees: [:])
    #expect(xfs.tree == nil)
    #expect(xfs.why.contains("cannot read without booting partition 2 (xfs)"))
    #expect(!xfs.isWhole)
    #expect(ImageFiles(volumes: [volume(1, "ext4")], trees: [0: FileTree()]).why.contains("/etc/passwd"))
    #expect(ImageFiles(volumes: [], trees: [:]).why.contains("no file system"))
  }

  @Test func damageMakesItLessThanWhole() {
    var root = FileTree()
    root.add(file: "/etc/passwd")
    var volume = volume(1, "ext4")
    volume.state = FileSystemState()
    #expect(ImageFiles(volumes: [volume], trees: [0: root]).isWhole)
    volume.state?.damage = ["inode 5"]
    #expect(!ImageFiles(volumes: [volume], trees: [0: root]).isWhole)
  }
}
