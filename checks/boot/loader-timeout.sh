#!/bin/sh
# title: The boot loader waits ten seconds at most
# level: should
# clause: 7
# transports: ssh serial
# timeout: 30
# remedy: set GRUB_TIMEOUT=1 (and on Ubuntu GRUB_RECORDFAIL_TIMEOUT=1) in /etc/default/grub and run update-grub; for
#   extlinux set TIMEOUT 10, for FreeBSD autoboot_delay="1" in /boot/loader.conf.
#
# Reads what the loader reads: each 'set timeout=' of grub.cfg (that of a boot after a failed one only where grub.cfg
# notes failed boots), TIMEOUT and PROMPT of extlinux, autoboot_delay of FreeBSD. Negative time-outs wait for ever.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

found=''
# judge FILE SECONDS: one time-out.
judge() {
  found=yes
  note "${1##*/}=$2 s"
  case $2 in
    -*) problem "expected a time-out of at most 10 s in $1, found $2: it waits for a key" ;;
    *) [ "$2" -le 10 ] || problem "expected a time-out of at most 10 s in $1, found $2 s" ;;
  esac
}

for file in /boot/grub/grub.cfg /boot/grub2/grub.cfg; do
  [ -r "$R$file" ] || continue
  seconds=$(awk '
    /^[ \t]*#/ { next }
    /set recordfail=1/ { notes = 1 }
    /recordfail.* = 1/ { failed = 1; next }
    /^[ \t]*(else|fi)/ { failed = 0 }
    match($0, /set timeout=["'\'']?-?[0-9]+/) {
      value = substr($0, RSTART, RLENGTH)
      sub(/.*=["'\'']?/, "", value)
      if (failed) { if (value + 0 > after + 0 || value < 0) after = value }
      else if (!any || worst >= 0 && (value < 0 || value + 0 > worst + 0)) { worst = value; any = 1 }
    }
    END {
      if (notes && after != "" && worst >= 0 && (after < 0 || after + 0 > worst + 0)) { worst = after; any = 1 }
      if (any) print worst
    }' "$R$file")
  judge "$file" "${seconds:-0}"
done
for file in /boot/extlinux.conf /boot/extlinux/extlinux.conf /boot/syslinux/syslinux.cfg; do
  [ -r "$R$file" ] || continue
  tenths=$(awk 'toupper($1) == "TIMEOUT" { t = $2 } toupper($1) == "PROMPT" { p = $2 } END { print t + 0, p + 0 }' "$R$file")
  case $tenths in
    '0 0') judge "$file" 0 ;;
    '0 '*) judge "$file" -1 ;;
    *) judge "$file" $((${tenths% *} / 10)) ;;
  esac
done
if [ -r "$R/boot/loader.conf" ]; then
  delay=$(sed -n 's/^autoboot_delay="\{0,1\}\(-\{0,1\}[0-9][0-9]*\).*/\1/p' "$R/boot/loader.conf" | tail -n 1)
  case $delay in -1) delay=0 ;; esac # FreeBSD: no delay, and no way to interrupt
  judge /boot/loader.conf "${delay:-10}"
fi
[ -n "$found" ] || skip "no configuration of a boot loader that is known here"
conclude
