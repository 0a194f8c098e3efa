#!/bin/sh
# title: The guest was booted by BIOS
# level: must
# clause: 1
# transports: ssh serial
# needs: path:/sys/firmware
# timeout: 30
# remedy: install the boot loader for BIOS (grub-install --target=i386-pc) in addition to the one for UEFI.
#
# /sys/firmware/efi is absent: the kernel was not started by UEFI.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

[ ! -e "$R/sys/firmware/efi" ] || fail "expected a boot by BIOS, found /sys/firmware/efi, which only UEFI leaves"
