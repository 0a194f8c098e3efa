#!/bin/sh
# title: sshd's configuration allows no passwords, for root only a key
# level: should
# clause: 42
# transports: ssh serial
# needs: path:/etc/ssh/sshd_config
# timeout: 60
# remedy: a file in /etc/ssh/sshd_config.d with 'PasswordAuthentication no', 'KbdInteractiveAuthentication no' and
#   'PermitRootLogin prohibit-password'; remove 01-permitrootlogin.conf of the installer.
#
# Asks 'sshd -T' for what is in effect for root, all files and defaults taken together. What the server does when it is
# asked is for ssh.password-refused.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

sshd=''
for place in sshd /usr/sbin/sshd /usr/local/sbin/sshd /usr/lib/ssh/sshd; do
  if have "$place"; then
    sshd=$(command -v "$place")
    break
  fi
done
[ -n "$sshd" ] || skip "there is a configuration of sshd, and no sshd"
config=$("$sshd" -T -C user=root,host=client,addr=192.0.2.1 2>/dev/null) ||
  fail "expected 'sshd -T' to accept the configuration, found status $?: $(oneline "$("$sshd" -T 2>&1)" | cut -c 1-300)"
value() { printf '%s\n' "$config" | sed -n "s/^$1 //p" | head -n 1; }
for word in passwordauthentication permitrootlogin permitemptypasswords kbdinteractiveauthentication; do
  found=$(value $word)
  note "$word=$found"
  case $word:$found in
    passwordauthentication:no | permitemptypasswords:no | kbdinteractiveauthentication:no) ;;
    permitrootlogin:without-password | permitrootlogin:prohibit-password) ;;
    kbdinteractiveauthentication:) ;; # before OpenSSH 8.7 it has another name
    permitrootlogin:*) problem "expected permitrootlogin prohibit-password, found '$found'" ;;
    *) problem "expected $word no, found '$found'" ;;
  esac
done
conclude
