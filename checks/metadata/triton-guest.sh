#!/bin/sh
# title: The triton-guest service is enabled, and has done its work
# level: should
# clause: 57, 71
# transports: ssh serial
# needs: systemd cmd:systemctl
# timeout: 60
# remedy: 'systemctl enable triton-guest', and let its scripts end with status 0; see 'systemctl status triton-guest'.
#
# Only where there is such a unit. Where it is made of the scripts in /lib/smartdc, the first boot must leave the marker
# that keeps the next one from doing all anew.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

state=$(systemctl is-enabled triton-guest.service 2>/dev/null)
case $state in
  enabled | enabled-runtime | static | linked*) ;;
  '' | not-found) skip "this guest has no triton-guest.service" ;;
  *) problem "expected triton-guest.service enabled, found it $state" ;;
esac
done_yet() { [ "$(systemctl show -p ActiveState triton-guest.service)" != ActiveState=activating ]; }
eventually 30 done_yet || :
result=$(systemctl show -p Result triton-guest.service)
[ "$result" = Result=success ] || problem "expected triton-guest.service to end well, found ${result#Result=}"
if [ -e "$R/lib/smartdc/firstboot" ] && [ ! -e "$R/lib/smartdc/.firstboot-complete-do-not-delete" ]; then
  problem "expected /lib/smartdc/.firstboot-complete-do-not-delete after the first boot, found no such file"
fi
conclude
