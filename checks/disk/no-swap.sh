#!/bin/sh
# title: There is no swap space
# level: should
# clause: 36
# transports: ssh serial
# needs: path:/proc/swaps
# timeout: 30
# remedy: install without a swap partition or file; remove its line from /etc/fstab and resume= from the kernel command
#   line.
#
# /proc/swaps lists nothing, and /etc/fstab has no line of type swap: on SmartOS the host decides about memory.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

while read -r name kind _; do
  case $name in Filename | '') continue ;; esac
  problem "expected no swap in use, found $name ($kind)"
done <"$R/proc/swaps"
if [ -r "$R/etc/fstab" ]; then
  while read -r device _ kind _; do
    case $device in '' | \#*) continue ;; esac
    [ "$kind" != swap ] || problem "expected no swap in /etc/fstab, found $device"
  done <"$R/etc/fstab"
fi
conclude
