#!/bin/sh
# title: The kernel has killed no process for want of memory
# level: should
# clause: 6
# transports: ssh serial
# needs: path:/proc/vmstat EXPECT_MEMORY_MIB
# timeout: 30
# remedy: raise requirements.min_ram in the manifest, or leave out what takes the memory; lower crashkernel=.
#
# Boots have as much memory as the manifest's min_ram, or twice that. oom_kill of /proc/vmstat counts since the boot.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

killed=$(sed -n 's/^oom_kill //p' "$R/proc/vmstat")
[ -n "$killed" ] || skip "this kernel does not count what it kills"
note "killed=$killed"
[ "$killed" = 0 ] || fail "expected no process killed for want of memory with $EXPECT_MEMORY_MIB MiB, found $killed"
