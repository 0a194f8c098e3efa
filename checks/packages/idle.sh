#!/bin/sh
# title: No package manager is at work once the guest is up
# level: should
# clause: 32, 46
# transports: ssh serial
# needs: path:/proc/1
# timeout: 60
# remedy: switch off updates at boot (apt-daily.timer, unattended-upgrades, dnf-automatic, package_update of cloud-init)
#   in the image; whoever makes an instance decides about them, and their locks make the first installation fail.
#
# None of the package managers' processes may run now: they hold the locks, and without the Internet they wait. The
# part of unattended-upgrades that only waits for the shutdown is no such process.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for comm in "$R"/proc/[0-9]*/comm; do
  { read -r name; } 2>/dev/null <"$comm" || continue
  case $name in
    apt | apt-get | apt.systemd.dai* | aptitude | dpkg | dnf | yum | dnf-automatic | rpm | apk | packagekitd | zypper | pkg) ;;
    unattended-upgr*)
      arguments=$(tr '\0' ' ' 2>/dev/null <"${comm%/comm}/cmdline")
      case $arguments in *unattended-upgrade-shutdown*) continue ;; esac
      ;;
    *) continue ;;
  esac
  pid=${comm%/comm}
  problem "expected no package manager at work, found $name (${pid##*/})"
done
conclude
