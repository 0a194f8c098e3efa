#!/bin/sh
# title: LVM, RAID and multipath remember no disk of the builder
# level: should
# clause: 3
# transports: ssh serial
# timeout: 30
# remedy: remove /etc/lvm/devices/system.devices (or make its entries of IDTYPE=sys_partuuid afresh at first boot), the
#   ARRAY lines of mdadm.conf, and /etc/multipath/wwids and bindings before the image is packed.
#
# LVM's devices file lets LVM see only the disks in it; entries by serial number, WWID or name hide the disk of any
# other machine. ARRAY lines of arrays that are not there, and names that multipath keeps, are the builder's as well.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=/etc/lvm/devices/system.devices
if [ -r "$R$file" ]; then
  pinned=$(grep -oE 'IDTYPE=(sys_serial|sys_wwid|devname|scsi_mpath[^ ]*) +IDNAME=[^ ]+' "$R$file" | tr -s ' ' | tr '\n' ';')
  [ -z "$pinned" ] || problem "expected no disk by serial number, WWID or name in $file, found $pinned"
fi
for file in /etc/mdadm/mdadm.conf /etc/mdadm.conf; do
  [ -r "$R$file" ] || continue
  while read -r word array _; do
    [ "$word" = ARRAY ] || continue
    [ -e "$R$array" ] || problem "expected no array of the builder in $file, found $array, which is not there"
  done <"$R$file"
done
for file in /etc/multipath/wwids /etc/multipath/bindings; do
  [ -r "$R$file" ] || continue
  kept=$(grep -v '^#' "$R$file" | grep -c .)
  [ "$kept" = 0 ] || problem "expected no disk in $file, found $kept"
done
conclude
