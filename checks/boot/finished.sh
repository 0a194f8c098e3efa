#!/bin/sh
# title: The boot comes to its end
# level: should
# clause: 9, 32
# transports: ssh serial
# needs: systemd cmd:systemctl
# timeout: 60
# remedy: 'systemctl list-jobs' names what the boot waits for; the usual ones are *-wait-online services, a mount
#   without nofail, and services that wait for the Internet.
#
# systemd must have no more start jobs to do. imgverify has waited for that already before the first check, as long as
# it waits for anything.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

state=$(systemctl is-system-running)
note "state=$state"
case $state in
  running | degraded) exit 0 ;;
  initializing | starting)
    jobs=$(systemctl list-jobs --no-legend --no-pager --plain | head -n 50)
    printf '%s\n' "$jobs"
    fail "expected the boot finished after ${EXPECT_READY_SECONDS:-0} s, found '$state', waiting for$(printf '%s\n' "$jobs" |
      while read -r _ unit _ job; do [ "$job" != running ] || printf ' %s' "$unit"; done)"
    ;;
  *) fail "expected 'running' or 'degraded' from systemctl is-system-running, found '$state'" ;;
esac
