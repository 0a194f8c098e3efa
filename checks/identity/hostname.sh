#!/bin/sh
# title: The host name comes from metadata
# level: must
# clause: 19, 20
# transports: ssh serial
# needs: path:/proc/sys/kernel/hostname EXPECT_HOSTNAME
# timeout: 30
# remedy: remove /etc/hostname from the image and 'preserve_hostname' from cloud-init's configuration, so that the
#   host name of each instance is that of sdc:hostname.
#
# The running host name is the promised one (a domain behind it is accepted), and /etc/hostname, if there is one,
# agrees. Two instances of an image with a baked-in name would be the same host.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r name <"$R/proc/sys/kernel/hostname"
note "hostname=$name"
case $name in
  "$EXPECT_HOSTNAME" | "$EXPECT_HOSTNAME".*) ;;
  *) problem "expected host name '$EXPECT_HOSTNAME', found '$name'" ;;
esac
if [ -s "$R/etc/hostname" ]; then
  kept=$(grep -v '^#' "$R/etc/hostname" | head -n 1)
  case $kept in
    "$EXPECT_HOSTNAME" | "$EXPECT_HOSTNAME".*) ;;
    *) problem "expected '$EXPECT_HOSTNAME' in /etc/hostname, found '$kept'" ;;
  esac
else
  note "etc-hostname=none"
fi
conclude
