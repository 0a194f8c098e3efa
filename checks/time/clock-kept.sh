#!/bin/sh
# title: The guest has the time of the hardware clock, even years ahead
# level: should
# clause: 56
# transports: ssh serial
# needs: path:/sys/class/rtc/rtc0/since_epoch
# timeout: 30
# remedy: set the clock by no file of the image (fake-hwclock, an old time stamp) and by no host that need not be there;
#   keep the hardware clock in UTC.
#
# Without an NTP server in reach the guest's time is that of its hardware clock, which some machines here have years
# ahead. Two minutes of difference are allowed.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r hardware <"$R/sys/class/rtc/rtc0/since_epoch"
now=$(date +%s)
note "hardware=$hardware"
note "guest=$now"
off=$((now - hardware))
[ "${off#-}" -le 120 ] || fail "expected the time of the hardware clock, $hardware, found $now: $off s off"
