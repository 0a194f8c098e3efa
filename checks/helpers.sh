# shellcheck shell=sh
# What every check reads first. POSIX sh only; whatever is not in every guest stays out.
#
# IMGVERIFY_REPORT   file that takes reasons and notes; without it (by hand) they go to standard output
# IMGVERIFY_NEEDS    conditions of the check's header; without it (by hand) they are read from the check itself
# IMGVERIFY_ROOT     put before /etc, /proc, /sys and /run by tests; as R in the checks

R=${IMGVERIFY_ROOT:-}
problems=''

# oneline TEXT...: the same on one line.
oneline() {
  case $* in
    *[[:cntrl:]]*) printf '%s' "$*" | tr -s '[:cntrl:]' ' ' ;;
    *) printf '%s' "$*" ;;
  esac
}

report() { # reason|note TEXT
  case $2 in
    *[[:cntrl:]]*) set -- "$1" "$(oneline "$2")" ;;
  esac
  if [ -n "${IMGVERIFY_REPORT:-}" ]; then
    printf '%s %s\n' "$1" "$2" >>"$IMGVERIFY_REPORT"
  else
    printf '%s: %s\n' "$1" "$2"
  fi
}

# fail REASON: the image is bad. Names what was expected and what was found.
fail() {
  report reason "$*"
  exit 1
}

# skip WHY: the check has nothing to judge here.
skip() {
  report reason "$*"
  exit 77
}

# broken WHY: it cannot be told whether the image is good, by no fault of the image.
broken() {
  report reason "$*"
  exit 2
}

# note NAME=VALUE: a fact for the report.
note() { report note "$*"; }

# problem REASON: like fail, but the check goes on; conclude fails with all problems.
problem() { problems="${problems:+$problems; }$*"; }

# conclude: the last line of a check that uses problem.
conclude() {
  [ -z "$problems" ] || fail "$problems"
  exit 0
}

have() { command -v "$1" >/dev/null 2>&1; }

# expect NAME...: skips unless each of the expectations is given.
expect() {
  for name in "$@"; do
    eval "[ -n \"\${$name:-}\" ]" || skip "$name is not given"
  done
}

# eventually SECONDS COMMAND...: repeats COMMAND each second until it succeeds; false when time is up.
eventually() {
  tries=$(($1 * ${EXPECT_TIMEOUT_SCALE:-1}))
  shift
  while ! "$@"; do
    [ "$tries" -gt 0 ] || return 1
    tries=$((tries - 1))
    sleep 1
  done
}

# lower TEXT: in lower case.
lower() { printf '%s' "$1" | tr '[:upper:]' '[:lower:]'; }

# initramfs: the path of the running kernel's initramfs; false when there is none that is known here.
initramfs() {
  read -r release <"$R/proc/sys/kernel/osrelease" || return 1
  for file in "initrd.img-$release" "initramfs-$release.img" "initrd-$release" "initramfs-$release" \
    "initramfs-${release##*-}" initrd.img; do
    if [ -r "$R/boot/$file" ]; then
      printf '%s\n' "$R/boot/$file"
      return 0
    fi
  done
  return 1
}

# early_modules: the names of all modules in the running kernel and its initramfs, with _ for -, sorted; false when
# they cannot be read. An initramfs keeps its files' names as plain text once it is unpacked.
early_modules() {
  image=$(initramfs) || return 1
  case $(od -An -tx1 -N 4 "$image" | tr -d ' ') in
    1f8b*) unpack=gzip ;;
    28b52ffd) unpack=zstd ;;
    fd377a58) unpack=xz ;;
    04224d18 | 02214c18) unpack=lz4 ;;
    425a*) unpack=bzip2 ;;
    *) unpack=list ;;
  esac
  have "$unpack" || unpack=list
  names=$(
    if [ "$unpack" = list ] && have lsinitramfs; then
      lsinitramfs "$image"
    elif [ "$unpack" = list ] && have lsinitrd; then
      lsinitrd "$image"
    elif [ "$unpack" != list ] && have cpio; then
      "$unpack" -dc <"$image" | cpio -t 2>/dev/null
    fi | grep -oE '[a-zA-Z0-9_.-]+\.ko'
  )
  if [ -z "$names" ] && [ "$unpack" != list ]; then
    names=$("$unpack" -dc <"$image" | tr '\0' '\n' | LC_ALL=C grep -aoE '[a-zA-Z0-9_.-]+\.ko')
  fi
  [ -n "$names" ] || return 1
  { printf '%s\n' "$names" && sed 's|.*/||' "$R/lib/modules/$release/modules.builtin" 2>/dev/null; } |
    sed 's/\.ko.*//; y/-/_/' | sort -u
}

# nic_of_mac MAC: names of the network devices (not bridges, bonds, VLANs) with this address.
nic_of_mac() {
  for device in "$R"/sys/class/net/*; do
    { [ -e "$device/device" ] && [ -r "$device/address" ]; } || continue
    read -r address <"$device/address"
    [ "$(lower "$address")" != "$(lower "$1")" ] || printf '%s\n' "${device##*/}"
  done
}

