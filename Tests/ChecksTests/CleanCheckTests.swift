import FileTrees
import Intake
import Model
import Testing

@testable import Checks

/// Each check of the pristine image's files on a good tree, and on one with a defect.
struct CleanCheckTests {
  static let good: FileTree = {
    var tree = FileTree()
    tree.add(
      file: "/etc/passwd",
      "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/usr/sbin:/usr/sbin/nologin\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n"
    )
    tree.add(file: "/etc/shadow", "root:!!:20000:0:99999:7:::\ndaemon:*:20000::::::\nsshd:!:20000::::::\n", mode: 0o640)
    tree.add(
      file: "/etc/hosts", "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\n")
    tree.add(file: "/etc/machine-id")
    tree.add(link: "/var/lib/dbus/machine-id", to: "/etc/machine-id")
    tree.add(link: "/etc/resolv.conf", to: "/run/resolv.conf")
    tree.add(file: "/etc/product", "Name: tiny\nVersion: 1.0.0\n")
    tree.add(file: "/etc/motd", "tiny 1.0.0\n")
    tree.add(file: "/etc/ssh/sshd_config", "x")
    tree.add(file: "/etc/network/interfaces", "auto lo\nsource /etc/network/interfaces.d/*\n")
    tree.add(file: "/boot/grub/grub.cfg", "linux /boot/vmlinuz-6.1 root=UUID=1 ro console=ttyS0\n")
    tree.add(file: "/boot/vmlinuz-6.1", "x")
    tree.add(file: "/usr/lib/modules/6.1/kernel/fs/ext4.ko", "x")
    tree.add(link: "/lib", to: "usr/lib")
    tree.add(file: "/var/log/wtmp")
    tree.add(link: "/var/log/README", to: "../../usr/share/doc/systemd/README.logs")
    tree.add(folder: "/var/lib/cloud/scripts/per-boot")
    tree.add(file: "/var/lib/cloud/scripts/per-boot/own", "#!/bin/sh\n")
    tree.add(folder: "/tmp/.X11-unix")
    tree.add(folder: "/var/tmp")
    tree.add(folder: "/root/.ssh", mode: 0o700)
    tree.add(file: "/root/.ssh/authorized_keys")
    tree.add(file: "/root/.ssh/known_hosts", "host ssh-ed25519 AAAA\n")
    tree.add(file: "/var/lib/apt/lists/lock")
    return tree
  }()

  /// They look at the file systems, not at the files.
  static let ofVolumes = ["clean.file-system", "clean.sparse", "image.uefi-loader"]

  struct Defect: Sendable, CustomTestStringConvertible {
    var check: String
    /// What its reason must hold.
    var says: String
    var edit: @Sendable (inout FileTree) -> Void
    init(_ check: String, _ says: String, _ edit: @escaping @Sendable (inout FileTree) -> Void) {
      (self.check, self.says, self.edit) = (check, says, edit)
    }
    /// A file that should not be there.
    init(_ check: String, file path: String, _ text: String = "x") {
      self.init(check, path) { $0.add(file: path, text) }
    }
    /// A file with other text.
    init(_ check: String, _ says: String, _ path: String, _ text: String) {
      self.init(check, says) { tree in
        tree.remove(path)
        tree.add(file: path, text)
      }
    }
    var testDescription: String { "\(check): \(says)" }
  }

