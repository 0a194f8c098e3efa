#!/bin/sh
# title: The static routes of sdc:routes are there
# level: should
# clause: 30
# transports: ssh serial
# needs: path:/proc/net/route EXPECT_ROUTES
# timeout: 30
# remedy: add a route to each dst of sdc:routes through its gateway, where linklocal is false; cloud-init does.
#
# Reads /proc/net/route. How a guest came by the route, and on which NICs it tried it as well, does not matter.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# mask_of LENGTH: 255.255.240.0 for 20.
mask_of() {
  bits=$((0xFFFFFFFF << (32 - $1) & 0xFFFFFFFF))
  printf '%s\n' "$((bits >> 24)).$((bits >> 16 & 255)).$((bits >> 8 & 255)).$((bits & 255))"
}

while read -r wanted gateway; do
  found=''
  while read -r name to via flags _ _ _ mask _; do
    case $to in Destination | '') continue ;; esac
    [ "$(dotted "$to")/$(dotted "$mask")" = "${wanted%/*}/$(mask_of "${wanted#*/}")" ] || continue
    [ $((0x$flags & 0x201)) -eq 1 ] || continue
    found="$found${found:+, }via $(dotted "$via") on $name"
    [ "$(dotted "$via")" != "$gateway" ] || continue 2
  done <"$R/proc/net/route"
  problem "expected a route to $wanted via $gateway, found ${found:-none}"
done <<EOF
$EXPECT_ROUTES
EOF
conclude
