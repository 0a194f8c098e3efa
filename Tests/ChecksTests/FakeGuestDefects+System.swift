import Foundation

extension FakeGuest {
  /// Defects of the boot loader, the kernel, disks, clock, packages and of what the manifest promises.
  static var system: [Defect] { loaders + kernels + fileSystems + clocks + packages + promises }

  static let loaders = [
    Defect("boot.loader-timeout", "found 60 s", "boot/grub/grub.cfg", "set timeout=5\nset timeout=60\n"),
    Defect("boot.loader-timeout", "found -1: it waits for a key", "boot/grub/grub.cfg", "  set timeout=\"-1\"\n"),
    Defect(
      "boot.loader-timeout", "at most 10 s in /boot/grub2/grub.cfg, found 30 s", "boot/grub2/grub.cfg",
      "set recordfail=1\nif [ \"${recordfail}\" = 1 ]; then\nset timeout=30\nelse\nset timeout=1\nfi\n"),
    Defect("boot.loader-timeout", "found 12 s", "boot/extlinux.conf", "TIMEOUT 120\n"),
    Defect("boot.loader-timeout", "found -1", "boot/extlinux.conf", "PROMPT 1\n"),
    Defect("boot.loader-timeout", "found 20 s", "boot/loader.conf", "autoboot_delay=\"20\"\n"),
    Defect("boot.loader-serial", "expected a 'serial' line", "boot/grub/grub.cfg", "terminal_output serial\n"),
    Defect(
      "boot.loader-serial", "found 'serial --unit=1'", "boot/grub/grub.cfg",
      "serial --unit=1\nterminal_output serial\n"),
    Defect(
      "boot.loader-serial", "found 'terminal_output gfxterm'", "boot/grub/grub.cfg",
      "serial --unit=0\nterminal_output gfxterm\n"),
    Defect(
      "boot.command-line", "on the kernel's command line, found ds=nocloud;s=/x", "proc/cmdline",
      "console=ttyS0 ds=nocloud;s=/x\n"),
    Defect(
      "boot.command-line", "on /etc/default/grub, found autoinstall", "etc/default/grub",
      "GRUB_CMDLINE_LINUX=\"autoinstall quiet\"\n"),
    Defect(
      "boot.loader-by-uuid", "in /boot/grub/grub.cfg, found root=/dev/vda1", "boot/grub/grub.cfg",
      "search x\nlinux /vmlinuz root=/dev/vda1 ro\n"),
    Defect("boot.loader-by-uuid", "expected a 'search'", "boot/grub/grub.cfg", "set root='hd0,msdos1'\n"),
    Defect("boot.loader-by-uuid", "GRUB_DISABLE_LINUX_UUID", "etc/default/grub", "GRUB_DISABLE_LINUX_UUID=true\n"),
    Defect(
      "boot.grub-devices", "found '/dev/vda'", "var/cache/debconf/config.dat",
      "Name: x/y\nValue: 1\n\nName: grub-pc/install_devices\nTemplate: x\nValue: /dev/vda\n"),
    Defect("boot.no-splash", "found rhgb", "proc/cmdline", "quiet rhgb\n"),
    Defect("boot.no-splash", "found plymouthd", "proc/93/comm", "plymouthd\n"),
  ]

  static let kernels = [
    Defect("boot.untainted", "found a module from outside of the kernel (bit 12", "proc/sys/kernel/tainted", "4608\n"),
    Defect("boot.untainted", "found a proprietary module (bit 0", "proc/sys/kernel/tainted", "1\n"),
    Defect(
      "boot.one-kernel", "found 6.1.0-8-amd64 in /boot/vmlinuz-6.1.0-8-amd64", "boot/vmlinuz-6.1.0-8-amd64", ""),
    Defect("boot.one-kernel", "found none", "proc/sys/kernel/osrelease", "6.1.0-10-amd64\n"),
    Defect("boot.initramfs", "expected the driver virtio_blk") {
      try $0.initramfs("virtio_pci virtio_scsi nvme ahci ata_generic")
    },
    Defect("boot.initramfs", "expected the driver nvme") { try $0.initramfs("virtio_pci virtio_blk xnvme") },
    Defect("boot.initramfs", "expected the driver ahci or ata_piix") {
      try $0.initramfs("virtio_pci virtio_blk nvme")
      try $0.run("rm lib/modules/*/modules.builtin")
    },
    Defect("boot.initramfs-rest", "expected ahci in the initramfs, found it in /lib/modules/6.1.0-9-amd64/kernel") {
      try $0.initramfs("virtio_pci virtio_blk virtio_scsi nvme")
    },
    Defect("boot.initramfs-rest", "expected the driver virtio_scsi in the kernel") {
      try $0.initramfs("virtio_pci virtio_blk ahci")
      try $0.run("rm lib/modules/*/kernel/drivers/scsi/virtio_scsi.ko")
    },
    Defect("system.no-oom", "found 2", "proc/vmstat", "oom_kill 2\n"),
    Defect("virtio.devices", "a driver for the random number generator virtio0, found none") {
      try $0.run("rm sys/bus/virtio/devices/virtio0/driver")
    },
  ]

