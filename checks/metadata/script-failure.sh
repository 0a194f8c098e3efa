#!/bin/sh
# title: A failing operator-script does not keep the user-script from running
# level: must
# clause: 49
# transports: ssh serial
# needs: EXPECT_NONCE EXPECT_FAILING_SCRIPTS
# timeout: 60
# remedy: ignore the exit status of the operator-script ('|| :' in a script with 'set -e'), and run the user-script all
#   the same.
#
# Judged where both scripts of the metadata leave their mark and then end with status 1: both marks must be there.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

first=/var/tmp/imgverify.operator-script then=/var/tmp/imgverify.user-script
eventually 20 marked $first || skip "the operator-script was not run at all"
eventually 20 marked $then ||
  fail "expected the user-script run behind an operator-script that ends with status 1, found no mark of it in $then"
