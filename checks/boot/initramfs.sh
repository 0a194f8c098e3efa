#!/bin/sh
# title: The initramfs holds the drivers of the disks that SmartOS offers
# level: must
# clause: 4
# transports: ssh serial
# needs: path:/proc/sys/kernel/osrelease cmd:od
# timeout: 120
# remedy: make the initramfs for any machine: MODULES=most for initramfs-tools, the package dracut-config-generic (no
#   host-only mode) for dracut, 'features' with virtio, nvme and ata for mkinitfs; then make it anew.
#
# Built into the running kernel or in its initramfs: virtio_pci and virtio_blk, NVMe, and one of the two drivers for IDE
# disks. On a disk without its driver the root file system is not found.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

initramfs >/dev/null || skip "no initramfs of the running kernel is in /boot"
modules=$(early_modules) || skip "no tool here lists the initramfs"
# offered NAME...: whether one of the drivers is there early.
offered() {
  for name in "$@"; do
    case "
$modules
" in *"
$name
"*) return 0 ;; esac
  done
  return 1
}
for driver in virtio_pci virtio_blk nvme; do
  offered $driver || problem "expected the driver $driver in the kernel or its initramfs, found none"
done
offered ahci ata_piix || problem "expected the driver ahci or ata_piix in the kernel or its initramfs, found neither"
conclude
