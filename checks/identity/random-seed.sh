#!/bin/sh
# title: The random seed kept on disk is whole and secret
# level: should
# clause: 62
# transports: ssh serial
# timeout: 30
# remedy: remove the seed from the image (/var/lib/systemd/random-seed and its like), and let the service that keeps it
#   (systemd-random-seed, urandom, seedrng) write a new one at each boot, readable by root only.
#
# A seed that is empty or all zero gives nothing, one that others can read gives away what comes out of the pool. A
# digest of it is noted, so that those of two instances can be compared.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

told='' found=0
for path in systemd/random-seed urandom/random-seed random-seed misc/random-seed seedrng/seed.credit \
  seedrng/seed.no-credit; do
  file=$R/var/lib/$path
  [ -e "$file" ] || continue
  found=$((found + 1))
  bytes=$(($(wc -c <"$file")))
  [ "$bytes" -ge 32 ] || problem "expected at least 32 bytes in /var/lib/$path, found $bytes"
  if [ "$bytes" -gt 0 ]; then
    [ "$(head -c 4096 "$file" | tr -d '\000' | wc -c)" -gt 0 ] ||
      problem "expected random bytes in /var/lib/$path, found nothing but zeros"
    if have sha256sum; then told="${told:+$told, }sha256 $(sha256sum <"$file" | cut -c 1-64)"; fi
  fi
  # shellcheck disable=SC2012 # names are our own, and stat is not in every guest
  mode=$(ls -ldLn "$file" | cut -c 1-10)
  case $mode in
    ???????---) ;;
    *) problem "expected /var/lib/$path closed to others, found $mode" ;;
  esac
done
[ "$found" -gt 0 ] || skip "this guest keeps no random seed in /var/lib"
[ -z "$told" ] || note "random-seed=$told"
conclude
