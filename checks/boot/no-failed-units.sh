#!/bin/sh
# title: No systemd unit has failed
# level: should
# clause: 9
# transports: ssh serial
# needs: systemd cmd:systemctl
# timeout: 60
# remedy: see 'journalctl -b -u UNIT' for each; mend the unit, or remove its package when a virtual machine has no use
#   for it.
#
# Lists units in the state failed.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

list=$(systemctl list-units --state=failed --plain --no-legend --no-pager) ||
  broken "systemctl list-units ended with status $?"
failed=''
while read -r unit _; do
  # What runs a user-script that is meant to fail says so; that is no fault of the image.
  case ${EXPECT_FAILING_SCRIPTS:-}:$unit in yes:cloud-final.service | yes:triton-guest.service) continue ;; esac
  [ -z "$unit" ] || failed="$failed${failed:+ }$unit"
done <<EOF
$list
EOF
[ -n "$failed" ] || exit 0
printf '%s\n' "$list"
for unit in $failed; do systemctl status --no-pager --lines=5 "$unit"; done
fail "expected no failed units, found $failed"
