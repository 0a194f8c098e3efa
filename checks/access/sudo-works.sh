#!/bin/sh
# title: sudo works for root, at once and without complaints
# level: should
# clause: 21, 46
# transports: ssh serial
# needs: cmd:sudo
# timeout: 60
# remedy: let the host name resolve (/etc/hosts, libnss-myhostname), and check the rules with 'visudo -c'.
#
# Scripts that are made for cloud images use sudo also as root. A host name that does not resolve makes it wait and say
# "unable to resolve host".
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

said=$(sudo -n true 2>&1 </dev/null)
status=$?
[ "$status" -eq 0 ] || problem "expected 'sudo -n true' to succeed as root, found status $status: $(oneline "$said")"
case $said in
  *'unable to resolve'*) problem "expected no complaint of sudo, found '$(oneline "$said")'" ;;
esac
conclude
