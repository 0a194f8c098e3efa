#!/bin/sh
# title: The search domain is that of sdc:dns_domain, none of the build
# level: should
# clause: 30
# transports: ssh serial
# needs: path:/etc/resolv.conf EXPECT_NICS
# timeout: 30
# remedy: write sdc:dns_domain as search domain into /etc/resolv.conf (cloud-init does; on Debian it needs the package
#   resolvconf for that), and remove search and domain lines that the build left.
#
# Reads /etc/resolv.conf, or the list behind it when it names the local stub of systemd-resolved. A domain must be
# there if one was given, and none but that.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=$R/etc/resolv.conf
if grep -q '^nameserver 127\.0\.0\.5[34]' "$file" && [ -r "$R/run/systemd/resolve/resolv.conf" ]; then
  file=$R/run/systemd/resolve/resolv.conf
fi
found=''
while read -r word rest; do
  # The last of these lines counts; "." is nothing.
  case $word in search | domain) found=$(printf '%s' "$rest" | sed 's/[[:space:]]\{1,\}/ /g') ;; esac
done <"$file"
[ "$found" != . ] || found=''
note "search=${found:-none}"
[ "$found" = "${EXPECT_DOMAIN:-}" ] ||
  fail "expected the search domain '${EXPECT_DOMAIN:-none}', found '${found:-none}' in ${file#"$R"}"
