#!/bin/sh
# title: A user-script whose key was removed runs no more
# level: should
# clause: 51
# transports: ssh serial
# needs: path:/proc/stat EXPECT_EARLIER_NONCE EXPECT_REMOVED_SCRIPT
# timeout: 30
# remedy: when mdata-get finds no user-script, remove the copy that an earlier boot has kept; cloud-init does.
#
# Judged where an instance is powered on again with metadata that has no user-script any more. The script of the first
# boot leaves its own nonce: no run of it may lie in this boot. The operator-script is waited for, as it comes first.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

since=$(($(booted) - 2))
began() { [ -r "$R$1" ] && [ -n "$(runs "$1" $since)" ]; }
eventually 20 began /var/tmp/imgverify.operator-script || :
[ -r "$R/var/tmp/imgverify.user-script" ] || skip "the user-script never ran, also not at the first boot"
EXPECT_NONCE=$EXPECT_EARLIER_NONCE
again=$(runs /var/tmp/imgverify.user-script $since | head -n 1)
[ -z "$again" ] || fail "expected no run of the removed user-script since $since, found one at $again"
