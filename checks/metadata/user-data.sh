#!/bin/sh
# title: user-data is written to /var/db/mdata-user-data
# level: must
# clause: 48
# transports: ssh serial
# needs: EXPECT_NONCE
# timeout: 30
# remedy: write the metadata value 'user-data' to /var/db/mdata-user-data at each boot, before the user-script runs, and
#   do not execute it; cloud-init's SmartOS data source does.
#
# The file must hold what this instance was given: one line with its nonce.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=/var/db/mdata-user-data
[ -e "$R$file" ] || fail "expected 'imgverify nonce $EXPECT_NONCE' in $file, found no such file"
found=$(head -c 200 "$R$file")
[ "$found" = "imgverify nonce $EXPECT_NONCE" ] ||
  fail "expected 'imgverify nonce $EXPECT_NONCE' in $file, found '$found'"
