#!/bin/sh
# title: mdata-put, -get, -list and -delete work
# level: should
# clause: 16
# transports: ssh serial
# needs: EXPECT_NONCE
# timeout: 120
# remedy: install the metadata tools (mdata-get, mdata-put, mdata-list, mdata-delete) into root's PATH, built for this
#   system's C library and processor.
#
# Puts a key of our own, reads it back, finds it in the list, deletes it, and finds it gone: images that are to be used
# for making images report their progress this way.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for tool in mdata-get mdata-put mdata-list mdata-delete; do
  have $tool || problem "expected the command $tool, found none in $PATH"
done
[ -z "$problems" ] || conclude

key=imgverify:tools value="round trip of $EXPECT_NONCE"
said=$(mdata-put "$key" "$value" 2>&1) || fail "expected 'mdata-put $key' to succeed, found status $?: $said"
found=$(mdata-get "$key" 2>&1)
status=$?
[ "$status $found" = "0 $value" ] ||
  problem "expected '$value' from mdata-get, found '$found' (status $status)"
mdata-list | grep -qxF "$key" || problem "expected $key in the output of mdata-list, found it missing"
said=$(mdata-delete "$key" 2>&1) || problem "expected 'mdata-delete $key' to succeed, found status $?: $said"
if found=$(mdata-get "$key" 2>/dev/null); then
  problem "expected mdata-get to fail for a deleted key, found '$found'"
fi
conclude
