#!/bin/sh
# title: Network devices bear the names that sdc:nics gives them
# level: may
# clause: 25
# transports: ssh serial
# needs: EXPECT_NICS
# timeout: 30
# remedy: rename each device, found by its MAC, to its interface of sdc:nics (net0, net1, ...), as cloud-init does; where
#   NetworkManager matches by MAC the kernel's names are as good.
#
# Compares the name of the device with each NIC's MAC. A NIC that is not there is the concern of network.address.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

seen=0
while read -r mac name _; do
  for device in $(nic_of_mac "$mac"); do
    seen=$((seen + 1))
    [ "$device" = "$name" ] || problem "$mac: expected the name $name, found $device"
  done
done <<EOF
$EXPECT_NICS
EOF
[ "$seen" -gt 0 ] || skip "no network device has a promised MAC"
conclude
