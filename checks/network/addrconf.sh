#!/bin/sh
# title: A NIC with addrconf has an address of the advertised IPv6 network
# level: must
# clause: 27
# transports: ssh serial
# needs: EXPECT_IPS
# timeout: 90
# remedy: let the kernel take router advertisements (accept_ra, autoconf) on NICs with 'addrconf' among their ips;
#   cloud-init makes DHCPv6 of it, which alone gives no address where routers offer none.
#
# Reads /proc/net/if_inet6: the device with the NIC's MAC must have an address of the network that the router
# advertises, whether made by itself or given by DHCPv6. It may come late: advertisements do.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# configured DEVICE HEX: whether the device has an address that begins so.
configured() {
  [ -r "$R/proc/net/if_inet6" ] || return 1
  while read -r address _ _ _ _ name; do
    [ "$name" = "$1" ] || continue
    case $address in "$2"*) return 0 ;; esac
  done <"$R/proc/net/if_inet6"
  return 1
}

seen=0
while read -r mac kind network; do
  [ "$kind" = addrconf ] || continue
  seen=$((seen + 1))
  device=$(nic_of_mac "$mac" | head -n 1)
  eventually 30 configured "${device:-none}" "$(hex6 "${network%/64}" | cut -c 1-16)" ||
    problem "$mac (${device:-no device}): expected an address of the advertised $network, found none"
done <<EOF
$EXPECT_IPS
EOF
[ "$seen" -gt 0 ] || skip "no NIC of this boot has addrconf"
conclude
