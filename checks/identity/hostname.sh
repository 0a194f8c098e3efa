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
# agrees. Where the metadata has changed since the instance's first boot, the earlier name will do as well:
# metadata.next-hostname looks after that. Two instances of an image with a baked-in name would be the same host.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# is_promised NAME: whether the metadata gives it, now or at the first boot.
is_promised() {
  case $1 in
    "$EXPECT_HOSTNAME" | "$EXPECT_HOSTNAME".*) ;;
    "${EXPECT_EARLIER_HOSTNAME:-$EXPECT_HOSTNAME}") ;;
    "${EXPECT_EARLIER_HOSTNAME:-$EXPECT_HOSTNAME}".*) ;;
    *) return 1 ;;
  esac
}
read -r name <"$R/proc/sys/kernel/hostname"
note "hostname=$name"
is_promised "$name" || problem "expected host name '$EXPECT_HOSTNAME', found '$name'"
if [ -s "$R/etc/hostname" ]; then
  kept=$(grep -v '^#' "$R/etc/hostname" | head -n 1)
  is_promised "$kept" || problem "expected '$EXPECT_HOSTNAME' in /etc/hostname, found '$kept'"
else
  note "etc-hostname=none"
fi
conclude
