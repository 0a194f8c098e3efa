import Checks
import Foundation
import Metadata
import Model

/// The files and commands of a guest that keeps every promise of `expectations`, in a folder; and ways to spoil it.
struct FakeGuest {
  let root: String

  static let hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA3dJ5F8J6oZkq3cYw2t1ZbVQnUu2m3x9m1o5F7o0y3C"

  init(at root: String) throws {
    self.root = root
    try files([
      "etc/hostname": "imgv-one\n", "etc/hosts": "127.0.0.1\tlocalhost\n127.0.1.1\timgv-one # me\n",
      "etc/resolv.conf": "# made\nnameserver 10.77.1.3\n", "etc/machine-id": "0f2c4a6e0f2c4a6e0f2c4a6e0f2c4a6e\n",
      "etc/hostid": "RZ", "etc/passwd": "root:x:0:0:root:/root:/bin/sh\n",
      "etc/shadow": "root:$6$salt$hash:19000:0:99999:7:::\ndaemon:*:19000::::::\nsshd:!:19000::::::\n",
      "etc/fstab": "# all\nUUID=1 / ext4 rw 0 1\n/dev/vdb /data auto defaults,nofail,comment=cloudconfig 0 2\n",
      "root/.ssh/authorized_keys": "\(rootKey)\n\(InstanceDictionary.companionKey(nonce: boot.instance.nonce))\n",
      "proc/cmdline": "root=UUID=1 ro console=tty0 console=ttyS0,115200n8\n", "proc/consoles": "ttyS0 -W- 4:64\n",
      "proc/cpuinfo": "processor\t: 0\n\nprocessor\t: 1\n", "proc/meminfo": "MemTotal:  480000 kB\n",
      "proc/self/mountinfo":
        "1 1 0:2 / / rw - rootfs rootfs rw\n25 1 254:1 / / rw - ext4 /dev/root rw\n26 25 0:5 / /p rw - proc proc rw\n",
      "proc/stat": "cpu 1\nbtime 1000000\n", "proc/swaps": "Filename Type Size Used Priority\n",
      "proc/sys/kernel/hostname": "imgv-one\n",
      "proc/net/route": """
      Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
      ens9 00000000 02014D0A 0003 0 0 0 00000000 0 0 0
      ens9 00014D0A 00000000 0001 0 0 0 00FFFFFF 0 0 0

      """,
      "proc/1/stat": "1 (init (x) y) S 0 1 1 0 -1 0\n", "proc/77/stat": "77 (agetty) S 1 77 77 1088 -1 0\n",
      "run/systemd/system/x": "",
      "run/cloud-init/result.json":
        "{\n \"v1\": {\n  \"datasource\": \"DataSourceSmartOS [x=y]\",\n  \"errors\": []\n }\n}\n",
      "sys/firmware/x": "", "sys/class/dmi/id/product_uuid": "7D1F3A52-9C0E-4B7E-8F55-2F6F0C6C2D10\n",
      "var/lib/cloud/data/instance-id": "7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10\n",
      "var/tmp/imgverify.user-script": "5f0f6a1e93c44b0e 1000030\n",
      "var/tmp/imgverify.operator-script": "5f0f6a1e93c44b0e 1000020\n5f0f6a1e93c44b0e 1000040\n",
      "var/tmp/imgverify.cloud-config": "5f0f6a1e93c44b0e\n",
      "etc/ssh/sshd_config": "PermitRootLogin yes\n", "etc/ssh/ssh_host_ed25519_key": "secret\n",
      "etc/ssh/ssh_host_ed25519_key.pub": "\(Self.hostKey) root@imgv-one\n",
      "etc/dropbear/dropbear_rsa_host_key": "secret\n",
      "var/lib/systemd/random-seed": String(repeating: "0123456789abcdef", count: 32),
      "var/lib/dhcp/dhclient6.ens9.leases":
        #"default-duid "\000\001\000\001*\273\2345\220\270\320>Z\001";"# + "\nlease6 {\n}\n",
      "var/lib/dhcpcd/duid": "00:03:00:01:90:b8:d0:3e:5a:02\n", "var/lib/NetworkManager/secret_key": "nm-v2:secret",
      "var/db/mdata-user-data": "imgverify nonce 5f0f6a1e93c44b0e\n",
    ])
    try run("chmod 700 root/.ssh; chmod 600 root/.ssh/authorized_keys etc/*/*_key var/lib/systemd/random-seed")
    try disk("vda", driver: "virtio_blk", serial: "S-1", dev: "254:0", partitionDev: "254:1")
    try disk("vdb", driver: "virtio_blk", serial: "X-1", dev: "254:16", partitionDev: "254:17")
    try nic("ens9", "90:b8:d0:3e:5a:01", 1500, "10.77.1.24/24")
    try nic("ens3", "90:B8:D0:3E:5A:02", 1400, "10.77.2.30/22")
    try tools()
    try wideNetwork()
    try accounts()
    try system()
  }

