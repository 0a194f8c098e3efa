#!/bin/sh
# title: Nothing but the SSH server listens on the network
# level: should
# clause: 32, 40
# transports: ssh serial
# needs: path:/proc/net/tcp
# timeout: 30
# remedy: disable what was installed along and listens ('ss -lntup'): rpcbind, a mail server, mDNS and LLMNR (set
#   'LLMNR=no' in resolved.conf), a print or web server; or bind it to 127.0.0.1.
#
# Reads /proc/net/tcp, tcp6, udp and udp6. Allowed are: all on loopback; TCP 22; the UDP ports of DHCP clients (68, 546)
# and of NTP (123, 323); and UDP ports from 32768 up, which clients borrow.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# judge FILE PROTOCOL STATE: each socket in that state.
judge() {
  [ -r "$R/proc/net/$1" ] || return 0
  while read -r _ local remote state _; do
    [ "$state" = "$3" ] || continue
    # A connected UDP socket serves nobody else.
    [ "${remote##*:}" = 0000 ] || continue
    case ${local%:*} in
      ??????7F | 00000000000000000000000001000000 | 0000000000000000FFFF0000??????7F) continue ;;
    esac
    port=$((0x${local##*:}))
    case $2:$port in
      tcp:22 | udp:68 | udp:546 | udp:123 | udp:323) continue ;;
    esac
    if [ "$2" = udp ] && [ "$port" -ge 32768 ]; then continue; fi
    case " $found " in *" $2/$port "*) ;; *) found="${found:+$found }$2/$port" ;; esac
  done <"$R/proc/net/$1"
}
found=''
for family in '' 6; do
  judge "tcp$family" tcp 0A
  judge "udp$family" udp 07
done
[ -z "$found" ] || fail "expected no open port but tcp/22 and those of DHCP and NTP clients, found $found"
