#!/bin/sh
# title: No user of the build is left
# level: should
# clause: 40, 61
# transports: ssh serial
# needs: path:/etc/passwd
# timeout: 30
# remedy: 'userdel -r NAME' for the user that the installer or Packer made; with cloud-init set 'users: []', so that it
#   makes none either.
#
# Looks for accounts that people log in with: a user id from 500 up, but not nobody's, and a shell. Whether such an
# account could get in is for access.no-other-passwords and access.other-keys; here it is one that nobody promised.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

while IFS=: read -r name _ uid _ _ home shell; do
  case $name in root | nobody | nfsnobody | '' | \#*) continue ;; esac
  case $uid in '' | *[!0-9]*) continue ;; esac
  { [ "$uid" -ge 500 ] && [ "$uid" -lt 60000 ]; } || continue
  case $shell in */nologin | */false | */sync | */halt | */shutdown | */true) continue ;; esac
  # Service accounts of low numbers have no home of a person.
  if [ "$uid" -lt 1000 ]; then case $home in /home/*) ;; *) continue ;; esac fi
  problem "expected no account of a person, found '$name' (user id $uid, $home, ${shell:-/bin/sh})"
done <"$R/etc/passwd"
conclude
