#!/bin/sh
# title: The second disk is formatted and mounted where fstab promises it
# level: should
# clause: 33
# transports: ssh serial
# needs: EXPECT_EXTRA_DISK path:/etc/fstab path:/proc/self/mountinfo
# timeout: 60
# remedy: have the first boot format an empty second disk and mount it (cloud-init: ephemeral0 in fs_setup and mounts),
#   and mount it by label with nofail.
#
# Judges images whose fstab has a line for a data disk (mount point /data, /mnt or below, or of cloud-init), with an
# empty virtio disk behind a virtio root disk: there it must be mounted, and writable. Elsewhere names of disks have
# moved, and a data disk that is left alone is right.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# shellcheck disable=SC2086 # words are wanted
set -- $EXPECT_EXTRA_DISK
[ "$2 $3" = 'behind blank' ] || skip "the extra disk is $3 and $2 the boot disk"
[ "${EXPECT_DISK_BUS:-virtio-blk}" = virtio-blk ] || skip "the boot disk is on $EXPECT_DISK_BUS, so the names of disks differ"
wanted=''
while read -r device point kind options _; do
  case $device,$kind in '#'* | ,* | *,swap) continue ;; esac
  case $point,$options in
    /data,* | /data/*,* | /mnt,* | /mnt/*,* | *,*comment=cloudconfig*) wanted="$wanted $point" ;;
  esac
done <"$R/etc/fstab"
[ -n "$wanted" ] || skip "/etc/fstab promises no data disk"
# mounted POINT: its device numbers and options.
mounted() { awk -v point="$1" '$5 == point { line = $3 " " $6 } END { if (line == "") exit 1; print line }' "$R/proc/self/mountinfo"; }
root=$(root_disk) || root=''
for point in $wanted; do
  if ! found=$(mounted "$point"); then
    problem "expected the second disk at $point, found nothing mounted there"
    continue
  fi
  note "$point=$found"
  case ,${found#* }, in *,ro,*) problem "expected $point writable, found '${found#* }'" ;; esac
  block=$(block_of "${found%% *}") || continue
  case ${block##*/} in "$root" | "$root"[0-9]*) problem "expected another disk than the root's at $point, found ${block##*/}" ;; esac
done
conclude
