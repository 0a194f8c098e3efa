#!/bin/sh
# title: One IPv4 default route, via the primary NIC's gateway
# level: must
# clause: 29
# transports: ssh serial
# needs: path:/proc/net/route EXPECT_NICS EXPECT_GATEWAY
# timeout: 30
# remedy: set the default route from the gateway of the NIC that sdc:nics marks as primary, and from no other NIC;
#   a DHCP client left on a second NIC is the usual source of another one.
#
# Reads /proc/net/route: exactly one route to 0.0.0.0/0 that is up, its gateway that of the primary NIC, its device
# the one with the primary NIC's MAC.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

primary=$(printf '%s\n' "$EXPECT_NICS" | sed -n 's/ .* primary .*//p')
[ -n "$primary" ] || skip "no NIC is primary"
device=$(nic_of_mac "$primary")

count=0 routes=''
while read -r name destination gateway flags _ _ _ mask _; do
  [ "$destination $mask" = "00000000 00000000" ] || continue
  # up, and no reject route
  [ $((0x$flags & 0x201)) -eq 1 ] || continue
  count=$((count + 1))
  via=$(dotted "$gateway") on=$name
  routes="$routes${routes:+, }via $via on $name"
done <"$R/proc/net/route"
note "default=${routes:-none}"

[ "$count" -eq 1 ] ||
  fail "expected one default route, via $EXPECT_GATEWAY on ${device:-the device with MAC $primary}, found ${routes:-none}"
[ "$via" = "$EXPECT_GATEWAY" ] || problem "expected the default gateway $EXPECT_GATEWAY, found $via"
[ "$on" = "$device" ] ||
  problem "expected the default route on ${device:-the device with MAC $primary, which is not there}, found it on $on"
conclude
