#!/bin/sh
# title: The first serial port is the main console and has a login
# level: should
# clause: 8, 11
# transports: ssh serial
# needs: path:/proc/cmdline
# timeout: 30
# remedy: let console=ttyS0 be the last console= of the kernel command line, and run a getty on ttyS0
#   (serial-getty@ttyS0.service).
#
# The last console= is where the system's own messages and its emergency shell appear. A process whose terminal is ttyS0
# (a getty, a login, or the shell that runs this check) shows that a login is offered there.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r line <"$R/proc/cmdline"
last=''
for word in $line; do
  case $word in console=*) last=${word#console=} ;; esac
done
note "console=${last:-none}"
case $last in
  ttyS0 | ttyS0,*) ;;
  *) problem "expected ttyS0 as the last console= of the kernel command line, found '${last:-none}'" ;;
esac
on=$(processes_on 4 64)
note "ttyS0=$on"
[ -n "$on" ] || problem "expected a getty or login on ttyS0, found no process with that terminal"
conclude
