#!/bin/sh
# title: The initramfs lacks no disk driver that the kernel has
# level: should
# clause: 4, 60
# transports: ssh serial
# needs: path:/proc/sys/kernel/osrelease cmd:od
# timeout: 120
# remedy: make the initramfs for any machine, as for boot.initramfs; take the distribution's general kernel where the
#   small one for clouds has no virtio_scsi.
#
# virtio_scsi must be there early; ahci, ata_piix, ata_generic, sd_mod and sym53c8xx if the kernel has them as modules at
# all. A kernel for clouds leaves some of them out, and then no initramfs can hold them.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

initramfs >/dev/null || skip "no initramfs of the running kernel is in /boot"
modules=$(early_modules) || skip "no tool here lists the initramfs"
read -r release <"$R/proc/sys/kernel/osrelease"
for driver in virtio_scsi ahci ata_piix ata_generic sd_mod sym53c8xx; do
  case "
$modules
" in *"
$driver
"*) continue ;; esac
  file=$(find "$R/lib/modules/$release" -name "$driver.ko*" 2>/dev/null | head -n 1)
  if [ -n "$file" ]; then
    problem "expected $driver in the initramfs, found it in ${file#"$R"} alone"
  elif [ "$driver" = virtio_scsi ]; then
    problem "expected the driver virtio_scsi in the kernel or its initramfs, found none"
  fi
done
conclude
