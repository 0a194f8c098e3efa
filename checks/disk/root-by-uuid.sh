#!/bin/sh
# title: File systems are found by UUID or label, not by the disk's place
# level: must
# clause: 3, 39
# transports: ssh serial
# needs: path:/proc/cmdline
# timeout: 30
# remedy: write UUID=, LABEL=, PARTUUID= or an LVM name into /etc/fstab and for root= (on Debian: run update-grub where
#   /dev/disk/by-uuid exists, and do not set GRUB_DISABLE_LINUX_UUID).
#
# Looks at root= and resume= of the kernel command line and at each line of /etc/fstab. Names such as /dev/vda1,
# /dev/disk/by-path and /dev/disk/by-id change with the disk's place, bus or serial number. The line that cloud-init
# writes for its data disk (/dev/vdb, with nofail) is its own affair.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# placed NAME: whether a device is named by its place, bus or serial number.
placed() {
  case $1 in
    /dev/disk/by-id/dm-* | /dev/disk/by-id/lvm-* | /dev/disk/by-id/md-*) return 1 ;;
    /dev/disk/by-id/* | /dev/disk/by-path/* | /dev/disk/by-diskseq/*) return 0 ;;
    /dev/[hsv]d[a-z]* | /dev/xvd[a-z]* | /dev/nvme[0-9]* | /dev/mmcblk[0-9]* | /dev/block/*) return 0 ;;
    [0-9]*:[0-9]* | [0-9a-f][0-9a-f][0-9a-f] | [0-9a-f][0-9a-f][0-9a-f][0-9a-f]) return 0 ;;
    *) return 1 ;;
  esac
}

read -r line <"$R/proc/cmdline"
for word in $line; do
  case $word in
    root=* | resume=*)
      note "$word"
      ! placed "${word#*=}" || problem "expected a UUID or label on the kernel command line, found $word"
      ;;
  esac
done
if [ -r "$R/etc/fstab" ]; then
  while read -r device point _ options _; do
    case $device in '' | \#*) continue ;; esac
    placed "$device" || continue
    case $device,$options in
      /dev/vdb,*nofail*comment=cloudconfig*) continue ;;
      /dev/sr[0-9]*,*noauto* | /dev/fd[0-9]*,*noauto*) continue ;;
    esac
    problem "expected a UUID or label in /etc/fstab, found $device for $point"
  done <"$R/etc/fstab"
fi
conclude
