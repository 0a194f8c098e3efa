#!/bin/sh
# title: The kernel is not tainted
# level: should
# clause: 9
# transports: ssh serial
# needs: path:/proc/sys/kernel/tainted
# timeout: 30
# remedy: leave out modules that are not the kernel's own, and look in its log for what else it complains of.
#
# Bits that speak of foreign, forced or unsigned modules, and of pages or processes that went wrong. A warning, a
# soft lock-up and a firmware's own faults may be the host's doing, and are only noted.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r taint <"$R/proc/sys/kernel/tainted"
note "tainted=$taint"
bit=0
for meaning in 'a proprietary module' 'a module loaded by force' '' 'a module removed by force' '' 'a bad memory page' \
  'taint asked for by user space' 'an oops' '' '' 'a staging driver' '' 'a module from outside of the kernel' \
  'an unsigned module' '' 'a live patch'; do
  if [ -n "$meaning" ] && [ $((taint >> bit & 1)) = 1 ]; then
    problem "expected an untainted kernel, found $meaning (bit $bit of $taint)"
  fi
  bit=$((bit + 1))
done
conclude
