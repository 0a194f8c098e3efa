#!/bin/sh
# title: Nobody becomes root without a password by sudo or doas
# level: should
# clause: 40
# transports: ssh serial
# timeout: 30
# remedy: remove the rules with NOPASSWD of the build from /etc/sudoers.d (packer, vagrant, 90-cloud-init-users), and
#   'nopass' from doas.conf.
#
# Reads /etc/sudoers, /etc/sudoers.d and doas.conf. Rules for root, and for an account that is not in /etc/passwd, harm
# nobody today; the second kind is named all the same, since whoever makes such an account makes a root.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

asked=0
for file in "$R"/etc/sudoers "$R"/etc/sudoers.d/* "$R"/usr/local/etc/sudoers "$R"/usr/local/etc/sudoers.d/*; do
  # sudo passes over files in sudoers.d with a dot or a tilde in their names.
  case ${file##*/} in *.* | *~) continue ;; esac
  [ -f "$file" ] || continue
  asked=$((asked + 1))
  who=$(sed -e 's/^[[:space:]]*//' -e '/^#/d' -e '/^Defaults/d' -e '/^root[[:space:]]/d' "$file" |
    sed -n 's/^\([^[:space:]]*\)[[:space:]].*NOPASSWD.*/\1/p' | head -n 5 | tr '\n' ' ')
  [ -z "$who" ] || problem "expected nobody but root with NOPASSWD in ${file#"$R"}, found ${who% }"
  if grep -q '^Defaults[[:space:]].*!authenticate' "$file"; then
    problem "expected sudo to ask for a password, found '!authenticate' in ${file#"$R"}"
  fi
done
for file in "$R"/etc/doas.conf "$R"/etc/doas.d/*.conf "$R"/usr/local/etc/doas.conf; do
  [ -f "$file" ] || continue
  asked=$((asked + 1))
  rule=$(grep '^permit.*nopass' "$file" | grep -v ' root\( \|$\)' | head -n 1)
  [ -z "$rule" ] || problem "expected nobody but root with nopass in ${file#"$R"}, found '$rule'"
done
[ "$asked" -gt 0 ] || skip "this guest has neither sudo nor doas"
conclude
