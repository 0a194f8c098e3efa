#!/bin/sh
# title: No account but root can log in with a password
# level: must
# clause: 40
# transports: ssh serial
# needs: path:/etc/shadow
# timeout: 30
# remedy: delete the user that the installer made for the build, or lock its password ('usermod -L NAME'), before the
#   image is taken.
#
# Every field of /etc/shadow but root's begins with '!' or '*': a password that came with the image is known to
# everybody who can read the recipe of the build.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

accounts=0
while IFS=: read -r name hash _; do
  case $name in root | '') continue ;; esac
  accounts=$((accounts + 1))
  case $hash in
    '!'* | '*'*) ;;
    '') problem "expected the password of '$name' locked, found it empty" ;;
    *) problem "expected the password of '$name' locked, found one set" ;;
  esac
done <"$R/etc/shadow"
note "accounts=$accounts"
conclude
