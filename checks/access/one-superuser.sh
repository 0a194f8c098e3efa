#!/bin/sh
# title: Nobody but root has user id 0
# level: should
# clause: 40
# transports: ssh serial
# needs: path:/etc/passwd
# timeout: 30
# remedy: remove the second account with user id 0 from /etc/passwd; who has to act for root does so by sudo.
#
# An account with root's number is root by another name, with a password and keys of its own. FreeBSD's toor is accepted,
# which has no password; whether it has one is for access.no-other-passwords.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

while IFS=: read -r name _ uid _; do
  case $name in root | toor | '' | \#*) continue ;; esac
  [ "$uid" != 0 ] || problem "expected user id 0 for root only, found '$name' with it"
done <"$R/etc/passwd"
conclude
