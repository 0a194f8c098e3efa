#!/bin/sh
# title: The guest's own host name resolves without a name server
# level: should
# clause: 21
# transports: ssh serial
# needs: path:/proc/sys/kernel/hostname
# timeout: 60
# remedy: write the host name into /etc/hosts at the first boot (cloud-init 'manage_etc_hosts: localhost'), or install
#   libnss-myhostname.
#
# Looks for the host name in /etc/hosts, then asks getent where there is one: sudo, mail and database servers wait or
# complain when their own name does not resolve.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

read -r name <"$R/proc/sys/kernel/hostname"
if [ -r "$R/etc/hosts" ]; then
  while read -r address names; do
    case $address in '' | \#*) continue ;; esac
    case " ${names%%#*} " in
      *[[:space:]]"$name"[[:space:]]*)
        note "address=$address"
        exit 0
        ;;
    esac
  done <"$R/etc/hosts"
fi
if have getent; then
  # shellcheck disable=SC2046 # words are wanted
  set -- $(getent hosts "$name")
  if [ -n "${1:-}" ]; then
    note "address=$1"
    exit 0
  fi
fi
fail "expected an address for '$name', found none in /etc/hosts nor by getent"
