#!/bin/sh
# title: The root file system is on the boot disk
# level: must
# clause: 3, 5
# transports: ssh serial
# needs: path:/proc/self/mountinfo EXPECT_DISK_BUS
# timeout: 30
# remedy: find the root file system by its UUID or label, wherever its disk is attached and whatever else is.
#
# Follows / down to its disk and compares that disk's bus and serial number (and its size, when known) with those of
# the boot disk of this layout.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

disk=$(root_disk) || skip "cannot tell which disk / is on: $(root_source || echo "no device is mounted there")"
note "disk=$disk"
base=$R/sys/class/block/$disk

case $EXPECT_DISK_BUS in
  virtio-blk) wanted=virtio_blk ;;
  virtio-scsi) wanted=virtio_scsi ;;
  *) wanted='' ;;
esac
if [ -n "$wanted" ]; then
  driver=$(virtio_driver_of_disk "$disk")
  [ "$driver" = "$wanted" ] || problem "expected / on a disk at $EXPECT_DISK_BUS, found it on $disk, driver '${driver:-not virtio}'"
fi

serial=''
if [ -r "$base/serial" ]; then
  read -r serial <"$base/serial"
elif [ -r "$base/device/vpd_pg80" ]; then # four bytes of head, then the serial number
  serial=$(tail -c +5 "$base/device/vpd_pg80" | tr -cd ' -~' | sed 's/^ *//; s/ *$//')
elif [ -r "$base/device/serial" ]; then
  read -r serial <"$base/device/serial"
fi
note "serial=$serial"
[ "$serial" = "${EXPECT_DISK_SERIAL:-}" ] || [ -z "${EXPECT_DISK_SERIAL:-}" ] ||
  problem "expected / on the disk with serial number '$EXPECT_DISK_SERIAL', found it on $disk with '$serial'"

if [ -n "${EXPECT_DISK_BYTES:-}" ] && [ -r "$base/size" ]; then
  read -r sectors <"$base/size"
  [ $((sectors * 512)) -eq "$EXPECT_DISK_BYTES" ] ||
    problem "expected a boot disk of $EXPECT_DISK_BYTES bytes, found $disk with $((sectors * 512))"
fi
conclude
