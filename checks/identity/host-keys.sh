#!/bin/sh
# title: SSH host keys are there, are root's alone, and were made by this instance
# level: must
# clause: 24
# transports: ssh serial
# timeout: 60
# remedy: remove /etc/ssh/ssh_host_* and /etc/dropbear/*_host_key from the image, and make new ones at the first boot
#   (cloud-init does; else 'ssh-keygen -A' in a unit before sshd).
#
# Looks at OpenSSH's and dropbear's private host keys: there is one, and nobody but root can read it (OpenSSH of Red Hat
# gives some to the group ssh_keys). When the instance is powered on for the first time, none may be older than that:
# older is only what lies both before the boot and before all that the boot has put into /run, so that a clock that is
# set meanwhile accuses nobody. The public keys are noted, so that those of two instances can be compared.
. "${IMGVERIFY_HELPERS:-${0%/*}/../helpers.sh}"

# public_of PRIVATE: the public key as 'TYPE BASE64', from beside it or out of it.
public_of() {
  {
    if [ -s "$1.pub" ]; then
      cat "$1.pub"
    elif have ssh-keygen && ssh-keygen -y -P '' -f "$1" </dev/null 2>/dev/null; then
      :
    elif have dropbearkey; then
      dropbearkey -y -f "$1" </dev/null 2>/dev/null
    fi
  } | sed -n 's/^\(\(ssh\|ecdsa\|sk\)-[a-z0-9@.-]* AAAA[A-Za-z0-9+\/=]*\).*/\1/p' | head -n 1
}

# fingerprint BASE64: as 'ssh-keygen -l' shows it, SHA256:...
fingerprint() {
  hex=$(printf '%s' "$1" | base64 -d 2>/dev/null | sha256sum | cut -c 1-64)
  octal=''
  while [ -n "$hex" ]; do
    byte=$((0x${hex%"${hex#??}"}))
    octal="$octal\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
    hex=${hex#??}
  done
  # shellcheck disable=SC2059 # the format is the bytes
  printf 'SHA256:%s\n' "$(printf "$octal" | base64 | tr -d '=\n')"
}

keys=$(
  for key in "$R"/etc/ssh/ssh_host_*_key "$R"/etc/dropbear/dropbear_*_host_key; do
    [ ! -s "$key" ] || printf '%s\n' "$key"
  done
)
if [ -z "$keys" ]; then
  wanted="expected SSH host keys in /etc/ssh or /etc/dropbear, found none"
  [ ! -e "$R/etc/ssh/sshd_config" ] || fail "$wanted"
  [ -e "$R/etc/dropbear" ] || skip "this guest has neither OpenSSH's server nor dropbear"
  [ "${EXPECT_TRANSPORT:-}" != ssh ] || fail "$wanted"
  skip "dropbear has no host keys yet: it may make them at the first connection"
fi

told=$(
  printf '%s\n' "$keys" | while read -r key; do
    public=$(public_of "$key")
    if [ -n "$public" ] && have base64 && have sha256sum; then
      type=${public%% *}
      type=${type#ssh-}
      printf '%s %s\n' "${type%%-*}" "$(fingerprint "${public#* }")"
    fi
  done | sort -u
)
[ -z "$told" ] || note "host-keys=$(printf '%s\n' "$told" | tr '\n' , | sed -e 's/,$//' -e 's/,/, /g')"

came='the image'
[ -z "${EXPECT_REBORN:-}" ] || came='the copied disk, where another instance had made it'
while read -r key; do
  name=${key#"$R"}
  # shellcheck disable=SC2012 # names are our own, and stat is not in every guest
  mode=$(ls -ldLn "$key" | sed 's/^\(..........\)[^ ]* *[0-9]* *\([0-9]*\).*/\1 \2/')
  case $mode in
    '-rw------- 0' | '-r-------- 0') ;;
    '-rw-r----- 0' | '-r--r----- 0')
      # shellcheck disable=SC2012
      group=$(ls -ldL "$key" | sed 's/^[^ ]* *[0-9]* *[^ ]* *\([^ ]*\).*/\1/')
      [ "$group" = ssh_keys ] || problem "expected $name readable by root only, found $mode, group $group"
      ;;
    *) problem "expected $name readable by root only, found $mode" ;;
  esac
  if [ -n "${EXPECT_FIRST_BOOT:-}" ] && older_than_boot "$key"; then
    problem "expected $name made since the first power-on at $(booted), found it made at $(date -r "$key" +%s): it came with $came"
  fi
done <<EOF
$keys
EOF
conclude
