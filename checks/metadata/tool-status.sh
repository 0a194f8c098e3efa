#!/bin/sh
# title: mdata-get tells a missing key by status 1, and nobody writes read-only keys
# level: should
# clause: 16
# transports: ssh serial
# needs: cmd:mdata-get cmd:mdata-put cmd:mdata-list EXPECT_UUID
# timeout: 120
# remedy: install mdata-get and its like as Joyent's mdata-client has them; scripts tell by status 1 (no such key), and
#   others, whether to go on without a value.
#
# Asks for a key that is not there, lists the keys, and tries to write sdc:uuid, which the service refuses.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

found=$(mdata-get imgverify:never 2>/dev/null)
status=$?
[ "$status" = 1 ] || problem "expected status 1 from mdata-get for a key that is not there, found $status"
[ -z "$found" ] || problem "expected nothing on standard output for a key that is not there, found '$found'"
found=$(mdata-list 2>/dev/null)
status=$?
[ "$status" = 0 ] || problem "expected status 0 from mdata-list, found $status"
case $found in
  *root_authorized_keys*) ;;
  *) problem "expected root_authorized_keys in the output of mdata-list, found '$(oneline "$found" | cut -c 1-200)'" ;;
esac
if mdata-put sdc:uuid "$EXPECT_UUID" >/dev/null 2>&1 </dev/null; then
  problem "expected mdata-put to fail for the read-only key sdc:uuid, found status 0"
fi
conclude
