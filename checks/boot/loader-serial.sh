#!/bin/sh
# title: GRUB talks on the first serial port, and never on the second
# level: should
# clause: 7, 11, 12
# transports: ssh serial
# timeout: 30
# remedy: set GRUB_TERMINAL="serial console" and GRUB_SERIAL_COMMAND="serial --unit=0 --speed=115200" in
#   /etc/default/grub and run update-grub.
#
# Reads grub.cfg: a 'serial' line for unit 0, and a terminal_output with serial in it. The second port carries metadata.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

file=''
for name in /boot/grub/grub.cfg /boot/grub2/grub.cfg; do
  [ ! -r "$R$name" ] || file=$name
done
[ -n "$file" ] || skip "this guest has no grub.cfg"

lines=$(grep -E '^[[:space:]]*(serial|terminal_output|terminal_input|terminal)([[:space:]]|$)' "$R$file")
serial=$(printf '%s\n' "$lines" | grep -E '^[[:space:]]*serial([[:space:]]|$)')
note "serial=$serial"
case $serial in
  '') problem "expected a 'serial' line in $file, found none" ;;
  *--unit=0* | *--port=0x3f8* | *--port=0x3F8* | *' com0'*) ;;
  *--unit=* | *--port=* | *' com'*) problem "expected 'serial --unit=0' in $file, found '$serial'" ;;
esac
case $lines in
  *terminal_output*serial* | *terminal\ *serial*) ;;
  *) problem "expected serial among the terminals of $file, found '$(oneline "$(printf '%s\n' "$lines" | grep terminal)")'" ;;
esac
conclude