  func files(_ files: [String: String]) throws { for (path, text) in files { try write(text, to: root + "/" + path) } }

  func run(_ command: String) throws {
    let (status, output) = try ChecksTests.run("/bin/sh", ["-c", "cd '\(root)' && { \(command); }"])
    if status != 0 { throw VerifyError(.toolFailed, "\(command): \(String(decoding: output, as: UTF8.self))") }
  }

  /// A whole disk of 1 GiB with one partition, as /sys shows it.
  func disk(_ name: String, driver: String, serial: String, dev: String, partitionDev: String) throws {
    let device = "sys/devices/pci0/virtio-\(name)/virtio7"
    let block = device + "/block/" + name
    try files([
      block + "/dev": dev + "\n", block + "/size": "2097152\n", block + "/serial": serial,
      block + "/\(name)1/dev": partitionDev + "\n", block + "/\(name)1/size": "2095104\n",
      block + "/\(name)1/start": "2048\n", block + "/\(name)1/partition": "1\n",
    ])
    try run(
      """
      mkdir -p sys/class/block sys/bus/\(driver)
      ln -sfn "$PWD/sys/bus/\(driver)" \(device)/driver; ln -sfn ../.. \(block)/device
      ln -sfn "$PWD/\(block)" sys/class/block/\(name); ln -sfn "$PWD/\(block)/\(name)1" sys/class/block/\(name)1
      """)
  }

  func nic(_ name: String, _ mac: String, _ mtu: Int, _ address: String, driver: String = "virtio_net") throws {
    let base = "sys/class/net/" + name
    try files([base + "/address": mac + "\n", base + "/mtu": "\(mtu)\n", base + "/flags": "0x1003\n"])
    try write(
      "2: \(name)    inet \(address) brd 1.2.3.4 scope global \(name)\\ valid\n", to: root + "/tools/address.\(name)")
    try run("mkdir -p \(base)/device sys/bus/\(driver); ln -sfn \"$PWD/sys/bus/\(driver)\" \(base)/device/driver")
  }

  /// A command of the guest. A child writes it: a descriptor of ours that is open for writing while another test forks
  /// would make the file "busy" for exec.
  func tool(_ name: String, _ text: String) throws {
    let path = root + "/tools/" + name
    let (status, _) = try ChecksTests.run(
      "/bin/sh", ["-c", "cat >\"$1\" && chmod 755 \"$1\"", "sh", path], input: "#!/bin/sh\n\(text)\n")
    if status != 0 { throw VerifyError(.toolFailed, "cannot write \(path)") }
  }

