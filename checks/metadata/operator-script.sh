#!/bin/sh
# title: The operator-script is run at each boot, before the user-script
# level: must
# clause: 49
# transports: ssh serial
# needs: path:/proc/stat EXPECT_NONCE
# timeout: 60
# remedy: run the metadata value 'sdc:operator-script' at every boot, before the user-script, whatever its exit status;
#   cloud-init's SmartOS data source and the triton-guest service do.
#
# The operator-script appends its nonce and the time to /var/tmp/imgverify.operator-script. At least one run must lie
# in this boot (two do where cloud-init and triton-guest both run it), and the first of them not behind the first run
# of the user-script.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=/var/tmp/imgverify.operator-script
since=$(($(booted) - 2))
ran() { [ -r "$R$file" ] && [ -n "$(runs $file $since)" ]; }
if ! eventually 20 ran; then
  found="no such file"
  [ ! -e "$R$file" ] || found="'$(head -c 200 "$R$file")'"
  fail "expected a line with the nonce $EXPECT_NONCE and a time since $since in $file, found $found"
fi
note "runs-in-this-boot=$(runs $file $since | grep -c .)"
first=$(runs $file $since | head -n 1)
other=/var/tmp/imgverify.user-script
[ -r "$R$other" ] || exit 0
user=$(runs $other $since | head -n 1)
[ -z "$user" ] || [ "$first" -le "$user" ] ||
  fail "expected the operator-script before the user-script, found it at $first and the user-script at $user"
