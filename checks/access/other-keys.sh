#!/bin/sh
# title: No account has an SSH key that the metadata did not give
# level: must
# clause: 40, 61
# transports: ssh serial
# needs: path:/etc/passwd EXPECT_ROOT_KEY
# timeout: 60
# remedy: remove the authorized_keys of every account before the image is taken, and the accounts of the build with them.
#
# Reads the authorized_keys of every account but root (which is for access.root-key), and the folders for all accounts
# that sshd may be told of. A key that the metadata gave is noted only: cloud-init gives it to its default user.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

given=0
judge() { # FILE OWNER
  [ -f "$1" ] || return 0
  while read -r line || [ -n "$line" ]; do
    case $line in '' | \#*) continue ;; esac
    key=$(printf '%s\n' "$line" | sed -n 's/.*\(\(ssh-\|ecdsa-\|sk-\)[a-z0-9@.-]* AAAA[A-Za-z0-9+\/=]*\).*/\1/p')
    case "
$EXPECT_ROOT_KEY
${EXPECT_EARLIER_ROOT_KEY:-}" in
      *"
${key:-none at all}"*) given=$((given + 1)) ;;
      *) problem "expected no key of $2 in ${1#"$R"}, found '$(printf '%s' "$line" | cut -c 1-80)'" ;;
    esac
  done <"$1"
}
while IFS=: read -r name _ uid _ _ home _; do
  case $name in root | '' | \#*) continue ;; esac
  case $home in '' | / | /root | /nonexistent) continue ;; esac
  [ "$uid" != 0 ] || [ "$home" != /root ] || continue
  for file in "$R$home/.ssh/authorized_keys" "$R$home/.ssh/authorized_keys2"; do judge "$file" "$name"; done
done <"$R/etc/passwd"
for file in "$R"/etc/ssh/authorized_keys "$R"/etc/ssh/authorized_keys/* "$R"/etc/ssh/authorized_keys.d/*; do
  judge "$file" "an account"
done
note "given-keys=$given"
conclude