  private func tools() throws {
    // busybox prefers its own commands to those of PATH, but functions to both.
    let own = ["ip", "hostid", "dmesg", "df", "sleep", "nft", "uname", "findfs", "rpm"].map {
      "[ ! -e '\(root)/tools/\($0)' ] || \($0)() { '\(root)/tools/\($0)' \"$@\"; }\n"
    }
    try write(
      ". '\(root)/tools/expectations'\n" + own.joined() + ". '\(shippedChecks)/helpers.sh'\n",
      to: root + "/tools/helpers.sh")
    try tool("ip", "cat '\(root)/tools/address.'\"$6\" 2>/dev/null")
    try tool("hostid", "echo 7d1f3a52")
    try tool("cloud-init", "exit 1")
    try tool("dropbearkey", "echo Public key portion is:; echo ssh-rsa AAAAB3NzaC1yc2E= root@imgv-one")
    try tool("dmesg", "echo '[ 0.1] Linux'; echo '[ 0.2] ACPI: BIOS Bug: nothing'; echo '[ 9] I/O error, dev fd0'")
    try tool("df", "echo head; echo '/dev/root 1000000 1 1 1% /'")
    try tool(
      "systemctl",
      "case $1 in is-system-running) echo running ;; is-enabled) case $2 in *.socket) ;; *) echo enabled ;; esac ;; show) echo Result=success ;; esac"
    )
    let store = root + "/tools/store"
    try tool(
      "mdata-get",
      "[ \"$1\" != sdc:uuid ] || { echo 7d1f3a52-9c0e-4b7e-8f55-2f6f0c6c2d10; exit; }; cat '\(store)/'\"$1\" 2>/dev/null"
    )
    try files([
      "tools/store/root_authorized_keys": rootKey + "\n", "tools/store/root_pw": "secret\n",
      "tools/store/imgverify:odd": InstanceDictionary.oddValue, "tools/store/imgverify:big": Self.bigValue(40),
    ])
    try tool("mdata-put", "case $1 in sdc:*) exit 2 ;; esac; mkdir -p '\(store)'; echo \"$2\" >'\(store)/'\"$1\"")
    try tool("mdata-list", "ls '\(store)'")
    try tool("mdata-delete", "rm '\(store)/'\"$1\"")
  }
}

extension FakeGuest {
  /// A way to spoil a guest, the check that must see it, and words of the reason that it must give.
  struct Defect: Sendable {
    var check: String
    var says: String
    var make: @Sendable (FakeGuest) throws -> Void

    init(_ check: String, _ says: String, _ make: @escaping @Sendable (FakeGuest) throws -> Void) {
      (self.check, self.says, self.make) = (check, says, make)
    }
    /// Puts `text` into the file `path`.
    init(_ check: String, _ says: String, _ path: String, _ text: String) {
      self.init(check, says) { try $0.files([path: text]) }
    }
  }

  static var defects: [Defect] {
    network + wider + identity + kept + access + accounts + metadata + metadataMore + boots + disks + system
  }

  static let network = [
    Defect("network.address", "expected address 10.77.1.24/24, found none", "tools/address.ens9", ""),
    Defect(
      "network.address", "address 10.77.1.100/24 was never promised from the DHCP range, which begins at 10.77.1.100",
      "tools/address.ens9", "2: ens9    inet 10.77.1.100/24 brd 1.2.3.4 scope global dynamic ens9\n"),
    Defect(
      "network.address", "expected address 10.77.2.30/22, found 10.77.2.30/24", "tools/address.ens3",
      "2: ens3    inet 10.77.2.30/24 scope global ens3\n"),
    Defect("network.address", "found down (flags 0x1002)", "sys/class/net/ens3/flags", "0x1002\n"),
    Defect(
      "network.address", "expected one network device with MAC 90:b8:d0:3e:5a:02, found 0",
      "sys/class/net/ens3/address",
      "90:b8:d0:3e:5a:03\n"),
    Defect("network.route", "found none", "proc/net/route", "Iface Destination Gateway Flags\n"),
    Defect(
      "network.route", "expected the default gateway 10.77.1.2, found 10.77.1.9", "proc/net/route",
      "ens9 00000000 09014D0A 0003 0 0 0 00000000 0 0 0\n"),
    Defect(
      "network.route", "found via 10.77.1.2 on ens9, via 10.77.2.2 on ens3", "proc/net/route",
      "ens9 00000000 02014D0A 0003 0 0 0 00000000 0 0 0\nens3 00000000 02024D0A 0003 0 0 9 00000000 0 0 0\n"),
    Defect(
      "network.route", "expected the default route on ens9, found it on ens3", "proc/net/route",
      "ens3 00000000 02014D0A 0003 0 0 0 00000000 0 0 0\n"),
    Defect(
      "network.resolvers", "found '192.168.1.1 10.77.1.3' in /etc/resolv.conf", "etc/resolv.conf",
      "nameserver 192.168.1.1\nnameserver 10.77.1.3\n"),
    Defect(
      "network.mtu", "90:b8:d0:3e:5a:02 (ens3): expected MTU 1400, found 1500", "sys/class/net/ens3/mtu", "1500\n"),
    Defect("virtio.drivers", "expected the driver virtio_net for the NIC 90:b8:d0:3e:5a:01, found 'e1000'") {
      try $0.nic("ens9", "90:b8:d0:3e:5a:01", 1500, "10.77.1.24/24", driver: "e1000")
    },
  ]

