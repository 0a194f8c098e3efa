#!/bin/sh
# title: The DHCP client id on disk was made on this machine
# level: should
# clause: 23
# transports: ssh serial
# timeout: 30
# remedy: remove leases and ids of DHCP clients from the image (/var/lib/dhcp*, /var/lib/dhclient, /var/lib/dhcpcd,
#   /etc/dhcpcd.duid, /var/lib/NetworkManager), so that each instance makes its own.
#
# Looks for what dhclient, dhcpcd and NetworkManager keep. An id that is made of a MAC address must be made of one that
# this machine has: else it came with the image, and all instances ask for the same lease. The ids are noted, so that
# those of two instances can be compared. systemd-networkd keeps none: it makes its id from the machine id.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

told=''
tell() { case ", $told, " in *", $1, "*) ;; *) told="${told:+$told, }$1" ;; esac; }

# hex_of TEXT: the bytes of a quoted string of dhclient, which has octal escapes, as aa:bb:...
hex_of() {
  # shellcheck disable=SC2059 # the escapes are octal ones, which only a format expands
  printf "$(printf '%s' "$1" | sed -e 's/%/%%/g' -e 's/\\"/\\042/g')" | od -An -v -tx1 | tr -d '\n' |
    sed -e 's/^ *//' -e 's/ *$//' -e 's/  */:/g'
}

# judge_duid FILE DUID: a DUID of type 1 or 3 ends in a MAC address.
judge_duid() {
  case $2 in
    00:01:00:01:??:??:??:??:??:??:??:??:??:??) mac=${2#??:??:??:??:??:??:??:??:} ;;
    00:03:00:01:??:??:??:??:??:??) mac=${2#??:??:??:??:} ;;
    *) return ;;
  esac
  for address in "$R"/sys/class/net/*/address; do
    [ -r "$address" ] && read -r own <"$address" && [ "$(lower "$own")" = "$mac" ] && return
  done
  problem "expected the DHCP client id in $1 made of a MAC address of this machine, found $mac"
}

for file in "$R"/var/lib/dhcp/*.leases "$R"/var/lib/dhclient/*.leases "$R"/var/lib/dhclient/*.lease; do
  [ -r "$file" ] || continue
  text=$(head -c 65536 "$file" | sed -n 's/^ *default-duid "\(.*\)";.*/\1/p' | tail -n 1)
  [ -n "$text" ] || continue
  duid=$(hex_of "$text")
  tell "dhclient $duid"
  judge_duid "${file#"$R"}" "$duid"
done
for file in "$R/var/lib/dhcpcd/duid" "$R/etc/dhcpcd.duid" "$R/var/db/dhcpcd/duid"; do
  [ -s "$file" ] || continue
  duid=''
  read -r duid <"$file"
  duid=$(lower "$duid")
  tell "dhcpcd $duid"
  judge_duid "${file#"$R"}" "$duid"
done
file=$R/var/lib/NetworkManager/secret_key
if [ -s "$file" ] && have sha256sum; then tell "NetworkManager sha256 $(sha256sum <"$file" | cut -c 1-64)"; fi
[ -n "$told" ] || skip "no DHCP client has left an id on disk"
note "dhcp-id=$told"
conclude
