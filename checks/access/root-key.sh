#!/bin/sh
# title: Root's authorized keys are exactly those of the metadata
# level: must
# clause: 41, 61
# transports: ssh serial
# needs: path:/etc/passwd EXPECT_ROOT_KEY
# timeout: 30
# remedy: write root_authorized_keys to root's .ssh/authorized_keys (mode 0600, folder 0700) at the first boot; with
#   cloud-init set 'disable_root: false'; remove every key that the build left.
#
# The file has the given keys, no others, and none with a forced command in front of it (as cloud-init writes when it
# disables root). Where other keys are given than at the instance's first boot, those of then may be there still, and the
# new ones not yet: metadata.next-keys tells. Modes are as sshd wants them.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

home=$(sed -n 's/^root:[^:]*:[^:]*:[^:]*:[^:]*:\([^:]*\):.*/\1/p' "$R/etc/passwd" | head -n 1)
folder=${home:-/root}/.ssh
file=$folder/authorized_keys
[ -r "$R$file" ] || fail "expected root's key in $file, found no such file"

# key LINE: type and key, without options before and comment behind.
key() { printf '%s\n' "$1" | sed -n 's/.*\(\(ssh-\|ecdsa-\|sk-\)[a-z0-9@.-]* AAAA[A-Za-z0-9+\/=]*\).*/\1/p'; }

keys() { printf '%s\n' "$1" | while read -r line; do key "$line"; done; }
wanted=$(keys "$EXPECT_ROOT_KEY")
known=$(keys "$EXPECT_ROOT_KEY
${EXPECT_EARLIER_ROOT_KEY:-}")
count=0 kept=0
while read -r line || [ -n "$line" ]; do
  case $line in '' | \#*) continue ;; esac
  found=$(key "$line")
  # A companion key is of imgverify, for another instance that had this disk before; cloud-init leaves old keys there.
  case ${EXPECT_REBORN:-}:$line in
    yes:*' imgverify-companion')
      if ! printf '%s\n' "$known" | grep -qxF "$found"; then
        kept=$((kept + 1))
        continue
      fi
      ;;
  esac
  if [ -z "$found" ] || ! printf '%s\n' "$known" | grep -qxF "$found"; then
    problem "a key that was never given is in $file: '$line'"
    continue
  fi
  count=$((count + 1))
  case $line in
    "$found"*) ;;
    *) problem "the given key has options before it in $file: '${line%%"$found"*}'" ;;
  esac
done <"$R$file"
given=$(printf '%s\n' "$wanted" | grep -c .)
note "keys=$count"
[ "$kept" -eq 0 ] || note "keys-of-the-instance-before=$kept"
[ "$count" -ge "$given" ] || problem "expected $given given keys in $file, found $count"
[ ! -s "$R$folder/authorized_keys2" ] || problem "expected no $folder/authorized_keys2, found one"

# shellcheck disable=SC2012 # names are our own, and stat is not in every guest
mode() { ls -ldn "$R$1" | sed 's/^\(..........\)[^ ]* *[0-9]* *\([0-9]*\).*/\1 \2/'; }
case $(mode "$folder") in
  'drwx------ 0') ;;
  *) problem "expected $folder as drwx------ of user 0, found $(mode "$folder")" ;;
esac
case $(mode "$file") in
  '-rw------- 0' | '-r-------- 0') ;;
  *) problem "expected $file as -rw------- of user 0, found $(mode "$file")" ;;
esac
conclude
