#!/bin/sh
# title: The root file system can be written, and has recorded no error
# level: should
# clause: 9, 69
# transports: ssh serial
# needs: path:/proc/self/mountinfo
# timeout: 30
# remedy: have / mounted rw by the initramfs or by /etc/fstab; run fsck -f on the image before it is packed, from a
#   builder that has shut down in order.
#
# / must be mounted rw, and what ext4 remembers of errors (errors_count in /sys/fs/ext4) must be 0. With a root that is
# read-only on purpose, the mount of /var counts.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

state='' var=''
while read -r _ _ _ _ point options rest; do
  case $point in
    /) state="$options" ;;
    /var) var="$options" ;;
  esac
done <"$R/proc/self/mountinfo"
note "options=$state"
case ,${var:-$state}, in
  *,ro,*) problem "expected ${var:+/var of }/ mounted rw, found '${var:-$state}'" ;;
esac
for count in "$R"/sys/fs/ext4/*/errors_count; do
  [ -r "$count" ] || continue
  read -r errors <"$count"
  [ "$errors" = 0 ] || problem "expected no errors recorded on ${count#"$R"}, found $errors"
done
conclude
