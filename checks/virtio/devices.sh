#!/bin/sh
# title: Every virtio device has its driver
# level: may
# clause: 58
# transports: ssh serial
# needs: path:/sys/bus/virtio/devices
# timeout: 30
# remedy: take a kernel with virtio_rng and virtio_balloon, and let udev (or the list of modules) load them.
#
# Disks and NICs are virtio.drivers' affair; this also sees the random number generator and the balloon.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for device in "$R"/sys/bus/virtio/devices/virtio*; do
  [ -r "$device/device" ] || continue
  read -r kind <"$device/device"
  driver=$(driver_of "$device") || driver=''
  note "${device##*/}=$kind ${driver:-none}"
  case $kind in
    0x0001) name='the NIC' ;;
    0x0002) name='the disk' ;;
    0x0003) continue ;; # a serial device, which the harness puts where another device must not be alone
    0x0004) name='the random number generator' ;;
    0x0005) name='the memory balloon' ;;
    0x0008) name='the SCSI controller' ;;
    *) name="the device of kind $kind" ;;
  esac
  [ -n "$driver" ] || problem "expected a driver for $name ${device##*/}, found none"
done
conclude
