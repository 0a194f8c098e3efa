#!/bin/sh
# title: The guest has the drivers that the manifest asks the machine for
# level: must
# clause: 4, 58
# transports: ssh serial
# needs: EXPECT_IMAGE_NIC_DRIVER EXPECT_IMAGE_DISK_DRIVER path:/proc/sys/kernel/osrelease
# timeout: 60
# remedy: correct nic_driver and disk_driver in the manifest (virtio for every image of today), or install the kernel
#   modules for what they name.
#
# SmartOS gives the machine the NICs and disks that the manifest names. Linux must have the module, loaded, built in or
# in /lib/modules.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r release <"$R/proc/sys/kernel/osrelease"
[ -d "$R/lib/modules/$release" ] || skip "there is no /lib/modules/$release"
# known MODULE...: whether one of the modules is there in any form.
known() {
  for module in "$@"; do
    [ ! -e "$R/sys/module/$module" ] || return 0
    pattern=$(printf '%s' "$module" | sed 's/_/[-_]/g')
    ! grep -qsE "(^|/)$pattern\.ko" "$R/lib/modules/$release/modules.builtin" "$R/lib/modules/$release/modules.dep" || return 0
  done
  return 1
}
# judge FIELD VALUE MODULE...
judge() {
  what="$1 '$2'"
  shift 2
  [ $# -gt 0 ] || return 0
  known "$@" || problem "expected a driver for the manifest's $what ($*), found none"
}
case $EXPECT_IMAGE_NIC_DRIVER in
  virtio) judge nic_driver virtio virtio_net ;;
  e1000) judge nic_driver e1000 e1000 ;;
  rtl8139) judge nic_driver rtl8139 8139cp 8139too ;;
esac
case $EXPECT_IMAGE_DISK_DRIVER in
  virtio) judge disk_driver virtio virtio_blk ;;
  ide) judge disk_driver ide ata_piix ahci ;;
  scsi) judge disk_driver scsi sym53c8xx ;;
  ahci) judge disk_driver ahci ahci ;;
  nvme) judge disk_driver nvme nvme ;;
esac
conclude
