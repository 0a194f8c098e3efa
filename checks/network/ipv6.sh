#!/bin/sh
# title: Every NIC has its promised static IPv6 addresses
# level: must
# clause: 28
# transports: ssh serial
# needs: EXPECT_IPS
# timeout: 30
# remedy: configure every entry of ips, IPv6 ones as well, with its prefix length; leave IPv6 switched on in the kernel
#   (no ipv6.disable=1, no disable_ipv6).
#
# Reads /proc/net/if_inet6: each static IPv6 address of sdc:nics must be on the device with the NIC's MAC, with the
# given prefix length, and duplicate address detection must not have failed.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

seen=0
while read -r mac word _; do
  case $word in *:*) ;; *) continue ;; esac
  seen=$((seen + 1))
  device=$(nic_of_mac "$mac" | head -n 1)
  wanted=$(hex6 "${word%/*}") found=''
  [ ! -r "$R/proc/net/if_inet6" ] || while read -r address _ length _ flags name; do
    [ "$address $name" = "$wanted $device" ] || continue
    found=${word%/*}/$((0x$length))
    [ $((0x$flags & 0x08)) -eq 0 ] || problem "$mac ($device): expected $word usable, found it to be a duplicate"
  done <"$R/proc/net/if_inet6"
  [ "$found" = "$word" ] || problem "$mac (${device:-no device}): expected address $word, found ${found:-none}"
done <<EOF
$EXPECT_IPS
EOF
[ "$seen" -gt 0 ] || skip "no NIC of this boot has a static IPv6 address"
conclude
