#!/bin/sh
# title: The kernel's log has no oops, warning trace or I/O error
# level: should
# clause: 9
# transports: ssh serial
# needs: cmd:dmesg
# timeout: 60
# remedy: look up the first of the lines shown; a driver or file system that logs such lines on virtual hardware should
#   be updated, configured or left out.
#
# Searches dmesg for panics, oopses, BUG and WARNING lines, call traces, file system errors and I/O errors of disks.
# A kernel that also complains of lost time (soft lock-ups, stalls) ran on a host that was too slow: then nothing can be
# said.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

log=$(dmesg) || broken "dmesg ended with status $?"
[ -n "$log" ] || skip "the kernel's log is empty"
bad=$(printf '%s\n' "$log" | grep -E \
  'Kernel panic|Oops|BUG: |WARNING: (CPU|possible)|Call Trace:|EXT4-fs error|XFS .*[Cc]orrupt|BTRFS (error|critical)|I/O error,? (on )?(dev )?(vd|sd|xvd|nvme|hd|dm-)|Out of memory: Kill|hung_task|blocked for more than')
[ -n "$bad" ] || exit 0
slow=$(printf '%s\n' "$log" | grep -E 'soft lockup|self-detected stall|detected stalls|rcu.* kthread starved|blocked for more than' | head -n 1)
printf '%s\n' "$bad" | head -n 200
[ -z "$slow" ] || broken "the host was too slow to judge the kernel's log: $slow"
fail "expected none of these, found $(printf '%s\n' "$bad" | grep -c .) lines, first: $(printf '%s\n' "$bad" | head -n 1)"
