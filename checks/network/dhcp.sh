#!/bin/sh
# title: A NIC that is to use DHCP has an address from it
# level: must
# clause: 27
# transports: ssh serial
# needs: cmd:ip EXPECT_IPS
# timeout: 60
# remedy: run a DHCPv4 client on each NIC that has 'dhcp' among the ips of sdc:nics, found by its MAC; cloud-init does.
#
# The NIC must have exactly one address (link-local ones aside), from the range that the test network's DHCP server
# gives out, with its prefix length. It may come late: the client runs in the background on some guests.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# leased DEVICE FIRST LAST LENGTH: whether its only address is between these two, which differ in the last number.
leased() {
  found=$(ip -4 -o addr show dev "$1" 2>/dev/null | sed -n -e '/ 169\.254\./d' -e 's/.* inet \([0-9./]*\) .*/\1/p')
  case $found in *[!0-9./]* | '') return 1 ;; esac
  last=${found%/*}
  last=${last##*.}
  [ "${found%.*} ${found#*/}" = "${2%.*} $4" ] && [ "$last" -ge "${2##*.}" ] && [ "$last" -le "${3##*.}" ]
}

seen=0
while read -r mac kind range; do
  [ "$kind" = dhcp ] || continue
  seen=$((seen + 1))
  device=$(nic_of_mac "$mac" | head -n 1)
  if [ -z "$device" ]; then
    problem "expected a network device with MAC $mac, found none"
    continue
  fi
  ends=${range%/*}
  eventually 20 leased "$device" "${ends%-*}" "${ends#*-}" "${range#*/}" ||
    problem "$mac ($device): expected one address of $range from DHCP, found ${found:-none}"
  note "$device=$mac $found"
done <<EOF
$EXPECT_IPS
EOF
[ "$seen" -gt 0 ] || skip "no NIC of this boot is to use DHCP"
conclude
