#!/bin/sh
# title: Passwords and scripts of the metadata lie in no file that others can read
# level: should
# clause: 43, 47
# transports: ssh serial
# needs: EXPECT_NONCE
# timeout: 120
# remedy: 'umask 077' before metadata is written to files; no root_pw in logs; scripts with mode 0700.
#
# Looks through what services leave in /run, /tmp, /var/tmp, /var/db, /var/svc, /var/lib/cloud and /lib/smartdc: no file
# that is open to others, in folders that are open to others, holds root_pw or a script with this instance's nonce. In
# /var/log only root_pw is looked for: cloud-init's log tells the commands that it runs.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# is_open FILE: whether all folders above it let others in.
is_open() {
  above=${1%/*}
  while [ "$above" != "$R" ] && [ -n "$above" ]; do
    # shellcheck disable=SC2012 # stat is not in every guest
    case $(ls -ld "$above/." | cut -c 10) in x | t) ;; *) return 1 ;; esac
    above=${above%/*}
  done
}
# holders TEXT [FOLDER]: up to 3 files that others can read and that hold it.
holders() {
  for folder in run tmp var/tmp var/db var/svc var/lib/cloud lib/smartdc ${2:-}; do
    [ ! -d "$R/$folder" ] || find "$R/$folder/" -type f -perm -004 -size -2048 -exec grep -lF -e "$1" {} + 2>/dev/null
  done | sort -u | while read -r file; do
    if is_open "$file"; then printf '%s\n' "${file#"$R"}"; fi
  done | head -n 3
}
password=''
if have mdata-get; then password=$(mdata-get root_pw 2>/dev/null); fi
if [ "${#password}" -ge 8 ]; then
  for file in $(holders "$password" var/log); do problem "expected root_pw in no file that others can read, found it in $file"; done
fi
# What the scripts put themselves is not the scripts; this line is only in them.
for file in $(holders "$EXPECT_NONCE' \"\$(date"); do
  problem "expected the scripts of the metadata readable by root only, found one in $file"
done
conclude
