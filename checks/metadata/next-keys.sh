#!/bin/sh
# title: With overwrite_root_akeys, changed root keys replace the old ones
# level: may
# clause: 44
# transports: ssh serial
# needs: path:/etc/passwd EXPECT_OVERWRITE_KEYS EXPECT_ROOT_KEY EXPECT_EARLIER_ROOT_KEY
# timeout: 30
# remedy: at each boot, when overwrite_root_akeys is 'overwrite', write root_authorized_keys to root's authorized_keys
#   anew, as the triton-guest service does; cloud-init alone takes keys once for an instance.
#
# Judged where an instance is powered on again with another set of root_authorized_keys and overwrite_root_akeys: the new
# keys are there, and those that are given no more are gone.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

home=$(sed -n 's/^root:[^:]*:[^:]*:[^:]*:[^:]*:\([^:]*\):.*/\1/p' "$R/etc/passwd" | head -n 1)
file=${home:-/root}/.ssh/authorized_keys
[ -r "$R$file" ] || fail "expected root's keys in $file, found no such file"

# has KEY: whether the file has the key (type and base64), whatever its comment.
has() { grep -qF -e "$(printf '%s\n' "$1" | cut -d ' ' -f 1,2)" "$R$file"; }
new=0
while read -r key; do
  [ -n "$key" ] || continue
  if has "$key"; then new=$((new + 1)); else problem "expected the new key '$key' in $file, found it missing"; fi
done <<EOF
$EXPECT_ROOT_KEY
EOF
while read -r key; do
  case $EXPECT_ROOT_KEY in *"$key"*) continue ;; esac
  if has "$key"; then problem "expected the old key '$key' gone from $file, found it"; fi
done <<EOF
$EXPECT_EARLIER_ROOT_KEY
EOF
note "keys=$new"
conclude
