#!/bin/sh
# title: The name servers are those of sdc:resolvers
# level: should
# clause: 30
# transports: ssh serial
# needs: EXPECT_RESOLVERS
# timeout: 30
# remedy: write sdc:resolvers into /etc/resolv.conf in their order (on Debian cloud-init needs the package resolvconf
#   for that); remove name servers left from the build.
#
# Reads /etc/resolv.conf, or the list behind it when it names the local stub of systemd-resolved. Name servers must
# be the promised ones in the promised order; others were left from the build or came by DHCP.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# servers FILE: its name servers on one line.
servers() {
  list=''
  while read -r word server _; do
    [ "$word" != nameserver ] || list="$list${list:+ }$server"
  done <"$1"
  printf '%s\n' "$list"
}

file=$R/etc/resolv.conf
[ -r "$file" ] || fail "expected name servers $EXPECT_RESOLVERS, found no /etc/resolv.conf"
found=$(servers "$file")
case $found in
  127.0.0.53 | 127.0.0.54 | "127.0.0.53 127.0.0.54")
    file=$R/run/systemd/resolve/resolv.conf
    [ -r "$file" ] || skip "only a local stub in /etc/resolv.conf ($found), and no list of systemd-resolved behind it"
    found=$(servers "$file")
    ;;
esac
wanted=$EXPECT_RESOLVERS
# Routers may tell of a name server as well, where the guest is to listen to them.
told=$(printf '%s\n' "${EXPECT_IPS:-}" | sed -n 's|.* addrconf \(.*\)/64$|\13|p')
[ -z "$told" ] || found=$(printf '%s\n' "$found" | sed -e "s/ $told\$//" -e "s/^$told //")
note "resolvers=$found"
[ "$found" = "$wanted" ] || fail "expected name servers '$wanted', found '$found' in ${file#"$R"}"
