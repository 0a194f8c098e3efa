#!/bin/sh
# title: A package upgrade of GRUB does not look for the builder's disk
# level: should
# clause: 3
# transports: ssh serial
# needs: path:/var/cache/debconf/config.dat
# timeout: 30
# remedy: empty the answer before the image is packed: 'echo grub-pc grub-pc/install_devices multiselect |
#   debconf-set-selections', and set grub-pc/install_devices_empty to true.
#
# Debian's grub-pc keeps in debconf where it was installed to. A name such as /dev/vda is another disk elsewhere, or
# none: the next upgrade of the package asks, or fails.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

devices=$(awk '
  /^Name: / { name = $2 }
  /^Value: / && name ~ /^grub-(pc|efi).*\/install_devices$/ { sub(/^Value: */, ""); print }' "$R/var/cache/debconf/config.dat")
note "install_devices=$devices"
[ -z "$devices" ] || fail "expected no disk in grub-pc/install_devices of debconf, found '$devices'"
