#!/bin/sh
# title: A package upgrade of GRUB does not look for the builder's disk
# level: should
# clause: 3
# transports: ssh serial
# needs: path:/var/cache/debconf/config.dat
# timeout: 30
# remedy: empty the answer before the image is packed: 'echo grub-pc grub-pc/install_devices multiselect |
#   debconf-set-selections', and set grub-pc/install_devices_empty to true; cloud-init writes the first boot's disk there
#   unless its configuration says 'grub_dpkg: { enabled: false }'.
#
# Debian's grub-pc keeps in debconf where it was installed to. A name such as /dev/vda is another disk elsewhere, or
# none: the next upgrade of the package asks, or fails. What names the disk of / is good, on this machine.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

devices=$(awk '
  /^Name: / { name = $2 }
  /^Value: / && name ~ /^grub-(pc|efi).*\/install_devices$/ { sub(/^Value: */, ""); print }' "$R/var/cache/debconf/config.dat")
note "install_devices=$devices"
disk=$(root_disk) || disk=''
for device in $(printf '%s' "$devices" | tr , ' '); do
  real=$(readlink -f "$R$device") || real=''
  { [ -e "$R$device" ] && [ "${real##*/}" = "$disk" ]; } ||
    problem "expected the disk of / in grub-pc/install_devices of debconf, or none, found '$device'"
done
conclude
