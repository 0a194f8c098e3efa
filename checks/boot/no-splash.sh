#!/bin/sh
# title: No boot splash stands between the boot and the serial console
# level: should
# clause: 70
# transports: ssh serial
# needs: path:/proc/cmdline
# timeout: 30
# remedy: remove the package plymouth, and 'splash' and 'rhgb' from the kernel command line.
#
# plymouth must not run, and the command line must not ask for it: it takes the console, and may wait for a display.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r line <"$R/proc/cmdline"
for word in $line; do
  case $word in splash | rhgb | splash=*) problem "expected no splash on the kernel's command line, found $word" ;; esac
done
for comm in "$R"/proc/[0-9]*/comm; do
  { read -r name; } 2>/dev/null <"$comm" || continue
  [ "$name" != plymouthd ] || problem "expected no plymouth once the guest is up, found plymouthd"
done
conclude
