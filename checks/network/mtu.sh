#!/bin/sh
# title: Every NIC has the promised MTU
# level: should
# clause: 30
# transports: ssh serial
# needs: EXPECT_NICS
# timeout: 30
# remedy: set the MTU that sdc:nics gives for the NIC, and leave it at 1500 when none is given.
#
# Compares /sys/class/net/*/mtu of the device with the NIC's MAC. A NIC that is not there is the concern of
# network.address.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

seen=0
while read -r mac _ _ _ _ mtu _; do
  [ "$mtu" != - ] || mtu=1500
  for device in $(nic_of_mac "$mac"); do
    seen=$((seen + 1))
    read -r found <"$R/sys/class/net/$device/mtu"
    [ "$found" = "$mtu" ] || problem "$mac ($device): expected MTU $mtu, found $found"
  done
done <<EOF
$EXPECT_NICS
EOF
[ "$seen" -gt 0 ] || skip "no network device has a promised MAC"
conclude
