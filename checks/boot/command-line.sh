#!/bin/sh
# title: The kernel's command line has nothing left from the installer
# level: should
# clause: 8, 63
# transports: ssh serial
# needs: path:/proc/cmdline
# timeout: 30
# remedy: remove the word from GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub (or by grubby) and
#   write the loader's configuration anew.
#
# Looks for words that installers and rescue media need: on the running command line, and in the files from which the
# next kernel's is made.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# judge WHERE WORD...: names the words that belong to an installer.
judge() {
  where=$1
  shift
  for word in "$@"; do
    word=${word#\"}
    word=${word%\"}
    case $word in
      ds=nocloud* | autoinstall | autoinstall=* | maybe-ubiquity | cloud-config-url=* | subiquity*) ;;
      inst.* | ks=* | kickstart=* | url=http* | url=ftp* | preseed/* | preseed-md5=* | auto=true | priority=critical) ;;
      debian-installer/* | netcfg/* | netcfg.* | alpine_repo=* | alpine_dev=* | modloop=* | boot=live | boot=casper) ;;
      iso-scan/* | file=/cdrom* | installer* | rescue | rd.break | rd.live.* | init=/bin/*sh) ;;
      systemd.unit=rescue* | systemd.unit=emergency* | systemd.debug* | single | emergency) ;;
      *) continue ;;
    esac
    problem "expected nothing of an installer on $where, found $word"
  done
}

read -r line <"$R/proc/cmdline"
set -f
# shellcheck disable=SC2086 # words are wanted
judge "the kernel's command line" $line
set +f
for path in "$R"/etc/default/grub "$R"/etc/default/grub.d/*.cfg "$R"/etc/kernel/cmdline; do
  [ -r "$path" ] || continue
  file=${path#"$R"}
  while read -r line; do
    case $file,$line in
      */cmdline,*) ;;
      *,GRUB_CMDLINE_*=*) line=${line#*=} ;;
      *) continue ;;
    esac
    set -f
    # shellcheck disable=SC2086 # words are wanted
    judge "$file" $line
    set +f
  done <"$path"
done
conclude