  static let fileSystems = [
    Defect(
      "disk.fstab", "expected UUID=9 for /data", "etc/fstab", "UUID=1 / ext4 rw 0 1\nUUID=9 /data ext4 defaults 0 2\n"),
    Defect("disk.fstab", "expected nofail for LABEL=\"d\" at /data") {
      try $0.files(["etc/fstab": "LABEL=\"d\" /data ext4 defaults 0 2\n", "dev/vdb1": ""])
      try $0.run("mkdir -p dev/disk/by-label; ln -s ../../vdb1 dev/disk/by-label/d")
    },
    Defect(
      "disk.file-system", "found 'ro,relatime'", "proc/self/mountinfo", "25 1 254:1 / / ro,relatime - ext4 x rw\n"),
    Defect("disk.file-system", "found 3", "sys/fs/ext4/vda1/errors_count", "3\n"),
    Defect("disk.trim", "found none") { try $0.run("rm etc/cron.daily/fstrim") },
    Defect("disk.trim", "which is not executable") { try $0.run("chmod 644 etc/cron.daily/fstrim") },
    Defect("disk.trim", "but no cron runs") { try $0.run("rm -r proc/90") },
    Defect("disk.trim", "fstrim.timer, but systemd does not run") {
      try $0.run(
        """
        rm etc/cron.daily/fstrim; rm -rf run/systemd/system; mkdir -p etc/systemd/system/timers.target.wants
        ln -s /lib/systemd/system/fstrim.timer etc/systemd/system/timers.target.wants/
        """)
    },
    Defect(
      "disk.no-device-pins", "found IDTYPE=sys_serial IDNAME=BUILD", "etc/lvm/devices/system.devices",
      "IDTYPE=sys_serial IDNAME=BUILD DEVNAME=/dev/vda2\n"),
    Defect(
      "disk.no-device-pins", "found /dev/md/build:0, which is not there", "etc/mdadm/mdadm.conf",
      "ARRAY /dev/md/build:0 UUID=1\n"),
    Defect("disk.no-device-pins", "/etc/multipath/wwids, found 1", "etc/multipath/wwids", "# x\n/3600/\n"),
    Defect(
      "disk.data", "expected the second disk at /data, found nothing mounted", "proc/self/mountinfo",
      "25 1 254:1 / / rw - ext4 /dev/root rw\n"),
    Defect(
      "disk.data", "expected another disk than the root's at /data, found vda1", "proc/self/mountinfo",
      "25 1 254:1 / / rw - ext4 /dev/root rw\n26 1 254:1 /x /data rw - ext4 /dev/root rw\n"),
  ]

  static let clocks = [
    Defect(
      "time.clock-source", "found jiffies", "sys/devices/system/clocksource/clocksource0/current_clocksource",
      "jiffies\n"),
    Defect(
      "time.clock-source", "expected kvm-clock", "sys/devices/system/clocksource/clocksource0/available_clocksource",
      "kvm-clock tsc hpet\n"),
    Defect("time.clock-source", "found clocksource=acpi_pm", "proc/cmdline", "ro clocksource=acpi_pm\n"),
    Defect("time.zone", "found 'America/New_York'") {
      try $0.run("ln -sf ../usr/share/zoneinfo/America/New_York etc/localtime")
    },
    Defect("time.zone", "found 'CET-1CEST,M3.5.0'") {
      try $0.run("rm etc/localtime; printf 'TZif2\\000\\nCET-1CEST,M3.5.0\\n' >etc/localtime")
    },
    Defect("time.zone", "found 'LOCAL'", "etc/adjtime", "0 0 0\n0\nLOCAL\n"),
    Defect("time.sync", "found none running") {
      try $0.noWait()
      try $0.run("rm -r proc/91")
    },
    Defect("time.sync", "found chronyd systemd-timesyncd", "proc/94/comm", "systemd-timesyn\n"),
    Defect("time.clock-kept", "found", "sys/class/rtc/rtc0/since_epoch", "1000\n"),
  ]

