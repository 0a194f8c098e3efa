#!/bin/sh
# title: The files of accounts are root's to write, and hashes root's to read
# level: should
# clause: 40
# transports: ssh serial
# needs: path:/etc/passwd
# timeout: 30
# remedy: mode 0644 for /etc/passwd and /etc/group, 0640 or less for /etc/shadow and /etc/gshadow, all of them root's.
#
# Whoever may write one of these files is root; whoever reads a hash may guess the password at leisure.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

for file in passwd group shadow gshadow master.passwd; do
  [ -e "$R/etc/$file" ] || continue
  # shellcheck disable=SC2012 # names are our own, and stat is not in every guest
  mode=$(ls -ldLn "$R/etc/$file" | sed 's/^\(..........\)[^ ]* *[0-9]* *\([0-9]*\).*/\1 \2/')
  case $file:$mode in
    passwd:-????-??-?' 0' | group:-????-??-?' 0') ;;
    shadow:-????-?---' 0' | gshadow:-????-?---' 0' | master.passwd:-???------' 0') ;;
    *) problem "expected /etc/$file of user 0, changed by nobody else and secrets unread, found $mode" ;;
  esac
done
conclude