  static let identity = [
    Defect(
      "identity.hostname", "expected host name 'imgv-one', found 'builder'", "proc/sys/kernel/hostname", "builder\n"),
    Defect("identity.hostname", "expected 'imgv-one' in /etc/hostname, found 'builder'", "etc/hostname", "builder\n"),
    Defect(
      "identity.hostname-resolves", "expected an address for 'no-such-host.invalid'", "proc/sys/kernel/hostname",
      "no-such-host.invalid\n"),
    Defect("identity.uuid", "found 'iid-old'", "var/lib/cloud/data/instance-id", "iid-old\n"),
    Defect("identity.machine-id", "found ''", "etc/machine-id", ""),
    Defect("identity.machine-id", "found 31", "etc/machine-id", "0f2c4a6e0f2c4a6e0f2c4a6e0f2c4a6\n"),
    Defect(
      "identity.machine-id", "left from the build", "var/lib/dbus/machine-id", "1f2c4a6e0f2c4a6e0f2c4a6e0f2c4a6e\n"),
    Defect("identity.machine-id", "found no /etc/machine-id") { try $0.run("rm etc/machine-id") },
    Defect("identity.hostid", "/etc/hostid holds the text of escapes (\\x52\\x3a)") {
      try $0.files(["etc/hostid": "\\x52\\x3a"])
      try $0.tool("hostid", "echo 3235785c")
    },
    Defect("identity.hostid", "there is no /etc/hostid") {
      try $0.run("rm etc/hostid")
      try $0.tool("hostid", "echo 007f0101")
    },
  ]

  static let access = [
    Defect("access.root-key", "expected root's key in /root/.ssh/authorized_keys, found no such file") {
      try $0.run("rm root/.ssh/authorized_keys")
    },
    Defect("access.root-key", "a key that was never given is in /root/.ssh/authorized_keys: 'ssh-rsa AAAAB3Nz build'") {
      try $0.run("echo 'ssh-rsa AAAAB3Nz build' >>root/.ssh/authorized_keys")
    },
    Defect("access.root-key", "has options before it", "root/.ssh/authorized_keys", "command=\"echo x\" \(rootKey)\n"),
    Defect("access.root-key", "as -rw------- of user 0, found -rw-r--r-- 0") {
      try $0.run("chmod 644 root/.ssh/authorized_keys")
    },
    Defect("access.root-password-state", "found it empty", "etc/shadow", "root::19000::::::\n"),
    Defect("access.root-password-state", "found none", "etc/shadow", "x:*:1::::::\n"),
    Defect(
      "access.no-other-passwords", "the password of 'ubuntu' locked, found one set", "etc/shadow",
      "root:*:1::::::\nubuntu:$6$x$y:1::::::\n"),
    Defect(
      "access.no-other-passwords", "the password of 'demo' locked, found it empty", "etc/shadow", "demo::1::::::\n"),
  ]
}
