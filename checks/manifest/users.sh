#!/bin/sh
# title: Every user that the manifest promises a password for exists
# level: should
# clause: 40, 43
# transports: ssh serial
# needs: path:/etc/passwd EXPECT_IMAGE_USERS
# timeout: 30
# remedy: remove the name from users in the manifest (pack's --user), or have the image create the account locked.
#
# vmadm makes a password for each name in users; one without an account gets a password that opens nothing.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for user in $EXPECT_IMAGE_USERS; do
  found=''
  while IFS=: read -r name _; do
    [ "$name" != "$user" ] || found=yes
  done <"$R/etc/passwd"
  [ -n "$found" ] || problem "expected an account '$user', which users of the manifest names, found none in /etc/passwd"
done
conclude
