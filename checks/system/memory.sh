#!/bin/sh
# title: The guest can use the memory that it was given
# level: should
# clause: 6
# transports: ssh serial
# needs: path:/proc/meminfo EXPECT_MEMORY_MIB
# timeout: 30
# remedy: remove mem= from the kernel command line, and lower a reservation such as crashkernel=.
#
# MemTotal of /proc/meminfo is at most what was given, and at least two thirds of it: the kernel keeps a part for itself.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

found=$(sed -n 's/^MemTotal: *\([0-9]*\) kB.*/\1/p' "$R/proc/meminfo")
found=$((${found:-0} / 1024))
note "usable-MiB=$found"
[ "$found" -le "$EXPECT_MEMORY_MIB" ] || problem "expected at most $EXPECT_MEMORY_MIB MiB, found $found MiB"
[ $((found * 3)) -ge $((EXPECT_MEMORY_MIB * 2)) ] ||
  problem "expected at least two thirds of $EXPECT_MEMORY_MIB MiB, found $found MiB"
conclude