  static let packages = [
    Defect(
      "packages.consistent", "found b (install ok half-configured)", "var/lib/dpkg/status",
      "Package: b\nStatus: install ok half-configured\n"),
    Defect(
      "packages.consistent", "found c (hold ok installed)", "var/lib/dpkg/status",
      "Package: c\nStatus: hold ok installed\n"),
    Defect("packages.consistent", "found /var/lib/dpkg/updates/0001", "var/lib/dpkg/updates/0001", ""),
    Defect("packages.consistent", "expected a readable rpm database, found: no") {
      try $0.run("mkdir -p var/lib/rpm")
      try $0.tool("rpm", "echo no >&2; exit 1")
    },
    Defect("packages.consistent", "expected the package musl") {
      try $0.files([
        "lib/apk/db/installed": "P:busybox\np:so:musl=1 cmd:sh=1\n", "etc/apk/world": "busybox musl>1\ncmd:sh\nmusl\n",
      ])
    },
    Defect("packages.signed", "[trusted=yes]", "etc/apt/sources.list", "deb [trusted=yes] http://x/ y z\n"),
    Defect(
      "packages.signed", "APT::Get::AllowUnauthenticated", "etc/apt/apt.conf.d/99x",
      "APT::Get::AllowUnauthenticated \"true\";\n"),
    Defect(
      "packages.signed", "found gpgcheck=0 for [b]", "etc/yum.repos.d/x.repo",
      "[a]\nenabled=0\ngpgcheck=0\n[b]\nenabled = 1\ngpgcheck = 0\n[c]\ngpgcheck=1\n"),
    Defect("packages.signed", "/etc/apk/keys", "etc/apk/repositories", "https://dl-cdn.alpinelinux.org/x\n"),
    Defect(
      "packages.repositories", "cdrom:[Debian]", "etc/apt/sources.list", "deb cdrom:[Debian]/ bookworm main\n"),
    Defect(
      "packages.repositories", "URIs: http://172.17.0.1:3142/debian", "etc/apt/sources.list.d/x.sources",
      "Types: deb\nURIs: http://172.17.0.1:3142/debian\n"),
    Defect("packages.repositories", "expected a repository for apt, found none", "etc/apt/sources.list", "# no\n"),
    Defect(
      "packages.repositories", "expected no proxy for apt", "etc/apt/apt.conf.d/01proxy",
      "Acquire::http::Proxy \"http://10.1.1.1:3142\";\n"),
    Defect(
      "packages.repositories", "expected no proxy for dnf", "etc/yum.repos.d/x.repo",
      "[a]\nmetalink=https://x.org/\nproxy=http://10.1.1.1\n"),
    Defect(
      "packages.repositories", "public repositories for apk", "etc/apk/repositories", "http://192.168.1.1/alpine\n"),
    Defect("packages.idle", "found apt-get (95)", "proc/95/comm", "apt-get\n"),
    Defect("packages.idle", "found unattended-upgr (92)", "proc/92/cmdline", "python3\0/usr/bin/unattended-upgrade\0"),
  ]

  static let promises = [
    Defect("manifest.release", "found '1.1.0'", "etc/product", "Name: tiny\nVersion: 1.1.0\n"),
    Defect("manifest.release", "the manifest's name 'tiny' in /etc/product", "etc/product", "Version: 1.2.0\n"),
    Defect("manifest.os", "expected os 'bsd' in the manifest for FreeBSD, found 'linux'") {
      try $0.tool("uname", "echo FreeBSD")
    },
    Defect("manifest.users", "expected an account 'root'", "etc/passwd", "roots:x:0:0::/:/bin/sh\n"),
    Defect("manifest.drivers", "nic_driver 'virtio' (virtio_net)", "lib/modules/6.1.0-9-amd64/modules.dep", ""),
  ]
}
