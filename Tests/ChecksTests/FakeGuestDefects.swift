import Foundation

extension FakeGuest {
  /// What first boots make, and what tells clones apart.
  static let kept = [
    Defect("identity.host-keys", "expected SSH host keys in /etc/ssh or /etc/dropbear, found none") {
      try $0.run("rm etc/ssh/ssh_host_* etc/dropbear/*")
    },
    Defect(
      "identity.host-keys", "expected /etc/ssh/ssh_host_ed25519_key readable by root only, found -rw-r----- 0, group"
    ) { try $0.run("chmod 640 etc/ssh/ssh_host_ed25519_key") },
    Defect(
      "identity.host-keys", "/etc/dropbear/dropbear_rsa_host_key readable by root only, found -rw-r--r-- 0"
    ) { try $0.run("chmod 644 etc/dropbear/dropbear_rsa_host_key") },
    Defect("identity.host-keys", "made since the first power-on at 1000000, found it made at 999990") {
      try $0.run("TZ=UTC touch -d '1970-01-12 13:46:30' etc/ssh/ssh_host_ed25519_key")
    },
    Defect(
      "identity.random-seed", "expected at least 32 bytes in /var/lib/systemd/random-seed, found 4",
      "var/lib/systemd/random-seed", "seed"),
    Defect("identity.random-seed", "expected random bytes in /var/lib/urandom/random-seed, found nothing but zeros") {
      try $0.run("mkdir var/lib/urandom; head -c 512 /dev/zero >var/lib/urandom/random-seed")
    },
    Defect("identity.random-seed", "expected /var/lib/systemd/random-seed closed to others, found -rw-r--r--") {
      try $0.run("chmod 644 var/lib/systemd/random-seed")
    },
    Defect(
      "identity.dhcp-id",
      "the DHCP client id in /var/lib/dhcpcd/duid made of a MAC address of this machine, found 52:54:00:12:34:56",
      "var/lib/dhcpcd/duid", "00:01:00:01:2a:bb:9c:35:52:54:00:12:34:56\n"),
    Defect(
      "identity.dhcp-id",
      "in /var/lib/dhcp/dhclient6.ens9.leases made of a MAC address of this machine, found 52:54:00:22:25:5c",
      "var/lib/dhcp/dhclient6.ens9.leases", #"default-duid "\000\001\000\001*\273\2345RT\000\"%\\";"# + "\n"),
  ]

  static let metadata = [
    Defect("metadata.user-script", "in /var/tmp/imgverify.user-script, found no such file") {
      try $0.noWait()
      try $0.run("rm var/tmp/imgverify.user-script")
    },
    Defect("metadata.user-script", "found 'anothernonce 1000030'") {
      try $0.noWait()
      try $0.files(["var/tmp/imgverify.user-script": "anothernonce 1000030\n"])
    },
    Defect("metadata.operator-script", "and a time since 999998") {
      try $0.noWait()
      try $0.files(["var/tmp/imgverify.operator-script": "5f0f6a1e93c44b0e 900000\n"])
    },
    Defect(
      "metadata.operator-script", "found it at 1000050 and the user-script at 1000030",
      "var/tmp/imgverify.operator-script",
      "5f0f6a1e93c44b0e 1000050\n"),
    Defect("metadata.user-data", "found 'old'", "var/db/mdata-user-data", "old\n"),
    Defect(
      "metadata.cloud-init", "expected the data source SmartOS, found 'DataSourceNone'", "run/cloud-init/result.json",
      "{\"v1\": {\"datasource\": \"DataSourceNone\", \"errors\": []}}\n"),
    Defect(
      "metadata.cloud-init", "expected no errors, found \"('locale', Error())\"", "run/cloud-init/result.json",
      "{\"v1\": {\"errors\": [\n\"('locale', Error())\"\n],\n \"datasource\": \"DataSourceSmartOS\"}}\n"),
    Defect("metadata.cloud-init", "found it disabled", "run/cloud-init/disabled", ""),
    Defect("metadata.cloud-init", "found 'no such file'") { try $0.run("rm var/tmp/imgverify.cloud-config") },
    Defect("metadata.tools", "expected the command mdata-delete, found none") { try $0.run("rm tools/mdata-delete") },
    Defect("metadata.tools", "expected mdata-get to fail for a deleted key") { try $0.tool("mdata-delete", "exit 0") },
    Defect("metadata.tools", "expected 'mdata-put imgverify:tools' to succeed, found status 3: no answer") {
      try $0.tool("mdata-put", "echo no answer; exit 3")
    },
  ]

  static let boots = [
    Defect("boot.bios", "found /sys/firmware/efi", "sys/firmware/efi/x", ""),
    Defect("boot.console", "found 'tty0'", "proc/cmdline", "console=ttyS0 console=tty0\n"),
    Defect("boot.console", "found no process with that terminal") { try $0.run("rm -r proc/77") },
    Defect("boot.no-com2-getty", "found 78 agetty", "proc/78/stat", "78 (agetty) S 1 78 78 1089 -1 0\n"),
    Defect("boot.no-com2-getty", "found console=ttyS1,115200", "proc/cmdline", "console=ttyS1,115200 console=ttyS0\n"),
    Defect("boot.no-com2-getty", "found it in /proc/consoles", "proc/consoles", "ttyS1 -W- 4:65\n"),
    Defect("boot.finished", "found 'starting', waiting for a.service") {
      try $0.tool(
        "systemctl",
        "case $1 in is-system-running) echo starting; exit 1 ;; *) echo '1 a.service start running'; echo '2 b.service start waiting' ;; esac"
      )
    },
    Defect("boot.finished", "found 'maintenance'") { try $0.tool("systemctl", "echo maintenance; exit 1") },
    Defect("boot.no-failed-units", "expected no failed units, found a.service b.mount") {
      try $0.tool(
        "systemctl", "case $1 in list-units) echo 'a.service loaded failed failed A'; echo 'b.mount loaded' ;; esac")
    },
    Defect("boot.kernel-log", "found 2 lines, first: [ 5.0] BUG: unable to handle") {
      try $0.tool("dmesg", "echo '[ 5.0] BUG: unable to handle'; echo ok; echo '[ 5.1] Call Trace:'")
    },
    Defect("boot.kernel-log", "first: [ 5] I/O error, dev vda") {
      try $0.tool("dmesg", "echo '[ 5] I/O error, dev vda'")
    },
    Defect("system.cpus", "expected 2 processors, found 1", "proc/cpuinfo", "processor\t: 0\n"),
    Defect(
      "system.memory", "expected at least two thirds of 512 MiB, found 97 MiB", "proc/meminfo",
      "MemTotal: 100000 kB\n"),
    Defect("system.memory", "expected at most 512 MiB, found 976 MiB", "proc/meminfo", "MemTotal: 1000000 kB\n"),
  ]

  static let disks = [
    Defect(
      "disk.root-by-uuid", "found root=/dev/disk/by-id/virtio-BUILD-part1", "proc/cmdline",
      "root=/dev/disk/by-id/virtio-BUILD-part1 ro\n"),
    Defect("disk.root-by-uuid", "found root=/dev/vda1", "proc/cmdline", "root=/dev/vda1 ro\n"),
    Defect(
      "disk.root-by-uuid", "found /dev/sda2 for /boot", "etc/fstab", "LABEL=r / ext4 rw\n/dev/sda2 /boot ext4 rw\n"),
    Defect(
      "disk.root-disk", "expected / on the disk with serial number 'S-1', found it on vdb with 'X-1'",
      "proc/self/mountinfo", "25 1 254:17 / / rw - ext4 /dev/root rw\n"),
    Defect("disk.root-disk", "found it on vda, driver 'virtio_scsi'") {
      try $0.disk("vda", driver: "virtio_scsi", serial: "S-1", dev: "254:0", partitionDev: "254:1")
    },
    Defect("disk.root-disk", "found vda with 2147483648") {
      try $0.files(["sys/class/block/vda/size": "4194304\n"])
    },
    Defect("disk.root-grown", "behind the root partition vda1, found 1024 of 2048 MiB") {
      try $0.files(["sys/class/block/vda/size": "4194304\n"])
    },
    Defect("disk.root-grown", "found 488 MiB") { try $0.tool("df", "echo head; echo '/dev/root 500000 1 1 1% /'") },
    Defect("disk.no-swap", "found /dev/vda2 (partition)", "proc/swaps", "Filename Type\n/dev/vda2 partition 1 0 -2\n"),
    Defect("disk.no-swap", "found UUID=9", "etc/fstab", "UUID=1 / ext4 rw\nUUID=9 none swap sw 0 0\n"),
    Defect("virtio.drivers", "expected the driver virtio_blk below the root disk vda, found 'virtio_scsi'") {
      try $0.disk("vda", driver: "virtio_scsi", serial: "S-1", dev: "254:0", partitionDev: "254:1")
    },
  ]

  /// Makes waiting instant, so that a mark that never comes is known at once.
  func noWait() throws { try tool("sleep", "exit 0") }
}
