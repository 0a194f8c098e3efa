#!/bin/sh
# title: The root disk and every NIC run on virtio drivers
# level: should
# clause: 58
# transports: ssh serial
# needs: path:/sys/class/net EXPECT_NICS EXPECT_DISK_BUS
# timeout: 30
# remedy: have virtio_net, virtio_blk and virtio_scsi in the kernel or its modules, and the disk drivers in the initramfs
#   as well (dracut without host-only mode, initramfs-tools with MODULES=most).
#
# Reads the driver of the root disk, where the layout has it on virtio, and of the device with the MAC of each NIC.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

case $EXPECT_DISK_BUS in
  virtio-*)
    wanted=virtio_${EXPECT_DISK_BUS#virtio-}
    if disk=$(root_disk); then
      driver=$(virtio_driver_of_disk "$disk")
      note "$disk=$driver"
      [ "$driver" = "$wanted" ] || problem "expected the driver $wanted below the root disk $disk, found '${driver:-none of virtio}'"
    else
      note "disk=unknown"
    fi
    ;;
esac
while read -r mac _; do
  found=''
  for device in $(nic_of_mac "$mac"); do
    found=$(driver_of "$R/sys/class/net/$device/device")
    note "$device=$found"
  done
  [ "$found" = virtio_net ] || problem "expected the driver virtio_net for the NIC $mac, found '${found:-no such device}'"
done <<EOF
$EXPECT_NICS
EOF
conclude
