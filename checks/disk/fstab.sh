#!/bin/sh
# title: Every file system in fstab is there, or the boot does not need it
# level: must
# clause: 34, 39
# transports: ssh serial
# needs: path:/etc/fstab
# timeout: 60
# remedy: remove the line from /etc/fstab, or give it the option nofail: without it the boot waits 90 s for the device,
#   and stops in an emergency shell.
#
# Each line with a device must either name one that is there now, or have nofail or noauto. One that is there on another
# disk than the root's needs nofail as well: that disk may be missing.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# device_of SPEC: the kernel's name of the block device that is meant.
device_of() {
  value=${1#*=}
  value=${value#\"}
  value=${value%\"}
  case $1 in
    UUID=*) link=$R/dev/disk/by-uuid/$value ;;
    LABEL=*) link=$R/dev/disk/by-label/$value ;;
    PARTUUID=*) link=$R/dev/disk/by-partuuid/$value ;;
    PARTLABEL=*) link=$R/dev/disk/by-partlabel/$value ;;
    /dev/*) link=$R$1 ;;
    *) return 1 ;;
  esac
  if [ -e "$link" ]; then
    link=$(readlink -f "$link")
    printf '%s\n' "${link##*/}"
    return 0
  fi
  case $1 in UUID=* | LABEL=*) have findfs || return 1 ;; *) return 1 ;; esac
  link=$(findfs "${1%%=*}=$value" 2>/dev/null) || return 1
  printf '%s\n' "${link##*/}"
}

root=$(root_disk) || root=''
while read -r device point kind options _; do
  case $device in '' | \#*) continue ;; UUID=* | LABEL=* | PARTUUID=* | PARTLABEL=* | /dev/*) ;; *) continue ;; esac
  case $kind,$device in swap,* | iso9660,* | udf,* | *,/dev/sr[0-9]* | *,/dev/fd[0-9]* | *,/dev/cdrom*) continue ;; esac
  case ,$options, in *,nofail,* | *,noauto,* | *,x-systemd.automount,*) continue ;; esac
  [ "$point" != / ] || continue # it is mounted: we are here
  if name=$(device_of "$device"); then
    case $name in "$root" | "$root"[0-9]* | "$root"p[0-9]* | dm-*) continue ;; esac
    [ -z "$root" ] || problem "expected nofail for $device at $point in /etc/fstab, found '$options', and it is not on the root's disk $root"
  else
    problem "expected $device for $point in /etc/fstab to be there or to have nofail, found neither"
  fi
done <"$R/etc/fstab"
conclude
