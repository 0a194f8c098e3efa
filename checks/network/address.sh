#!/bin/sh
# title: Every NIC has its promised addresses, found by MAC
# level: must
# clause: 25, 26, 28
# transports: ssh serial
# needs: cmd:ip EXPECT_NICS
# timeout: 30
# remedy: configure each network device by its MAC from sdc:nics (cloud-init's SmartOS data source does);
#   remove static or DHCP configuration, udev rules and netplan files that the build left for its own device names.
#
# For each entry of sdc:nics: exactly one device bears the MAC, it is up, it has every promised IPv4 address with
# the promised prefix length, and no other global IPv4 address. The DHCP server of the test network gives out
# addresses that were never promised, so an address from its range shows a guest that asked it. What DHCP is to give
# is the concern of network.dhcp.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# number ADDRESS: an IPv4 address as one number.
number() {
  oldifs=$IFS
  IFS=.
  # shellcheck disable=SC2086 # words are wanted
  set -- $1
  IFS=$oldifs
  echo $((($1 << 24) | ($2 << 16) | ($3 << 8) | $4))
}

# promised MAC FIRST: the static IPv4 addresses of the NIC with their lengths, a blank before each.
promised() {
  while read -r owner word _; do
    [ "$owner" = "$1" ] || continue
    case $word in dhcp | addrconf | *:*) ;; *) printf ' %s' "$word" ;; esac
  done <<END
${EXPECT_IPS:-$1 $2}
END
}

# judge_address MAC DEVICE PROMISED DHCPSTART: compares the addresses of one device.
judge_address() {
  found=''
  for word in $(ip -4 -o addr show dev "$2" 2>/dev/null | sed -n 's/.* inet \([0-9./]*\) .*/\1/p'); do
    case $word in */*) ;; *) word=$word/32 ;; esac
    found="$found $word"
  done
  note "$2=$1$found"
  for word in $3; do
    case "$found " in
      *" $word "*) ;;
      *) problem "$1 ($2): expected address $word, found${found:- none}" ;;
    esac
  done
  for word in $found; do
    case "$3 " in *" $word "*) continue ;; esac
    case $word in 169.254.*) continue ;; esac
    origin=''
    if [ "$4" != - ] && [ "${word%.*}" = "${4%.*}" ] && [ "$(number "${word%/*}")" -ge "$(number "$4")" ]; then
      origin=" from the DHCP range, which begins at $4"
    fi
    problem "$1 ($2): address $word was never promised$origin"
  done
}

while read -r mac _ first _ _ _ dhcp _; do
  # shellcheck disable=SC2046 # words are wanted
  set -- $(nic_of_mac "$mac")
  if [ $# -ne 1 ]; then
    problem "expected one network device with MAC $mac, found $# ${*:-}"
    continue
  fi
  read -r flags <"$R/sys/class/net/$1/flags"
  [ $((flags & 1)) -eq 1 ] || problem "$mac ($1): expected up, found down (flags $flags)"
  [ "$first" = dhcp ] || judge_address "$mac" "$1" "$(promised "$mac" "$first")" "${dhcp:--}"
done <<EOF
$EXPECT_NICS
EOF
conclude
