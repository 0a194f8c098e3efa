#!/bin/sh
# title: One kernel is installed, and it is the one that runs
# level: should
# clause: 68
# transports: ssh serial
# needs: path:/lib/modules path:/proc/sys/kernel/osrelease
# timeout: 30
# remedy: boot the newest kernel once and remove the others (apt-get autoremove --purge, dnf remove --oldinstallonly)
#   before the image is packed.
#
# Each folder of /lib/modules that has a modules.dep is a kernel, and so is each vmlinuz-VERSION in /boot, rescue ones
# apart.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r running <"$R/proc/sys/kernel/osrelease"
note "kernel=$running"
[ -e "$R/lib/modules/$running" ] || problem "expected /lib/modules/$running for the running kernel, found none"
for path in "$R"/lib/modules/*/modules.dep "$R"/boot/vmlinuz-*; do
  [ -e "$path" ] || continue
  case $path in
    *-rescue-* | */vmlinuz-lts | */vmlinuz-virt | *.old) continue ;;
    */modules.dep) other=${path%/modules.dep} other=${other##*/} ;;
    *) other=${path##*/vmlinuz-} ;;
  esac
  [ "$other" = "$running" ] || problem "expected no kernel but the running $running, found $other in ${path#"$R"}"
done
conclude
