#!/bin/sh
# deps.sh GROUP... - makes sure that the Debian packages of the named groups are there; installs only what is missing.
#   build   to compile imgverify           run    to boot images
#   guests  to build the test guests       test   what the tests call, beside the others
#   bench   what tools/bench compares with
# deps.sh --list GROUP... prints the packages.
set -eu

packages() {
  case $1 in
    build) echo make pkg-config libext2fs-dev libssh2-1-dev libisal-dev libssl-dev zlib1g-dev libzstd-dev liblz4-dev libbz2-dev \
      liblzma-dev ;;
    run) echo qemu-system-x86 qemu-utils seabios util-linux ;;
    guests)
      echo bash apt busybox-static cpio fakeroot fdisk grub-common grub-pc-bin gzip kmod e2fsprogs binutils util-linux \
        mmdebstrap python3 xz-utils btrfs-progs
      ;;
    test) echo e2fsprogs libxml2-utils shellcheck dropbear-bin openssh-client openssh-server procps python3 ;;
    bench) echo isal gzip openssl e2fsprogs python3 openssh-client openssh-server ;;
    *) echo "deps.sh: no group '$1'; there are build, run, guests, test, bench" >&2 && return 64 ;;
  esac
}
installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

list=false
if [ "${1-}" = --list ]; then
  list=true
  shift
fi
[ $# -gt 0 ] || { sed -n '2,6s/^# //p' "$0" >&2 && exit 64; }
wanted=$(for group in "$@"; do packages "$group" || exit; done)
if $list; then
  echo "$wanted" | tr ' ' '\n' | sort -u
  exit 0
fi

missing=''
for package in $wanted; do
  installed "$package" || missing="$missing $package"
done
update=false
# Guests are made from packages that apt-get downloads, so its lists have to be there even when nothing is missing.
case " $* " in *' guests '*) apt-cache show linux-image-cloud-amd64 >/dev/null 2>&1 || update=true ;; esac
[ -n "$missing" ] || $update || exit 0

if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
  echo "deps.sh: not root, and there is no sudo. Have installed:$missing" >&2
  echo "  as root: apt-get update && apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
command -v apt-get >/dev/null || { echo "deps.sh: no apt-get here; install:$missing" >&2 && exit 1; }
echo "deps.sh: installing${missing:- nothing, but the package lists}" >&2
root apt-get -qq update
# shellcheck disable=SC2086 # a list of words
[ -z "$missing" ] || root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y $missing >&2
