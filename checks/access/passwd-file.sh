#!/bin/sh
# title: /etc/passwd holds no password, and no empty one
# level: must
# clause: 40
# transports: ssh serial
# needs: path:/etc/passwd
# timeout: 30
# remedy: 'x' in the second field of every line of /etc/passwd ('pwconv'), and no such line for a user of the build.
#
# An empty second field lets anybody log in without a password, whatever /etc/shadow says; a hash there is one that came
# with the image, and can be read by every account.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

while IFS=: read -r name hash _; do
  case $name in '' | \#*) continue ;; esac
  case $hash in
    x | '*' | '!' | '!!') ;;
    '') problem "expected 'x' as the password of '$name' in /etc/passwd, found it empty" ;;
    *) problem "expected 'x' as the password of '$name' in /etc/passwd, found a hash" ;;
  esac
done <"$R/etc/passwd"
conclude
