#!/bin/sh
# title: The time zone is UTC, and so is the hardware clock
# level: should
# clause: 56
# transports: ssh serial
# needs: path:/etc
# timeout: 30
# remedy: link /etc/localtime to /usr/share/zoneinfo/Etc/UTC, and run 'timedatectl set-local-rtc 0' (the third line of
#   /etc/adjtime is UTC).
#
# Reads /etc/localtime (the name it links to, else the rule at its end), /etc/TZ and /etc/adjtime. None of them means
# UTC.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

zone=''
if [ -L "$R/etc/localtime" ]; then
  zone=$(readlink "$R/etc/localtime")
  zone=${zone##*zoneinfo/}
elif [ -s "$R/etc/localtime" ]; then
  zone=$(tail -n 1 "$R/etc/localtime" | tr -cd ' -~')
elif [ -s "$R/etc/TZ" ]; then
  read -r zone <"$R/etc/TZ"
fi
note "zone=${zone:-none}"
case ${zone##*/} in
  '' | UTC | UTC0 | UCT | GMT | GMT0 | 'GMT+0' | 'GMT-0' | Greenwich | Universal | Zulu | '<UTC>0') ;;
  *) problem "expected the time zone UTC, found '$zone'" ;;
esac
if [ -r "$R/etc/adjtime" ]; then
  mode=$(sed -n 3p "$R/etc/adjtime")
  case $mode in
    '' | UTC) ;;
    *) problem "expected UTC as the third line of /etc/adjtime, found '$mode'" ;;
  esac
fi
[ ! -e "$R/etc/wall_cmos_clock" ] || problem "expected a hardware clock in UTC, found /etc/wall_cmos_clock"
conclude
