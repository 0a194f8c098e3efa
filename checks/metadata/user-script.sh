#!/bin/sh
# title: The user-script was run
# level: must
# clause: 47
# transports: ssh serial
# needs: EXPECT_NONCE
# timeout: 60
# remedy: run the metadata value 'user-script' as root at boot, also on a new instance of a disk that ran one before
#   (no /var/tmp/user-script.lock in the image), with /var/tmp writable and scripts allowed to execute from their place.
#
# The user-script that this instance was given appends its nonce and the time to /var/tmp/imgverify.user-script. It may
# run once or at each boot; which of the two is noted. Waits, since images run it last of all.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

[ -z "${EXPECT_REMOVED_SCRIPT:-}" ] || skip "the metadata of this boot has no user-script"
file=/var/tmp/imgverify.user-script
if ! eventually 20 marked $file; then
  found="no such file"
  [ ! -e "$R$file" ] || found="'$(head -c 200 "$R$file")'"
  fail "expected a line with the nonce $EXPECT_NONCE in $file, found $found"
fi
note "runs=$(runs $file | grep -c .)"
note "runs-in-this-boot=$(runs $file $(($(booted) - 2)) | grep -c .)"
