#!/bin/sh
# title: The IPv6 default route leads to the primary NIC's gateway
# level: must
# clause: 29
# transports: ssh serial
# needs: EXPECT_NICS
# timeout: 90
# remedy: set the IPv6 default route from gateways of the primary NIC of sdc:nics, or take it from router
#   advertisements on a NIC with addrconf; from no other NIC.
#
# Reads /proc/net/ipv6_route. Where an IPv6 gateway was given, exactly one default route must lead there, on the device
# with the primary NIC's MAC; where addrconf was promised, one must be on that device.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# default_routes: GATEWAY DEVICE of each IPv6 default route through a gateway that is up and rejects nothing.
default_routes() {
  [ -r "$R/proc/net/ipv6_route" ] || return 0
  while read -r to length _ _ via _ _ _ flags name; do
    [ "$to $length" = "00000000000000000000000000000000 00" ] && [ $((0x$flags & 0x203)) -eq 3 ] &&
      printf '%s %s\n' "$via" "$name"
  done <"$R/proc/net/ipv6_route"
}

# advertised DEVICE: whether a default route is there.
advertised() { default_routes | grep -q " $1\$"; }

mac=$(printf '%s\n' "$EXPECT_NICS" | sed -n 's/ .* primary .*//p')
addrconf=$(printf '%s\n' "${EXPECT_IPS:-}" | sed -n 's/ addrconf .*//p')
device=$(nic_of_mac "${mac:-none}" | head -n 1)
if [ -n "${EXPECT_GATEWAY6:-}" ]; then
  routes=$(default_routes)
  note "default6=$(oneline "${routes:-none}")"
  [ "$routes" = "$(hex6 "$EXPECT_GATEWAY6") $device" ] || {
    [ -n "$addrconf" ] && printf '%s\n' "$routes" | grep -q -x "$(hex6 "$EXPECT_GATEWAY6") $device"
  } || fail "expected one IPv6 default route, via $EXPECT_GATEWAY6 ($(hex6 "$EXPECT_GATEWAY6")) on ${device:-the primary NIC}, found $(oneline "${routes:-none}")"
  exit 0
fi
[ -n "$addrconf" ] || skip "no NIC of this boot has an IPv6 gateway or addrconf"
for mac in $addrconf; do
  device=$(nic_of_mac "$mac" | head -n 1)
  eventually 30 advertised "${device:-none}" ||
    problem "$mac (${device:-no device}): expected an IPv6 default route from router advertisements, found none"
done
conclude
