import Foundation

extension FakeGuest {
  /// Boot loader, kernel, clock, packages and what else the machine itself is made of.
  func system() throws {
    let release = "6.1.0-9-amd64"
    let modules = "lib/modules/\(release)"
    try files([
      "tools/expectations": """
      EXPECT_EXTRA_DISK='1073741824 behind blank X-1' EXPECT_IMAGE_NAME=tiny EXPECT_IMAGE_VERSION=1.2.0
      EXPECT_IMAGE_OS=linux EXPECT_IMAGE_USERS='root' EXPECT_IMAGE_NIC_DRIVER=virtio EXPECT_IMAGE_DISK_DRIVER=virtio

      """,
      "boot/grub/grub.cfg": """
      # set timeout=60
      serial --unit=0 --speed=115200
      terminal_output serial console
      if [ "${recordfail}" = 1 ] ; then
        set timeout=30
      else
        set timeout=1
      fi
      search --no-floppy --fs-uuid --set=root 1
      linux /boot/vmlinuz root=UUID=1 ro console=ttyS0

      """,
      "etc/default/grub": "GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=\"tsc=reliable console=ttyS0\"\n",
      "var/cache/debconf/config.dat": "Name: grub-pc/install_devices\nTemplate: grub-pc/install_devices\nValue: \n",
      "proc/sys/kernel/tainted": "512\n", "proc/sys/kernel/osrelease": release + "\n",
      "boot/vmlinuz-\(release)": "", "\(modules)/modules.builtin": "kernel/drivers/ata/ata_piix.ko\n",
      "\(modules)/modules.dep": "kernel/drivers/net/virtio_net.ko:\nkernel/drivers/block/virtio_blk.ko.xz:\n",
      "\(modules)/kernel/drivers/ata/ahci.ko": "", "\(modules)/kernel/drivers/scsi/virtio_scsi.ko": "",
      "sys/fs/ext4/vda1/errors_count": "0\n",
      "etc/lvm/devices/system.devices": "IDTYPE=sys_partuuid IDNAME=7 DEVNAME=x\n",
      "etc/mdadm/mdadm.conf": "MAILADDR root\n", "etc/multipath/wwids": "# none\n",
      "etc/cron.daily/fstrim": "#!/bin/sh\nfstrim -a\n", "proc/90/comm": "cron\n", "proc/91/comm": "chronyd\n",
      "sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
      "sys/devices/system/clocksource/clocksource0/available_clocksource": "hpet acpi_pm\n",
      "etc/adjtime": "0.0 0 0.0\n0\nUTC\n", "sys/class/rtc/rtc0/since_epoch": "\(Int(Date().timeIntervalSince1970))\n",
      "var/lib/dpkg/status":
        "Package: a\nStatus: install ok installed\n\nPackage: b\nStatus: deinstall ok config-files\n",
      "etc/apt/sources.list": "# deb cdrom:[x]/ y main\ndeb http://deb.debian.org/debian bookworm main\n",
      "etc/apt/apt.conf.d/10-x": "// Acquire::http::Proxy \"http://10.0.0.1\";\nAPT::Install-Recommends \"false\";\n",
      "proc/92/comm": "unattended-upgr\n", "proc/92/cmdline": "python3\0/usr/share/unattended-upgrade-shutdown\0",
      "sys/bus/virtio/devices/virtio0/device": "0x0004\n", "sys/bus/virtio/drivers/virtio_rng/x": "",
      "proc/vmstat": "nr_free_pages 1\noom_kill 0\n", "etc/product": "Name: Tiny\nVersion: 1.2.0\n", "etc/motd": "\n",
    ])
    try initramfs("virtio_pci virtio-blk virtio_scsi nvme ahci ata_generic sd_mod")
    try run(
      """
      printf '#!/bin/sh\necho Linux\n' >tools/uname
      printf '#!/bin/sh\nexit 1\n' >tools/findfs
      chmod 755 etc/cron.daily/fstrim tools/uname tools/findfs
      ln -s /usr/share/zoneinfo/Etc/UTC etc/localtime
      ln -s "$PWD/sys/bus/virtio/drivers/virtio_rng" sys/bus/virtio/devices/virtio0/driver
      echo '27 25 254:17 / /data rw,relatime - ext4 /dev/vdb1 rw' >>proc/self/mountinfo
      """)
  }

  /// An initramfs with these modules: their names between zeros, as an archive has them.
  func initramfs(_ names: String) throws {
    try run(
      """
      for name in \(names); do printf '0707 usr/lib/modules/6/kernel/%s.ko.xz\\0binary' $name; done |
        gzip >boot/initrd.img-6.1.0-9-amd64
      """)
  }
}