# dotted HEX: an address of /proc/net/route, which has its bytes in reversed order.
dotted() {
  rest=$1 text=''
  while [ -n "$rest" ]; do
    tail=${rest#??}
    text=$((0x${rest%"$tail"}))${text:+.$text}
    rest=$tail
  done
  printf '%s\n' "$text"
}

# hex6 ADDRESS: an IPv6 address without length as /proc/net has it, 32 digits.
hex6() (
  head=${1%%::*} tail='' text='' end=''
  case $1 in *::*) tail=${1#*::} ;; esac
  IFS=:
  for group in $head; do text=$text$(printf %04x "0x$group"); done
  for group in $tail; do end=$end$(printf %04x "0x$group"); done
  while [ $((${#text} + ${#end})) -lt 32 ]; do text=${text}0; done
  printf '%s\n' "$text$end"
)

# root_source: the mounted device of /, as "MAJOR:MINOR SOURCE".
root_source() {
  [ -r "$R/proc/self/mountinfo" ] || return 1
  source=''
  while read -r _ _ numbers _ point rest; do
    [ "$point" != / ] || source="$numbers $(printf '%s' "${rest##* - }" | cut -d ' ' -f 2)"
  done <"$R/proc/self/mountinfo"
  case $source in '' | *' rootfs' | *' none') return 1 ;; esac
  printf '%s\n' "$source"
}

# block_of MAJOR:MINOR: the folder of a block device in /sys.
block_of() {
  for device in "$R"/sys/class/block/*; do
    [ -r "$device/dev" ] || continue
    read -r numbers <"$device/dev"
    if [ "$numbers" = "$1" ]; then
      printf '%s\n' "$device"
      return 0
    fi
  done
  return 1
}

# root_partition: the folder in /sys/class/block of what / is on: a partition, or a whole disk.
# Device-mapper layers (LVM, encryption) are followed down to their first disk.
root_partition() {
  source=$(root_source) || return 1
  block=$(block_of "${source%% *}")
  if [ -z "$block" ]; then # btrfs and others have numbers of their own
    case ${source#* } in /dev/*) block=$R/sys/class/block/${source##*/} ;; esac
  fi
  [ -e "$block" ] || return 1
  while :; do
    for below in "$block"/slaves/*; do
      [ -e "$below" ] || break 2
      block=$R/sys/class/block/${below##*/}
      break
    done
  done
  printf '%s\n' "$block"
}

# root_disk: the name of the whole disk that / is on.
root_disk() {
  block=$(root_partition) || return 1
  if [ -e "$block/partition" ]; then
    block=$(readlink -f "$block") # ends in DISK/PARTITION
    block=${block%/*}
  fi
  printf '%s\n' "${block##*/}"
}

# driver_of FOLDER: the name of the driver that a device in /sys is bound to.
driver_of() {
  driver=$(readlink "$1/driver") || return 1
  printf '%s\n' "${driver##*/}"
}

# virtio_driver_of_disk NAME: the virtio driver below a disk; false when there is none.
virtio_driver_of_disk() {
  device=$(readlink -f "$R/sys/class/block/$1/device") || return 1
  while [ "$device" != "$R/sys" ] && [ "$device" != / ] && [ -n "$device" ]; do
    case ${device##*/} in
      virtio[0-9]*)
        driver_of "$device"
        return
        ;;
    esac
    device=${device%/*}
  done
  return 1
}

# processes_on MAJOR MINOR: "PID NAME" of each process whose controlling terminal has these numbers.
processes_on() {
  terminal=$(($1 * 256 + $2))
  for stat in "$R"/proc/[0-9]*/stat; do
    { read -r line; } 2>/dev/null <"$stat" || continue
    name=${line#*\(}
    name=${name%)*}
    # behind the name: state, parent, group, session, terminal
    # shellcheck disable=SC2086 # words are wanted
    set -- ${line##*) }
    [ "${5:-0}" != "$terminal" ] || printf '%s %s\n' "${line%% *}" "$name"
  done
}

# booted: when this boot began, in seconds since 1970, two seconds off at most.
booted() { sed -n "s/^btime //p" "$R/proc/stat"; }

# older_than_boot FILE: whether it is certain that the file was there before this boot began.
older_than_boot() {
  made=$(date -r "$1" +%s 2>/dev/null)
  began=$(booted)
  { [ -n "$made" ] && [ -n "$began" ] && [ "$made" -lt $((began - 2)) ]; } || return 1
  file=$1
  set -- "$R"/run/*
  [ -e "$1" ] && [ -z "$(find "$@" -prune ! -newer "$file" 2>/dev/null | head -n 1)" ]
}

# marked FILE: whether a script of this instance has left its nonce there.
marked() { [ -r "$R$1" ] && grep -q "^$EXPECT_NONCE " "$R$1"; }

# runs FILE [SINCE]: when the script ran, seconds since 1970, one line a run, none before SINCE.
runs() {
  while read -r nonce seconds; do
    [ "$nonce" = "$EXPECT_NONCE" ] && [ "${seconds:-0}" -ge "${2:-0}" ] 2>/dev/null && printf '%s\n' "$seconds"
  done <"$R$1"
}

# needs WORD...: skips when a condition of the header does not hold.
needs() {
  for need in "$@"; do
    case $need in
      cmd:*) have "${need#cmd:}" || skip "this guest has no command '${need#cmd:}'" ;;
      path:*) [ -e "$R${need#path:}" ] || skip "this guest has no ${need#path:}" ;;
      systemd) [ -d "$R/run/systemd/system" ] || skip "this guest does not run systemd" ;;
      EXPECT_*) expect "$need" ;;
      *) broken "unknown need '$need'" ;;
    esac
  done
}

[ -n "${IMGVERIFY_NEEDS+given}" ] || IMGVERIFY_NEEDS=$(sed -n -e 's/^# needs: //p' -e '/^[^#]/q' "$0")
# shellcheck disable=SC2086 # words are wanted
needs $IMGVERIFY_NEEDS
