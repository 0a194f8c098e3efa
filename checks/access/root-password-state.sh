#!/bin/sh
# title: Root's password is locked or set, never empty
# level: must
# clause: 14, 40, 43
# transports: ssh serial
# needs: path:/etc/shadow
# timeout: 30
# remedy: lock root's password in the image ('usermod -p !! root'); set it from root_pw at the first boot.
#
# An empty field in /etc/shadow lets anybody log in on the console. Whether root has a password, and of which kind, is
# noted. That root_pw works is proven by logging in with it, not here.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

line=$(grep '^root:' "$R/etc/shadow" | head -n 1)
[ -n "$line" ] || fail "expected a line of root in /etc/shadow, found none"
hash=${line#root:}
hash=${hash%%:*}
case $hash in
  '') fail "expected root's password locked or set, found it empty: anybody can log in on the console" ;;
esac
case $hash in
  \$*\$*) note "root=set (\$$(printf '%s' "$hash" | cut -d '$' -f 2)\$)" ;;
  '!'* | '*'*) note "root=locked" ;;
  *) fail "expected root's password locked or set, found the field '$(printf '%s' "$hash" | head -c 4)...' of no known kind" ;;
esac
