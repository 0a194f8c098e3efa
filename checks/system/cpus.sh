#!/bin/sh
# title: The guest uses all processors that it was given
# level: should
# clause: 6
# transports: ssh serial
# needs: path:/proc/cpuinfo EXPECT_CPUS
# timeout: 30
# remedy: remove maxcpus= and nosmp from the kernel command line; use a kernel for more than one processor.
#
# Counts the processors in /proc/cpuinfo, which are those in use.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

found=$(grep -c '^processor' "$R/proc/cpuinfo")
note "cpus=$found"
[ "$found" = "$EXPECT_CPUS" ] || fail "expected $EXPECT_CPUS processors, found $found"
