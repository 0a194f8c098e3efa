#!/bin/sh
# title: The boot loader's configuration names no disk by its place
# level: must
# clause: 3
# transports: ssh serial
# timeout: 30
# remedy: run update-grub where /dev/disk/by-uuid exists, do not set GRUB_DISABLE_LINUX_UUID, and write root=UUID= into
#   /etc/default/grub and /etc/kernel/cmdline.
#
# Looks at root= and resume= of every entry of grub.cfg, of the entries in /boot/loader/entries, of extlinux and of the
# files from which the next ones are made; and at GRUB's own root, which without a 'search' is a number of the BIOS.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

any=''
for path in "$R"/boot/grub/grub.cfg "$R"/boot/grub2/grub.cfg "$R"/boot/loader/entries/*.conf "$R"/boot/extlinux.conf \
  "$R"/boot/extlinux/extlinux.conf "$R"/etc/default/grub "$R"/etc/default/grub.d/*.cfg "$R"/etc/kernel/cmdline; do
  [ -r "$path" ] || continue
  any=yes
  file=${path#"$R"}
  placed=$(grep -v '^[[:space:]]*#' "$path" |
    grep -oE '(root|resume)=/dev/([hsv]d[a-z]|xvd[a-z]|nvme[0-9]|mmcblk[0-9]|disk/by-(id/(virtio|scsi|ata|wwn|nvme)|path))[^" ]*' |
    sort -u)
  for word in $placed; do problem "expected a UUID or label in $file, found $word"; done
  case $file in
    */grub.cfg)
      if grep -qE '^[[:space:]]*set root=.?\(?hd[0-9]' "$path" && ! grep -qE '^[[:space:]]*search ' "$path"; then
        problem "expected a 'search' for the file system in $file, found only$(grep -E 'set root=' "$path" | head -n 1)"
      fi
      ;;
    /etc/default/*)
      if grep -qE '^[[:space:]]*GRUB_DISABLE_LINUX_UUID="?true' "$path"; then
        problem "expected UUIDs for the next kernel, found GRUB_DISABLE_LINUX_UUID=true in $file"
      fi
      ;;
  esac
done
[ -n "$any" ] || skip "no configuration of a boot loader that is known here"
conclude
