#!/bin/sh
# title: hostid is the first eight digits of the instance's uuid
# level: should
# clause: 22
# transports: ssh serial
# needs: cmd:hostid EXPECT_UUID
# timeout: 30
# remedy: at the first boot write the first four bytes of sdc:uuid to /etc/hostid in reversed order, as four bytes;
#   mind that printf of dash knows no \x escapes and that '%s' never expands them (use octal, or printf '%b').
#
# Tells apart: right; no /etc/hostid (hostid then derives from an IP address); and the known slip of writing the text
# of the escapes instead of the bytes, which leaves at most 256 different host ids in the world.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

wanted=${EXPECT_UUID%%-*}
found=$(hostid)
note "hostid=$found"
[ "$found" = "$wanted" ] && exit 0
[ -e "$R/etc/hostid" ] || fail "expected $wanted, found $found: there is no /etc/hostid, so it derives from an IP address"
bytes=$(wc -c <"$R/etc/hostid")
if grep -q '\\x' "$R/etc/hostid"; then
  fail "expected $wanted, found $found: /etc/hostid holds the text of escapes ($(head -c 40 "$R/etc/hostid"))"
fi
fail "expected $wanted, found $found: /etc/hostid has $((bytes)) bytes, expected 4"