  static let defects: [Defect] = [
    .init("clean.host-keys", file: "/etc/ssh/ssh_host_rsa_key"),
    .init("clean.host-keys", file: "/etc/dropbear/dropbear_ed25519_host_key"),
    .init("clean.authorized-keys", "/root/.ssh/authorized_keys", "/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n"),
    .init("clean.authorized-keys", file: "/home/me/.ssh/authorized_keys2"),
    .init("clean.private-keys", file: "/root/.ssh/id_ed25519"),
    .init("clean.private-keys", file: "/root/.ssh/deploy", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3\n"),
    .init("clean.machine-id", "/etc/machine-id", "/etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
    .init("clean.machine-id", "/var/lib/dbus/machine-id", "/var/lib/dbus/machine-id", "0123456789abcdef\n"),
    .init("clean.random-seed", file: "/var/lib/systemd/random-seed"),
    .init("clean.random-seed", file: "/var/lib/systemd/credential.secret"),
    .init("clean.key-material", file: "/etc/ssl/private/ssl-cert-snakeoil.key"),
    .init("clean.cloud-init", file: "/var/lib/cloud/instances/i-1/user-data.txt"),
    .init("clean.cloud-init", "/var/lib/cloud/instance") {
      $0.add(link: "/var/lib/cloud/instance", to: "/var/lib/cloud/instances/i-1")
    },
    .init("clean.cloud-init", file: "/var/log/cloud-init-output.log"),
    .init("clean.installer-configuration", file: "/etc/netplan/00-installer-config.yaml"),
    .init("clean.installer-configuration", file: "/etc/cloud/cloud.cfg.d/99-installer.cfg"),
    .init(
      "clean.boot-arguments", "ds=nocloud", "/boot/grub/grub.cfg", "linux /vmlinuz ro \"ds=nocloud;s=http://x/\"\n"),
    .init("clean.boot-arguments", "inst.ks=", "/etc/default/grub", "GRUB_CMDLINE_LINUX='inst.ks=http://10.0.0.1/ks'\n"),
    .init("clean.hostname", "'builder'", "/etc/hostname", "builder\n"),
    .init("clean.hostname", "'127.0.1.1' in /etc/hosts, found 'packer'", "/etc/hosts", "127.0.1.1 packer\n"),
    .init("clean.machine-info", file: "/etc/machine-info"),
    .init("clean.resolv-conf", "nameserver 192.168.122.1", "/etc/resolv.conf", "# x\nnameserver 192.168.122.1\n"),
    .init("clean.udev-rules", file: "/etc/udev/rules.d/70-persistent-net.rules"),
    .init("clean.dhcp-leases", file: "/var/lib/dhcp/dhclient.eth0.leases"),
    .init("clean.dhcp-leases", file: "/var/lib/NetworkManager/secret_key"),
    .init("clean.login-records", "/var/log/wtmp", "/var/log/wtmp", "x"),
    .init("clean.logs", file: "/var/log/apt/history.log"),
    .init("clean.logs", "and 2 more") { tree in
      for number in 0..<5 { tree.add(file: "/var/log/messages.\(number)", "x") }
    },
    .init("clean.journal", file: "/var/log/journal/0123/system.journal"),
    .init("clean.installer-logs", file: "/var/log/installer/syslog"),
    .init("clean.shell-history", file: "/root/.bash_history"),
    .init("clean.kickstart", file: "/root/anaconda-ks.cfg"),
    .init("clean.temporary-files", file: "/var/tmp/build.sh"),
    .init("clean.temporary-files", "/tmp/packer") { $0.add(folder: "/tmp/packer") },
    .init("clean.package-cache", file: "/var/cache/apt/archives/x_1_amd64.deb"),
    .init("clean.package-cache", file: "/var/cache/dnf/x/packages/x.rpm"),
    .init("clean.one-kernel", "found 2") { $0.add(file: "/boot/vmlinuz-5.10", "x") },
    .init("clean.one-kernel", "folder of modules") { $0.add(file: "/usr/lib/modules/5.10/kernel/fs/ext4.ko", "x") },
    .init("clean.build-tools", file: "/usr/bin/ansible-playbook"),
    .init("clean.filler-files", file: "/zeroed_file"),
    .init("clean.filler-files", file: "/swapfile"),
    .init("clean.foreign-agents", file: "/usr/sbin/waagent"),
    .init("clean.foreign-agents", "plymouth") { $0.add(file: "/usr/sbin/plymouthd", "x") },
    .init("clean.foreign-agents", "qemu-guest-agent") {
      $0.add(link: "/etc/runlevels/default/qemu-guest-agent", to: "/etc/init.d/qemu-guest-agent")
    },
    .init("clean.first-boot-marker", file: "/usr/lib/smartdc/.firstboot-complete-do-not-delete", ""),
    .init("clean.first-boot-marker", file: "/var/tmp/user-script.lock", ""),
    .init("clean.product", "version '1.0.0' in /etc/product", "/etc/product", "Name: tiny\nVersion: 0.9\n"),
    .init("clean.interface-names", "'enp0s3'", "/etc/network/interfaces", "auto lo\niface enp0s3 inet dhcp\n"),
    .init("clean.passwords", "'root' has a password hash", "/etc/shadow", "root:$6$salt$hunter2:1::::::\n"),
    .init("clean.passwords", "'ubuntu' needs no password", "/etc/shadow", "root:*:1::::::\nubuntu::1::::::\n"),
    .init("clean.passwords", "'root' is locked, but has", "/etc/shadow", "root:!$6$salt$hunter2:1::::::\n"),
    .init("clean.passwords", "in /etc/passwd", "/etc/passwd", "root:$6$x$hunter2:0:0::/root:/bin/sh\n"),
    .init(
      "clean.build-user", "'ubuntu' (uid 1000)", "/etc/passwd",
      "root:x:0:0::/root:/bin/sh\nubuntu:x:1000:1000::/home/ubuntu:/bin/bash\n"),
  ]

  private func judge(_ id: String, _ tree: FileTree, volumes: [ImageFiles.Volume] = []) throws -> Judgement {
    let check = try #require(CleanCheck.all.first { $0.info.id == id })
    return check.judge(ImageFiles(tree: tree, volumes: volumes), manifest: try Self.manifest())
  }

  private static func manifest() throws -> Manifest {
    let text = """
      {"v": 2, "uuid": "a8b1a1c4-0000-4000-8000-000000000001", "name": "tiny", "version": "1.0.0", "type": "zvol",
       "os": "linux", "nic_driver": "virtio", "disk_driver": "virtio", "cpu_type": "host", "image_size": 64,
       "files": [{"sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709", "size": 10, "compression": "gzip"}]}
      """
    return try #require(Manifest.read(Array(text.utf8)).manifest)
  }

  @Test func aCleanTreePassesAll() throws {
    for check in CleanCheck.all where !Self.ofVolumes.contains(check.info.id) {
      #expect(try judge(check.info.id, Self.good).outcome == .passed, "\(check.info.id)")
    }
  }

  @Test(arguments: defects) func aDefectIsNamed(_ defect: Defect) throws {
    var tree = Self.good
    defect.edit(&tree)
    guard case .failed(let reason) = try judge(defect.check, tree).outcome else {
      Issue.record("\(defect.check) does not fail")
      return
    }
    #expect(reason.contains(defect.says) && reason.contains("expected"), "\(reason)")
    #expect(!reason.contains("hunter2"), "a secret is quoted: \(reason)")
    // No other check takes it for a defect.
    let others = try CleanCheck.all.map(\.info.id).filter { id in
      guard id != defect.check, !Self.ofVolumes.contains(id) else { return false }
      return try judge(id, tree).outcome != .passed
    }
    #expect(others == [])
  }

  @Test func everyCheckHasADefect() {
    let proven = Set(Self.defects.map(\.check)).union(Self.ofVolumes)
    #expect(Set(CleanCheck.all.map(\.info.id)) == proven)
  }

  @Test func whatIsAllowedIsNoDefect() throws {
    var tree = Self.good
    tree.remove("/etc/machine-id")
    tree.add(file: "/etc/machine-id", "uninitialized\n")
    #expect(try judge("clean.machine-id", tree).outcome == .passed)
    tree.remove("/etc/shadow")
    tree.add(file: "/etc/shadow", "root:*:1::::::\nold:!$6$x$y:1::::::\n+::::::\n")
    #expect(try judge("clean.passwords", tree).outcome != .passed, "NIS entries let others in")
    tree.remove("/etc/shadow")
    tree.add(file: "/etc/shadow", "root:*:1::::::\nold:!$6$x$y:1::::::\nlp:!*:1::::::\n")
    #expect(try judge("clean.passwords", tree).outcome == .passed)
    tree.remove("/etc/product")
    #expect(try judge("clean.product", tree).outcome == .passed)
    tree.remove("/etc/motd")
    tree.add(file: "/etc/motd", "Debian comes with ABSOLUTELY NO WARRANTY\n")
    #expect(try judge("clean.product", tree).outcome.name == "skipped")
    tree.add(link: "/etc/systemd/system/dev-port.device.wants/qemu-guest-agent.service", to: "/x")
    #expect(try judge("clean.foreign-agents", tree).outcome == .passed)
    tree.add(file: "/etc/netplan/a.yaml", "# ens3 is the builder's\nrenderer: networkd\n")
    #expect(try judge("clean.interface-names", tree).outcome == .passed)
    tree.add(file: "/boot/vmlinuz-0-rescue-0123", "x")
    #expect(try judge("clean.one-kernel", tree).outcome == .passed)
  }

  @Test func withoutATreeAllAreSkippedWithTheReason() throws {
    let files = ImageFiles(why: "the root file system is xfs", volumes: [])
    for check in CleanCheck.all where !["clean.sparse", "image.uefi-loader"].contains(check.info.id) {
      #expect(check.judge(files, manifest: nil).outcome == .skipped(why: "the root file system is xfs"))
    }
  }

  @Test func aTreeOfWhichAPartIsMissingPassesNothing() throws {
    var volume = ImageFiles.Volume(
      partition: 1, size: 64 << 20, fileSystem: FileSystemFacts(kind: "ext4"), state: FileSystemState())
    volume.state?.damage = ["/etc/ssh: the folder in inode 12: EXT2 directory corrupted"]
    #expect(try judge("clean.host-keys", Self.good, volumes: [volume]).outcome.name == "skipped")
    var tree = Self.good
    tree.add(file: "/etc/ssh/ssh_host_rsa_key", "x")
    #expect(try judge("clean.host-keys", tree, volumes: [volume]).outcome.name == "failed")
    #expect(
      try judge("clean.file-system", tree, volumes: [volume]).outcome
        == .failed(
          reason: "partition 1 (ext4) is damaged: /etc/ssh: the folder in inode 12: EXT2 directory corrupted"))
  }

  @Test func aFileSystemLeftMountedIsNotClean() throws {
    var volume = ImageFiles.Volume(
      partition: nil, size: 64 << 20, fileSystem: FileSystemFacts(kind: "ext3"), state: FileSystemState())
    #expect(try judge("clean.file-system", Self.good, volumes: [volume]).outcome == .passed)
    volume.state?.pending = ["its journal waits to be replayed"]
    #expect(
      try judge("clean.file-system", Self.good, volumes: [volume]).outcome
        == .failed(reason: "the disk (ext3) was not left clean: its journal waits to be replayed"))
  }

