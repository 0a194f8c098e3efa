#!/bin/sh
# title: The iSCSI initiator's name was made on this machine
# level: should
# clause: 19
# transports: ssh serial
# needs: path:/etc/iscsi/initiatorname.iscsi
# timeout: 30
# remedy: remove /etc/iscsi/initiatorname.iscsi from the image, or leave 'GenerateName=yes' in it, so that each instance
#   makes its own.
#
# Two machines with one initiator name are one machine for a storage server, and write over each other. The name is
# noted, so that those of two instances can be compared.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

name=$(sed -n 's/^InitiatorName=//p' "$R/etc/iscsi/initiatorname.iscsi" | head -n 1)
if [ -z "$name" ]; then
  grep -q '^GenerateName=yes' "$R/etc/iscsi/initiatorname.iscsi" && skip "the name is made when it is first needed"
  fail "expected InitiatorName or GenerateName=yes in /etc/iscsi/initiatorname.iscsi, found neither"
fi
note "iscsi-name=$name"
case $name in
  iqn.[0-9]*.*:?* | eui.* | naa.*) ;;
  *) fail "expected an initiator name like iqn.1993-08.org.debian:01:..., found '$name'" ;;
esac
