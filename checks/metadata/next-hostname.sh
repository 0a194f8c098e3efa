#!/bin/sh
# title: A changed host name arrives at the next boot
# level: should
# clause: 20
# transports: ssh serial
# needs: path:/proc/sys/kernel/hostname EXPECT_EARLIER_HOSTNAME EXPECT_HOSTNAME
# timeout: 30
# remedy: set the host name from sdc:hostname at each boot, not only at the first; with cloud-init no 'preserve_hostname'
#   and no own /etc/hostname.
#
# Judged where an instance is powered on again with another sdc:hostname.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r name <"$R/proc/sys/kernel/hostname"
case $name in
  "$EXPECT_HOSTNAME" | "$EXPECT_HOSTNAME".*) ;;
  *) fail "expected the host name '$EXPECT_HOSTNAME', to which '$EXPECT_EARLIER_HOSTNAME' was changed, found '$name'" ;;
esac
