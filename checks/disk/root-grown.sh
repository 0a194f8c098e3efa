#!/bin/sh
# title: The root file system fills its disk
# level: should
# clause: 35
# transports: ssh serial
# needs: path:/proc/self/mountinfo cmd:df
# timeout: 60
# remedy: grow partition and file system at the first boot (cloud-init with cloud-guest-utils, or growpart and
#   resize2fs), and let no partition follow that of the root file system.
#
# At most 32 MiB and a hundredth of the disk lie behind the root partition, and the file system has at least three
# quarters of its partition. With LVM or encryption only the first is judged.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

partition=$(root_partition) || skip "cannot tell which disk / is on: $(root_source || echo "no device is mounted there")"
disk=$(root_disk)
read -r whole <"$R/sys/class/block/$disk/size"
read -r size <"$partition/size"
start=0
[ ! -r "$partition/start" ] || read -r start <"$partition/start"
behind=$(((whole - start - size) / 2048))
allowed=$((32 + whole / 2048 / 100))
note "behind-root-MiB=$behind"
[ "$behind" -le "$allowed" ] ||
  problem "expected at most $allowed MiB behind the root partition ${partition##*/}, found $behind of $((whole / 2048)) MiB"

numbers=$(root_source)
if [ "$(cat "$partition/dev")" = "${numbers%% *}" ]; then
  # shellcheck disable=SC2046 # words are wanted
  set -- $(df -kP / | tail -n 1)
  note "file-system-MiB=$((${2:-0} / 1024))"
  [ $((${2:-0} * 8)) -ge $((size * 3)) ] ||
    problem "expected a file system of at least three quarters of the partition's $((size / 2048)) MiB, found $((${2:-0} / 1024)) MiB"
fi
conclude
