#!/bin/sh
# title: Nothing but the metadata client uses the second serial port
# level: must
# clause: 12
# transports: ssh serial
# needs: path:/proc/cmdline
# timeout: 30
# remedy: disable the getty on ttyS1 (serial-getty@ttyS1.service, inittab), remove console=ttyS1 from the kernel command
#   line and ModemManager from the image: the second serial port carries metadata.
#
# No console= on ttyS1, and no process has it as its terminal.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r line <"$R/proc/cmdline"
for word in $line; do
  case $word in console=ttyS1 | console=ttyS1,*) problem "expected no console on ttyS1, found $word" ;; esac
done
if [ -r "$R/proc/consoles" ] && grep -q '^ttyS1 ' "$R/proc/consoles"; then
  problem "expected no console on ttyS1, found it in /proc/consoles"
fi
on=$(processes_on 4 65 | grep -v ' mdata-')
[ -z "$on" ] || problem "expected no process with the terminal ttyS1, found $on"
conclude
