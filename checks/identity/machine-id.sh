#!/bin/sh
# title: The machine id is set, and was made for this instance
# level: must
# clause: 23
# transports: ssh serial
# timeout: 30
# remedy: leave /etc/machine-id empty in the image, and make /var/lib/dbus/machine-id a link to it (or remove it).
#
# /etc/machine-id holds 32 hexadecimal digits, not all zero, and D-Bus has no other one of its own. The id is noted,
# so that those of two instances can be compared.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=$R/etc/machine-id
if [ ! -e "$file" ]; then
  [ -d "$R/run/systemd/system" ] || skip "no /etc/machine-id, and no systemd that would need it"
  fail "expected a machine id, found no /etc/machine-id"
fi
id=''
read -r id <"$file"
note "machine-id=$id"
case $id in
  *[!0-9a-f]* | '') problem "expected 32 hexadecimal digits in /etc/machine-id, found '$id'" ;;
  *[!0]*) [ ${#id} -eq 32 ] || problem "expected 32 hexadecimal digits in /etc/machine-id, found ${#id}: '$id'" ;;
  *) problem "expected a machine id of its own, found '$id'" ;;
esac
if [ -s "$R/var/lib/dbus/machine-id" ]; then
  read -r other <"$R/var/lib/dbus/machine-id"
  [ "$other" = "$id" ] || problem "expected '$id' in /var/lib/dbus/machine-id, found '$other', left from the build"
fi
conclude