  @Test func freeSpaceIsComparedWithWhatTheDiskTakesUp() throws {
    let check = try #require(CleanCheck.all.first { $0.info.id == "clean.sparse" })
    var state = FileSystemState()
    (state.size, state.used) = (4 << 30, 400 << 20)
    let volume = ImageFiles.Volume(partition: 1, size: 4 << 30, fileSystem: .init(kind: "ext4"), state: state)
    func outcome(_ allocated: Int64?, _ volumes: [ImageFiles.Volume]) -> String {
      check.judge(ImageFiles(volumes: volumes, allocated: allocated), manifest: nil).outcome.name
    }
    #expect(outcome(nil, [volume]) == "skipped")
    #expect(outcome(450 << 20, [volume]) == "passed")
    #expect(outcome(600 << 20, [volume]) == "failed")
    // What is not read may be full.
    #expect(outcome(600 << 20, [volume, .init(partition: 2, size: 1 << 30, fileSystem: nil)]) == "passed")
    #expect(outcome(.max, [.init(partition: 2, size: .max, fileSystem: nil), volume]) == "passed")
  }

  @Test func theSystemPartitionNeedsALoaderThatIsFound() throws {
    let check = try #require(CleanCheck.all.first { $0.info.id == "image.uefi-loader" })
    func outcome(_ has: Bool?) -> Outcome {
      var volume = ImageFiles.Volume(partition: 15, size: 1 << 20, fileSystem: FileSystemFacts(kind: "vfat"))
      volume.hasFallbackLoader = has
      return check.judge(ImageFiles(volumes: [volume]), manifest: nil).outcome
    }
    #expect(outcome(nil).name == "skipped")
    #expect(outcome(true) == .passed)
    #expect(
      outcome(false) == .failed(reason: "expected EFI/BOOT/BOOTX64.EFI on partition 15 (vfat), found no such file"))
  }

  @Test func namesThatObeyNobodyAreQuoted() throws {
    var tree = Self.good
    tree.add(file: "/tmp/\u{1b}]0;owned\u{07}" + String(repeating: "x", count: 300), "x")
    guard case .failed(let reason) = try judge("clean.temporary-files", tree).outcome else {
      Issue.record("it does not fail")
      return
    }
    #expect(!reason.unicodeScalars.contains("\u{1b}") && reason.count < 400)
  }
}
